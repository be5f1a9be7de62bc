import {describe, expect, test} from 'vitest';
import {dialerConfig, type Machine, nodeConfig} from '../../source/cli/config.ts';
import {defaultDataDirectory} from '../../source/cli/directories.ts';
import {type Options, parseArguments} from '../../source/cli/options.ts';

const machine: Machine = {platform: 'linux', home: '/home/ann', env: {}, userName: 'ann', hasIpv6: true};

function options(...argv: string[]): Options {
	const invocation = parseArguments(argv, {});
	if (invocation.command === 'print') throw new Error('nothing but text');
	return invocation.options;
}

describe('the data directory', () => {
	test.each([
		['linux', {}, '/home/ann/.local/share/p2p-tui'],
		['linux', {XDG_DATA_HOME: '/data'}, '/data/p2p-tui'],
		['linux', {XDG_DATA_HOME: 'relative/is/ignored'}, '/home/ann/.local/share/p2p-tui'],
		['freebsd', {}, '/home/ann/.local/share/p2p-tui'],
		['darwin', {XDG_DATA_HOME: '/data'}, '/home/ann/Library/Application Support/p2p-tui'],
	] as const)('on %s with %j is %s', (platform, env, directory) => {
		expect(defaultDataDirectory({platform, home: '/home/ann', env})).toBe(directory);
	});

	test('on Windows is below the local application data', () => {
		const home = 'C:\\Users\\ann';
		expect(defaultDataDirectory({platform: 'win32', home, env: {LOCALAPPDATA: 'D:\\local'}})).toBe(
			'D:\\local\\p2p-tui',
		);
		expect(defaultDataDirectory({platform: 'win32', home, env: {}})).toBe('C:\\Users\\ann\\AppData\\Local\\p2p-tui');
	});

	test('is none for an ephemeral node, and absolute when it is given', () => {
		expect(nodeConfig(options('--ephemeral'), machine, false).dataDirectory).toBeUndefined();
		expect(nodeConfig(options(), machine, false).dataDirectory).toBe('/home/ann/.local/share/p2p-tui');
		expect(nodeConfig(options('--data-dir', 'x'), machine, false).dataDirectory).toBe(`${process.cwd()}/x`);
	});
});

describe('the name', () => {
	const nameFor = (userName: string | undefined, ...argv: string[]) =>
		nodeConfig(options(...argv), {...machine, userName}, false).name;

	test('is the one given, or else the user name', () => {
		expect(nameFor('ann', '--name', 'bob')).toBe('bob');
		expect(nameFor('ann')).toBe('ann');
	});

	test('is cleaned, and never empty', () => {
		expect(nameFor('a\u0007n\u202en')).toBe('ann');
		expect(nameFor('   ')).toBe('anonymous');
		expect(nameFor(undefined)).toBe('anonymous');
		expect(nameFor('x'.repeat(1000))).toBe('anonymous');
	});
});

describe('the configuration', () => {
	test('listens on the protocols that the machine has, at any free port', () => {
		expect(nodeConfig(options(), machine, false).listen).toEqual(['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0']);
		expect(nodeConfig(options(), {...machine, hasIpv6: false}, false).listen).toEqual(['/ip4/0.0.0.0/tcp/0']);
		expect(nodeConfig(options('--listen', '/ip4/127.0.0.1/tcp/5'), machine, false).listen).toEqual([
			'/ip4/127.0.0.1/tcp/5',
		]);
	});

	test('lets a person find the rooms of last time again, and gives a script those that it asks for', () => {
		const remembered = (forScreen: boolean, ...argv: string[]) =>
			nodeConfig(options(...argv), machine, forScreen).rememberedRooms;
		expect(remembered(true)).toBe('instead');
		expect(remembered(true, '--room', 'dev')).toBe('besides');
		expect(remembered(false)).toBeUndefined();
		expect(remembered(false, '--room', 'dev')).toBeUndefined();
	});

	test('allows faults only when the environment says so', () => {
		expect(nodeConfig(options(), machine, true)).toMatchObject({forScreen: true, faults: false});
		const env = {P2P_TUI_FAULTS: '1'};
		expect(nodeConfig(options(), {...machine, env}, false)).toMatchObject({forScreen: false, faults: true});
	});

	test('of a ping has no ears, no rooms and leaves nothing behind', () => {
		const given = options('--room', 'dev', '--peer', '/ip4/127.0.0.1/tcp/5', '--listen', '/ip4/127.0.0.1/tcp/6');
		expect(dialerConfig(given, machine)).toMatchObject({
			rooms: [],
			listen: [],
			peers: [],
			discovery: false,
			dataDirectory: undefined,
		});
	});
});
