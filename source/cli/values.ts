/**
 * What an option's text means. Each parser gets the text and what to call it in an error (`--count` or
 * `P2P_TUI_COUNT`), and throws a UserError with exit status 2.
 */
import {EXIT_USAGE, UserError} from '../base/errors.ts';
import {parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
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

export function parseName(text: string, label: string): string {
	return asUsage(label, () => normaliseName(text));
}

export function parseRoom(text: string, label: string): string {
	return asUsage(label, () => normaliseRoom(text));
}

export function parseAddress(text: string, label: string): TcpAddress {
	return asUsage(label, () => parseTcpAddress(text));
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
