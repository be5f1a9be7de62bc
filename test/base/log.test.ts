import {mkdtemp, readFile, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {describeStack} from '../../source/base/errors.ts';
import {LOG_LEVELS, type LogLevel, openLog, SUBSYSTEMS} from '../../source/base/log.ts';

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
		['error', ['error core x']],
		['warn', ['error core x', 'warn core x']],
		['info', ['error core x', 'warn core x', 'info core x']],
		['debug', ['error core x', 'warn core x', 'info core x', 'debug core x']],
	] as const)('%s', async (level: LogLevel, expected) => {
		const log = openLog({level}, file, fail);
		for (const entryLevel of LOG_LEVELS) if (entryLevel !== 'silent') log(entryLevel, 'core', 'x');
		expect(await entries()).toEqual(expected);
	});

	test('without a file nothing happens', () => {
		expect(() => openLog({level: 'debug'}, undefined, fail)('error', 'core', 'x')).not.toThrow();
	});
});

test('each entry is a line with its time first, at the end of what the file had; nobody else may read it', async () => {
	openLog({level: 'info'}, file, fail)('info', 'core', 'first');
	openLog({level: 'info'}, file, fail)('info', 'core', 'second');
	const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
	expect(await written()).toMatch(new RegExp(`^${time} info core first\n${time} info core second\n$`));
	expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('row 53: control characters, escape sequences and line ends in an entry are visible, on one line', async () => {
	const log = openLog({level: 'info'}, file, fail);
	log('info', 'core', 'a\x1b]0;title\x07b\x9b31mc\rd\be\nerror forged');
	log('info', 'core', 'r\u202etl\u200b');
	expect(await entries()).toEqual([
		String.raw`info core a\x1b]0;title\x07b\x9b31mc\rd\x08e\nerror forged`,
		String.raw`info core r\u202etl\u200b`,
	]);
});

test('a stack and its causes are one line', async () => {
	const error = new Error('outer', {cause: new TypeError('inner\x1b[2J')});
	openLog({level: 'error'}, file, fail)('error', 'core', describeStack(error));
	const [entry, ...rest] = await entries();
	expect(rest).toEqual([]);
	expect(entry).toMatch(
		/^error core Error: outer \| at .*log\.test\.ts.* \| caused by TypeError: inner\\x1b\[2J \| at /,
	);
	expect(describeStack('thrown as a text')).toBe('thrown as a text');
});

test('a file that cannot be written is told once', () => {
	const errors: unknown[] = [];
	const log = openLog({level: 'info'}, join(directory, 'missing', 'log'), error => errors.push(error));
	log('info', 'core', 'x');
	log('error', 'core', 'y');
	expect(errors).toEqual([expect.objectContaining({code: 'ENOENT'})]);
});

describe('subsystems', () => {
	test('have levels of their own', async () => {
		const log = openLog({level: 'warn', levels: {net: 'debug', storage: 'silent'}}, file, fail);
		for (const subsystem of SUBSYSTEMS) {
			expect(log.takes('debug', subsystem)).toBe(subsystem === 'net');
			log('error', subsystem, 'x');
			log('debug', subsystem, 'y');
		}
		const loud = SUBSYSTEMS.filter(subsystem => subsystem !== 'storage');
		expect(await entries()).toEqual(
			loud.flatMap(subsystem => [`error ${subsystem} x`, ...(subsystem === 'net' ? ['debug net y'] : [])]),
		);
	});

	test('what is known of an entry stands behind it; what one could not tell apart is in quotes', async () => {
		const log = openLog({level: 'info'}, file, fail);
		log('info', 'net', 'closed', {
			peer: '12D3',
			reason: 'no answer',
			count: 3,
			none: undefined,
			forged: 'a\nerror b=c',
		});
		expect(await entries()).toEqual(['info net closed peer=12D3 reason="no answer" count=3 forged="a\\nerror b=c"']);
	});

	test('row 53: a .jsonl file has one object a line, and nothing in it that a terminal would obey', async () => {
		const lines = join(directory, 'log.jsonl');
		openLog({level: 'info'}, lines, fail)('warn', 'net', 'a\x1b[2J"', {name: 'r\u202etl\n', count: 3});
		const text = await readFile(lines, 'utf8');
		expect(text).toMatch(/^[\x20-\x7e]+\n$/);
		expect(JSON.parse(text)).toEqual({
			time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
			level: 'warn',
			subsystem: 'net',
			message: String.raw`a\x1b[2J"`,
			name: String.raw`r\u202etl\n`,
			count: 3,
		});
	});
});
