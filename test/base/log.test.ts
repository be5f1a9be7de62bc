import {mkdtemp, readFile, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {describeStack} from '../../source/base/errors.ts';
import {LOG_LEVELS, type LogLevel, openLog} from '../../source/base/log.ts';

let directory: string;
let file: string;

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'p2p-tui-log-'));
	file = join(directory, 'log');
});

afterEach(() => rm(directory, {recursive: true}));

function fail(error: unknown): void {
	throw error;
}

const written = () => readFile(file, 'utf8').catch(() => '');
/** The lines without their times, and without the end of the last. */
const entries = async () =>
	(await written())
		.split('\n')
		.slice(0, -1)
		.map(line => line.replace(/^\S+ /, ''));

describe('levels', () => {
	test.each([
		['silent', []],
		['error', ['error x']],
		['warn', ['error x', 'warn x']],
		['info', ['error x', 'warn x', 'info x']],
		['debug', ['error x', 'warn x', 'info x', 'debug x']],
	] as const)('%s', async (level: LogLevel, expected) => {
		const log = openLog(level, file, fail);
		for (const entryLevel of LOG_LEVELS) if (entryLevel !== 'silent') log(entryLevel, 'x');
		expect(await entries()).toEqual(expected);
	});

	test('without a file nothing happens', () => {
		expect(() => openLog('debug', undefined, fail)('error', 'x')).not.toThrow();
	});
});

test('each entry is a line with its time first, at the end of what the file had; nobody else may read it', async () => {
	openLog('info', file, fail)('info', 'first');
	openLog('info', file, fail)('info', 'second');
	const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
	expect(await written()).toMatch(new RegExp(`^${time} info first\n${time} info second\n$`));
	expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('row 53: control characters, escape sequences and line ends in an entry are visible, on one line', async () => {
	const log = openLog('info', file, fail);
	log('info', 'a\x1b]0;title\x07b\x9b31mc\rd\be\nerror forged');
	log('info', 'r\u202etl\u200b');
	expect(await entries()).toEqual([
		String.raw`info a\x1b]0;title\x07b\x9b31mc\rd\x08e\nerror forged`,
		String.raw`info r\u202etl\u200b`,
	]);
});

test('a stack and its causes are one line', async () => {
	const error = new Error('outer', {cause: new TypeError('inner\x1b[2J')});
	openLog('error', file, fail)('error', describeStack(error));
	const [entry, ...rest] = await entries();
	expect(rest).toEqual([]);
	expect(entry).toMatch(/^error Error: outer \| at .*log\.test\.ts.* \| caused by TypeError: inner\\x1b\[2J \| at /);
	expect(describeStack('thrown as a text')).toBe('thrown as a text');
});

test('a file that cannot be written is told once', () => {
	const errors: unknown[] = [];
	const log = openLog('info', join(directory, 'missing', 'log'), error => errors.push(error));
	log('info', 'x');
	log('error', 'y');
	expect(errors).toEqual([expect.objectContaining({code: 'ENOENT'})]);
});
