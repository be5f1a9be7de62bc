/** The settings of files as a headless line gives them. 0 or null takes a limit away. */
import path from 'node:path';
import type {FileSettings} from '../api/files.ts';
import {MAX_ACCEPT_RULES, parseAcceptRule} from '../store/file-settings.ts';
import {nearest} from './nearest.ts';

const LIMITS = ['maxUpload', 'maxDownload', 'quota'] as const;
const NAMES = ['folder', 'accept', ...LIMITS] as const;

/** What is wrong, as words that follow `"settings" `; or the settings. */
export function readSettingsField(value: unknown): {problem: string} | {settings: Partial<FileSettings>} {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return {problem: 'is no object'};
	const settings: Record<string, unknown> = {};
	for (const [name, given] of Object.entries(value)) {
		const problem = problemWith(name, given);
		if (problem !== undefined) return {problem: `has a wrong ${JSON.stringify(name.slice(0, 40))}: ${problem}`};
		settings[name] = given ?? 0;
	}
	return {settings};
}

function problemWith(name: string, value: unknown): string | undefined {
	if (!(NAMES as readonly string[]).includes(name)) {
		const meant = nearest(name, NAMES);
		return meant === undefined ? `there are ${NAMES.join(', ')}` : `did you mean ${meant}?`;
	}
	if (name === 'folder') return isAbsolutePath(value) ? undefined : 'it is no absolute path';
	if (name === 'accept')
		return areRules(value) ? undefined : 'it is no list of {"from": <peer id or *>, "bytes": <number>}';
	if (value === null) return undefined;
	return isAmount(value) ? undefined : 'it is no number of bytes';
}

export function isAbsolutePath(value: unknown): boolean {
	return typeof value === 'string' && path.isAbsolute(value) && !value.includes('\0');
}

function areRules(value: unknown): boolean {
	if (!Array.isArray(value) || value.length > MAX_ACCEPT_RULES) return false;
	return value.every(rule => {
		if (typeof rule !== 'object' || rule === null) return false;
		const {from, bytes} = rule as Record<string, unknown>;
		return typeof from === 'string' && isAmount(bytes) && parseAcceptRule(`${from}=${bytes}`) !== undefined;
	});
}

function isAmount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}
