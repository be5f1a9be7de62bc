/**
 * What an option's text means. Each parser gets the text and what to call it in an error (`--count` or
 * `P2P_TUI_COUNT`), and throws a UserError with exit status 2.
 */
import {isIPv4} from 'node:net';
import type {AcceptRule} from '../api/files.ts';
import {parseRate} from '../base/amounts.ts';
import {EXIT_USAGE, UserError} from '../base/errors.ts';
import {LOG_LEVELS, type LogLevel, SUBSYSTEMS, type Subsystem} from '../base/log.ts';
import {isNoLimit, parseAcceptRule} from '../store/file-settings.ts';
import {formatTcpAddress, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import {type PeerId, parsePeerId} from '../wire/peer-id.ts';
import {normaliseName, normaliseRoom} from '../wire/text.ts';
import {nearest} from './nearest.ts';

const SHOWN = 40;

/** A wrong command line. */
export function usageError(message: string, hint?: string): UserError {
	return new UserError(message, {exitStatus: EXIT_USAGE, ...(hint === undefined ? {} : {hint})});
}

/** What was typed, in quotes and not too long. */
export function quote(text: string): string {
	return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

export function parseInteger(text: string, label: string, least: number, most: number): number {
	const value = Number(text);
	if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value;
	throw usageError(`${label} takes a whole number from ${least} to ${most}, not ${quote(text)}`);
}

export function parseChoice<Choice extends string>(text: string, label: string, choices: readonly Choice[]): Choice {
	const found = choices.find(choice => choice === text);
	if (found !== undefined) return found;
	const meant = nearest(text, choices);
	throw usageError(
		`${label} is one of ${choices.join(', ')}, not ${quote(text)}`,
		meant === undefined ? undefined : `Did you mean ${meant}?`,
	);
}

export function parseText(text: string, label: string): string {
	if (text.trim() === '') throw usageError(`${label} needs a value`);
	if (text.includes('\0')) throw usageError(`${label} cannot hold a NUL character`);
	return text;
}

/** A lone dash would be standard input, and a file is offered for longer than that is there. */
export function parsePath(text: string, label: string): string {
	if (text === '-') throw usageError(`${label} takes a path, not standard input`, 'Save it as a file first');
	return text;
}

export function parseName(text: string, label: string): string {
	return asUsage(label, () => normaliseName(text));
}

export function parseRoom(text: string, label: string): string {
	return asUsage(label, () => normaliseRoom(text));
}

export function parseAddress(text: string, label: string): TcpAddress {
	return asUsage(label, () => parseTcpAddress(text));
}

export function parsePeer(text: string, label: string): PeerId {
	try {
		return parsePeerId(text);
	} catch {
		const hint = 'p2p-tui id shows it there; so does the peers page (F2) here';
		throw usageError(`${label} takes a peer id, 12D3KooW…, not ${quote(text)}`, hint);
	}
}

/** A room, or `@` and a peer id for the messages with that peer: what commands and events call it. */
export function parseConversation(text: string, label: string): string {
	return text.startsWith('@') ? `@${parsePeer(text.slice(1), label)}` : parseRoom(text, label);
}

/** What looks like an address and not like a name: a multiaddr, or what people write instead of one. */
const LIKE_AN_ADDRESS = /^\/|^\[?[\da-f.:]*[.:][\da-f.:]*\]?(:\d+)?$|:\d+$/i;

/** Whom a command concerns: an address, a peer id, or else a name. */
export function parseTarget(
	text: string,
	label: string,
): {readonly address: string} | {readonly peer: PeerId} | {readonly name: string} {
	if (LIKE_AN_ADDRESS.test(text)) return {address: formatTcpAddress(parseDialAddress(text, label))};
	if (/^12D3KooW/.test(text)) return {peer: parsePeer(text, label)};
	return {name: parseName(text, label)};
}

/** `127.0.0.1:9464` or `[::1]:9464`, as it was given: a place on this machine that nobody else can reach. */
export function parseLoopback(text: string, label: string): string {
	const match = /^(?:(127(?:\.\d{1,3}){3})|\[(::1)\]):(\d{1,5})$/.exec(text.trim());
	const [, ip4, ip6, port] = match ?? [];
	const isAddress = ip6 !== undefined || (ip4 !== undefined && isIPv4(ip4));
	if (isAddress && Number(port) >= 1 && Number(port) <= 65_535) return text.trim();
	const hint = 'Metrics tell who talks to whom: other machines get them through a proxy of yours';
	throw usageError(`${label} takes an address of this machine, such as 127.0.0.1:9464, not ${quote(text)}`, hint);
}

/** `info`, or `warn,net=debug,swarm=info`: a level for all, and others for some subsystems. */
export function parseLogLevels(
	text: string,
	label: string,
): {readonly logLevel: LogLevel; readonly logLevels: Readonly<Partial<Record<Subsystem, LogLevel>>>} {
	let logLevel: LogLevel = 'warn';
	const logLevels: Partial<Record<Subsystem, LogLevel>> = {};
	for (const part of text.split(',').map(word => word.trim())) {
		const equals = part.indexOf('=');
		if (equals === -1) logLevel = parseChoice(part, label, LOG_LEVELS);
		else {
			const subsystem = parseChoice(part.slice(0, equals), `${label}: a subsystem`, SUBSYSTEMS);
			logLevels[subsystem] = parseChoice(part.slice(equals + 1), `${label} ${subsystem}`, LOG_LEVELS);
		}
	}
	return {logLevel, logLevels};
}

const HOUR = 3_600_000;
const UNITS: Readonly<Record<string, number>> = {h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR};

/** `12h`, `30d` or `4w` in milliseconds; undefined for anything else. */
function ageOf(text: string): number | undefined {
	const match = /^([1-9]\d{0,4})\s*([hdw])$/.exec(text.trim().toLowerCase());
	return match === null ? undefined : Number(match[1]) * UNITS[match[2] as string]!;
}

/** How long something is kept, in milliseconds; infinity for `forever`. */
export function parseKeep(text: string, label: string): number {
	if (text.trim().toLowerCase() === 'forever') return Number.POSITIVE_INFINITY;
	const age = ageOf(text);
	if (age !== undefined) return age;
	throw usageError(`${label} takes hours, days or weeks, such as 12h, 30d or 4w, or forever, not ${quote(text)}`);
}

/** Bytes a second; infinity for no limit. */
export function parseLimit(text: string, label: string): number {
	if (isNoLimit(text)) return Number.POSITIVE_INFINITY;
	const rate = parseRate(text);
	if (rate !== undefined) return rate;
	throw usageError(`${label} takes bytes a second, such as 500kB/s or 20Mbit/s, or off, not ${quote(text)}`);
}

/** Whose files are taken without asking, and up to what size. */
export function parseRule(text: string, label: string): AcceptRule {
	const rule = parseAcceptRule(text);
	if (rule !== undefined) return rule;
	throw usageError(
		`${label} takes a peer id and a size, 12D3KooW…=20MB, not ${quote(text)}`,
		'Or *=1MB, in quotes, for what anybody offers in your rooms',
	);
}

/** The beginning of a time, in Unix milliseconds, or how long before now it begins. */
export type Since = {readonly at: number} | {readonly ago: number};

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/;

/** An age as above, or a date or time as in ISO 8601, of the zone here unless it names one. */
export function parseSince(text: string, label: string): Since {
	const ago = ageOf(text);
	if (ago !== undefined) return {ago};
	const typed = text.trim();
	// A date alone would be taken for one in UTC.
	const at = DATE.test(typed) ? Date.parse(`${typed}T00:00`) : TIME.test(typed) ? Date.parse(typed) : Number.NaN;
	if (!Number.isNaN(at)) return {at};
	throw usageError(
		`${label} takes a date, a time or an age, not ${quote(text)}`,
		'For example 2026-11-21, 2026-11-21T18:30 or 30d',
	);
}

/** An address to dial: it needs a port. */
export function parseDialAddress(text: string, label: string): TcpAddress {
	const address = parseAddress(text, label);
	if (address.port !== 0) return address;
	throw usageError(`${label}: port 0 cannot be dialled`, 'Give the port that the other side listens on');
}

/** The value of a switch in the environment. */
export function parseSwitch(text: string, label: string): boolean {
	const value = text.trim().toLowerCase();
	if (['1', 'true', 'yes', 'on'].includes(value)) return true;
	if (['', '0', 'false', 'no', 'off'].includes(value)) return false;
	throw usageError(`${label} is 1 or 0, not ${quote(text)}`);
}

function asUsage<Value>(label: string, parse: () => Value): Value {
	try {
		return parse();
	} catch (error) {
		if (error instanceof UserError) throw usageError(`${label}: ${error.message}`, error.hint);
		throw error;
	}
}
