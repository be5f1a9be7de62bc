import {describe, expect, test} from 'vitest';
import {EXIT_USAGE, UserError} from '../../source/base/errors.ts';
import {COMMANDS, OPTION_NAMES, OPTIONS, variableOf} from '../../source/cli/option-table.ts';
import {type Environment, type Options, parseArguments} from '../../source/cli/options.ts';

const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';

function optionsOf(line: string, env: Environment = {}): Options {
	const invocation = parseArguments(line === '' ? [] : line.split(' '), env);
	if (invocation.command === 'print') throw new Error('there are no options in what is only printed');
	return invocation.options;
}

function refusal(argv: readonly string[], env: Environment = {}): string {
	try {
		parseArguments(argv, env);
	} catch (error) {
		expect(error).toBeInstanceOf(UserError);
		const {message, hint, exitStatus} = error as UserError;
		expect(exitStatus).toBe(EXIT_USAGE);
		expect(message).not.toContain('\n');
		return hint === undefined ? message : `${message} | ${hint}`;
	}
	throw new Error(`accepted: ${argv.join(' ')}`);
}

describe('commands', () => {
	test('no command is the screen', () => {
		expect(parseArguments([], {}).command).toBe('screen');
	});

	test.each(['headless', 'id', 'demo', 'config', 'doctor'])('%s', command => {
		expect(parseArguments([command], {}).command).toBe(command);
	});

	test('ping takes an address, with or without a peer id, and the old form of one', () => {
		const address = '/ip4/127.0.0.1/tcp/4001';
		const target = (text: string) => {
			const invocation = parseArguments(['ping', text], {});
			return invocation.command === 'ping' ? invocation.target : invocation.command;
		};
		expect(target(address)).toEqual({address});
		expect(target(`${address}/p2p/${PEER}`)).toEqual({address: `${address}/p2p/${PEER}`});
		expect(target(`${address}/ipfs/${PEER}`)).toEqual({address: `${address}/p2p/${PEER}`});
	});

	test.each(['ping', 'trace'] as const)('%s takes a peer id or a name as well', command => {
		const target = (text: string) => parseArguments([command, text], {});
		expect(target(PEER)).toMatchObject({command, target: {peer: PEER}});
		expect(target('bob')).toMatchObject({command, target: {name: 'bob'}});
		expect(target('Ann B.')).toMatchObject({target: {name: 'Ann B.'}});
		expect(target('cafe')).toMatchObject({target: {name: 'cafe'}});
		expect(refusal([command, 'bob', '--no-discovery'])).toMatch(/^A name or a peer id is found by discovery/);
		expect(refusal([command, '12D3KooWnobody'])).toMatch(/takes a peer id/);
		expect(refusal([command, 'ann', 'bob'])).toMatch(/takes one peer; "bob" is too much/);
	});

	test('ping ends by itself, whatever is asked for', () => {
		const ping = (line: string) => optionsOf(`ping bob ${line}`.trim());
		expect(ping('')).toMatchObject({count: 5, interval: 1000, deadline: undefined, flood: false});
		expect(ping('-c 3 -i 20 -w 9')).toMatchObject({count: 3, interval: 20, deadline: 9_000});
		expect(ping('-w 9')).toMatchObject({count: 1_000_000, deadline: 9_000});
		expect(ping('-f')).toMatchObject({flood: true, count: 10_000, deadline: 10_000});
		expect(ping('--flood --count 7')).toMatchObject({flood: true, count: 7, deadline: undefined});
		expect(ping('--flood --deadline 2')).toMatchObject({flood: true, count: 1_000_000, deadline: 2_000});
		expect(refusal(['ping', 'bob', '-f', '-i', '5'])).toBe('ping takes --flood or --interval, not both');
	});

	test('send takes a text and a room, or a peer', () => {
		const send = (...argv: string[]) => parseArguments(['send', ...argv], {});
		expect(send('--room', '#Ops', '007')).toMatchObject({command: 'send', text: '007', target: {room: 'ops'}});
		expect(send('--direct', PEER, '-')).toMatchObject({text: '-', target: {peer: PEER}, options: {rooms: []}});
		expect(send('--room', 'ops', '--', '--to')).toMatchObject({text: '--to', options: {to: 1, timeout: 10_000}});
		expect(send('--room', 'ops', '--to', '3', '--timeout', '2', '--json', 'x')).toMatchObject({
			options: {to: 3, timeout: 2_000, json: true},
		});
		// A room for every other command is in the environment.
		const env = {P2P_TUI_ROOM: 'dev'};
		expect(parseArguments(['send', 'x'], env)).toMatchObject({target: {room: 'dev'}});
		expect(parseArguments(['send', '--direct', PEER, 'x'], env)).toMatchObject({target: {peer: PEER}});
	});

	test('export takes a room or a conversation, and from when on', () => {
		const exported = (...argv: string[]) => parseArguments(['export', ...argv], {});
		expect(exported('--room', '#Ops', '--json')).toMatchObject({command: 'export', room: 'ops', options: {json: true}});
		expect(exported('--room', `@${PEER}`, '--events')).toMatchObject({room: `@${PEER}`, options: {events: true}});
		const since = (text: string) => exported('--room', 'ops', '--since', text);
		expect(since('30d')).toMatchObject({options: {since: {ago: 30 * 86_400_000}}});
		expect(since('2026-11-21')).toMatchObject({options: {since: {at: new Date(2026, 10, 21).getTime()}}});
		expect(since('2026-11-21T18:30')).toMatchObject({options: {since: {at: new Date(2026, 10, 21, 18, 30).getTime()}}});
		expect(since('2026-11-21T18:30:15Z')).toMatchObject({options: {since: {at: Date.UTC(2026, 10, 21, 18, 30, 15)}}});
	});

	test('options may stand before the command', () => {
		expect(parseArguments(['--name', 'ann', 'headless'], {})).toMatchObject({
			command: 'headless',
			options: {name: 'ann'},
		});
	});

	test.each([
		[['hedless'], 'Unknown command "hedless" | Did you mean headless?'],
		[['xyzzy'], 'Unknown command "xyzzy" | See p2p-tui --help'],
		[['headless', 'now'], 'headless takes no argument "now" | See p2p-tui --help'],
		[['ping'], /^ping takes a name, a peer id or an address \| For example: p2p-tui ping bob, /],
		[['send', '--room', 'a'], /^send needs the text to send, or --file <path> \| For example/],
		[['send', '--room', 'a', 'two', 'words'], /^send takes one text; put it in quotes/],
		[['send', 'x'], 'send needs to know where to | Say --room <room>, or --direct <peerId>'],
		[['send', '--room', 'a', '--room', 'b', 'x'], 'send takes one room | Run it for "b" as well'],
		[['send', '--room', 'a', '--direct', PEER, 'x'], 'send takes --room or --direct, not both'],
		[['send', '--direct', 'bob', 'x'], /^--direct takes a peer id, 12D3KooW…, not "bob" \| /],
		[['send', '--direct', PEER, '--to', '2', 'x'], '--to 2: there is one receiver with --direct'],
		[['send', '--room', 'a', '--timeout', '0', 'x'], /^--timeout takes a whole number from 1 to 86400/],
		[['sned', 'x'], 'Unknown command "sned" | Did you mean send?'],
		[['export'], 'export needs to know what | Say --room <room>'],
		[['export', '--room', '@bob'], /^--room takes a peer id/],
		[['export', '--room', 'a', '--since', 'monday'], /^--since takes a date, a time or an age, not "monday" \| /],
		[['export', '--room', 'a', '--since', '2026-13-01'], /^--since takes a date/],
		[['export', '--room', 'a', '--ephemeral'], /^--ephemeral means nothing to export/],
		[['headless', '--since', '30d'], '--since means nothing to headless | It belongs to export'],
		[['--keep', '30'], '--keep takes hours, days or weeks, such as 12h, 30d or 4w, or forever, not "30"'],
		[['--keep', '0d'], /^--keep takes hours/],
		[['--keep=-3d'], /^--keep takes hours/],
		[['ping', '/ip4/1.2.3.4/tcp/0'], 'ping: port 0 cannot be dialled | Give the port that the other side listens on'],
	])('%j is refused', (argv, message) => {
		if (typeof message === 'string') expect(refusal(argv)).toBe(message);
		else expect(refusal(argv)).toMatch(message);
	});

	test('what is wrong with an address is said before anything is started', () => {
		expect(refusal(['ping', '127.0.0.1:4001'])).toMatch(/^ping: Not a multiaddr: "127\.0\.0\.1:4001" \| .+\/tcp\/4001/);
		expect(refusal(['--peer', '/dns4/example.org/tcp/1'])).toMatch(/^--peer: Names are not supported yet/);
		expect(refusal(['--listen', '/ip4/1.2.3.4/udp/1'])).toMatch(/^--listen: Only TCP is supported, not udp/);
	});
});

describe('options', () => {
	test('have these defaults', () => {
		expect(optionsOf('')).toEqual({
			name: undefined,
			rooms: ['lobby'],
			areDefaultRooms: true,
			listen: undefined,
			interfaces: [],
			peers: [],
			discoveryPort: 9999,
			discovery: true,
			mdns: true,
			dataDirectory: undefined,
			ephemeral: false,
			keep: undefined,
			pubsub: 'gossipsub',
			theme: undefined,
			plain: false,
			config: undefined,
			topology: true,
			metrics: undefined,
			...{nodes: 20, seed: 1, loss: 0, delay: 20},
			logLevel: 'warn',
			logLevels: {},
			logFile: undefined,
			downloadFolder: undefined,
			accept: undefined,
			maxUpload: undefined,
			maxDownload: undefined,
			files: [],
			isTimeoutGiven: false,
			direct: undefined,
			to: 1,
			timeout: 10_000,
			since: undefined,
			events: false,
			count: 5,
			interval: 1000,
			deadline: undefined,
			flood: false,
			json: false,
		});
	});

	test('are all read', () => {
		const line =
			'--name ann --room dev --room #Ops --listen /ip4/127.0.0.1/tcp/0 --listen /ip6/::1/tcp/5 --interface lo ' +
			`--interface eth0 --peer /ip4/192.0.2.7/tcp/4001/p2p/${PEER} --discovery-port=7000 --no-discovery --no-mdns ` +
			'--data-dir ./x --ephemeral --pubsub floodsub --theme light --plain --config my.json --log-level debug --log-file y.log';
		expect(optionsOf(line)).toMatchObject({
			name: 'ann',
			rooms: ['dev', 'ops'],
			listen: ['/ip4/127.0.0.1/tcp/0', '/ip6/::1/tcp/5'],
			interfaces: ['lo', 'eth0'],
			peers: [`/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`],
			discoveryPort: 7000,
			discovery: false,
			mdns: false,
			dataDirectory: './x',
			ephemeral: true,
			pubsub: 'floodsub',
			theme: 'light',
			plain: true,
			config: 'my.json',
			logLevel: 'debug',
			logFile: 'y.log',
		});
		expect(optionsOf('ping /ip4/1.2.3.4/tcp/1 --count 3 --interval 20 --json')).toMatchObject({
			count: 3,
			interval: 20,
			json: true,
		});
	});

	test('--keep takes hours, days, weeks or for ever', () => {
		const day = 86_400_000;
		expect(['12h', '30d', '4W', 'forever'].map(text => optionsOf(`--keep ${text}`).keep)).toEqual([
			...[day / 2, 30 * day, 28 * day, undefined],
		]);
		expect(optionsOf('headless', {P2P_TUI_KEEP: '30d'}).keep).toBe(30 * day);
		expect(optionsOf('headless --keep forever', {P2P_TUI_KEEP: '30d'}).keep).toBeUndefined();
		expect(refusal(['headless'], {P2P_TUI_KEEP: 'long'})).toMatch(/^P2P_TUI_KEEP takes hours/);
	});

	test('--metrics takes a place on this machine only', () => {
		for (const place of ['127.0.0.1:9464', '127.3.2.1:1', '[::1]:65535']) {
			expect(optionsOf(`headless --metrics ${place}`).metrics).toBe(place);
		}
		for (const place of [
			'0.0.0.0:9464',
			'192.168.1.7:80',
			'::1:9464',
			'localhost:9464',
			'127.0.0.256:1',
			'127.0.0.1',
			'[::]:1',
			'127.0.0.1:0',
			'[::1]:65536',
			'9464',
		]) {
			expect(refusal(['headless', '--metrics', place])).toMatch(/^--metrics takes an address of this machine, .* \| /);
		}
	});

	test('--log-level takes a level for all, and others for some subsystems', () => {
		const levels = (text: string) => optionsOf(`headless --log-level ${text}`);
		expect(levels('info')).toMatchObject({logLevel: 'info', logLevels: {}});
		expect(levels('error,net=debug,swarm=info')).toMatchObject({
			...{logLevel: 'error', logLevels: {net: 'debug', swarm: 'info'}},
		});
		expect(levels('storage=silent')).toMatchObject({logLevel: 'warn', logLevels: {storage: 'silent'}});
		expect(refusal(['--log-level', 'nett=info'])).toBe(
			'--log-level: a subsystem is one of core, discovery, net, swarm, storage, screen, not "nett" | Did you mean net?',
		);
		expect(refusal(['--log-level', 'net=loud'])).toMatch(/^--log-level net is one of silent, error, warn, info, debug/);
		expect(refusal(['--log-level', 'info,'])).toMatch(/^--log-level is one of/);
	});

	test('keep values that look like numbers, switches or objects as text', () => {
		expect(parseArguments(['--name', '007'], {})).toMatchObject({options: {name: '007'}});
		expect(parseArguments(['--name', '1e3'], {})).toMatchObject({options: {name: '1e3'}});
		expect(parseArguments(['--data-dir', '__proto__'], {})).toMatchObject({options: {dataDirectory: '__proto__'}});
	});

	test.each([
		[['--intreface', 'lo'], 'Unknown option "--intreface" | Did you mean --interface?'],
		[['--disc'], 'Unknown option "--disc" | Did you mean --discovery-port?'],
		[['--dataDir', 'x'], 'Unknown option "--dataDir" | Did you mean --data-dir?'],
		[['--no-name'], 'Unknown option "--no-name" | See p2p-tui --help'],
		[['-x'], 'Unknown option "-x" | See p2p-tui --help'],
		[['send', '--file', '-dash.txt'], 'Unknown option "-dash.txt" | If it belongs to --file: --file=-dash.txt'],
		[['--name', '--data-dri'], 'Unknown option "--data-dri" | Did you mean --data-dir?'],
		[['--ephemeral', '-x'], 'Unknown option "-x" | See p2p-tui --help'],
		[['-c', '3'], '--count means nothing to the screen | It belongs to ping, trace'],
		[['--name'], '--name needs a value'],
		[['--name', '--ephemeral'], '--name needs a value'],
		[['--name='], '--name needs a value'],
		// To the parser, one that may be repeated is not there without a value.
		[['--room', '--json'], '--room needs a value'],
		[['send', '--room', 'a', '--file'], '--file needs a value'],
		[['send', '--room', 'a', '--file', '--json', 'hello'], '--file needs a value'],
		[['send', '--room', 'a', '--file', 'b', '--file'], '--file needs a value'],
		[['send', '--room', 'a', '--file', '--', 'hello'], '--file needs a value'],
		[['--name', 'a', '--name', 'b'], '--name can be given only once'],
		[['--data-dir', 'a', '--data-dir', 'b'], '--data-dir can be given only once'],
		[['--ephemeral=maybe'], '--ephemeral takes no value'],
		[['--discovery-port', '0'], '--discovery-port takes a whole number from 1 to 65535, not "0"'],
		[['--discovery-port', '65536'], '--discovery-port takes a whole number from 1 to 65535, not "65536"'],
		[['--discovery-port', '1e3'], '--discovery-port takes a whole number from 1 to 65535, not "1e3"'],
		[['--discovery-port', '-5'], '--discovery-port takes a whole number from 1 to 65535, not "-5"'],
		[
			['--log-level', 'inof'],
			'--log-level is one of silent, error, warn, info, debug, not "inof" | Did you mean info?',
		],
		[['--pubsub', 'meshsub'], '--pubsub is one of gossipsub, floodsub, not "meshsub"'],
		[['--room', 'a b'], '--room: Not a room name | No spaces, control or invisible characters, and no further #'],
		[['--name', 'a\nb'], '--name: A name is one line without control characters'],
		[['--data-dir', 'a\0b'], '--data-dir cannot hold a NUL character'],
		[['--count', '3'], '--count means nothing to the screen | It belongs to ping, trace'],
		[
			['headless', '--json'],
			'--json means nothing to headless | It belongs to send, get, export, ping, id, doctor, trace',
		],
		[
			['demo', '--data-dir', 'x'],
			'--data-dir means nothing to demo | It belongs to screen, headless, send, get, export, id, doctor',
		],
	])('%j is refused', (argv, message) => {
		const text = refusal(argv);
		if (message.includes('|')) expect(text).toBe(message);
		else expect(text.split(' | ')[0]).toBe(message);
	});

	test('what was typed is shown short, however long it is', () => {
		expect(refusal([`--${'x'.repeat(10_000)}`]).length).toBeLessThan(100);
		expect(refusal(['--log-level', 'x'.repeat(10_000)]).length).toBeLessThan(200);
	});
});

describe('the environment', () => {
	test('has a variable for each option', () => {
		expect(OPTION_NAMES.map(variableOf)).toContain('P2P_TUI_NO_DISCOVERY');
		const options = optionsOf('', {
			P2P_TUI_NAME: 'ann',
			P2P_TUI_ROOM: 'dev, ops',
			P2P_TUI_LISTEN: '/ip4/127.0.0.1/tcp/0,/ip6/::1/tcp/0',
			P2P_TUI_INTERFACE: 'lo',
			P2P_TUI_PEER: '/ip4/127.0.0.1/tcp/9',
			P2P_TUI_DISCOVERY_PORT: '7000',
			P2P_TUI_NO_DISCOVERY: '1',
			P2P_TUI_NO_MDNS: 'yes',
			P2P_TUI_DATA_DIR: '/data/my profile',
			P2P_TUI_EPHEMERAL: 'true',
			P2P_TUI_PUBSUB: 'gossipsub',
			P2P_TUI_THEME: 'mono',
			P2P_TUI_PLAIN: '1',
			P2P_TUI_CONFIG: '/etc/p2p-tui.json',
			P2P_TUI_LOG_LEVEL: 'info',
			P2P_TUI_LOG_FILE: '/log',
		});
		expect(options).toMatchObject({
			name: 'ann',
			rooms: ['dev', 'ops'],
			listen: ['/ip4/127.0.0.1/tcp/0', '/ip6/::1/tcp/0'],
			interfaces: ['lo'],
			peers: ['/ip4/127.0.0.1/tcp/9'],
			discoveryPort: 7000,
			discovery: false,
			mdns: false,
			dataDirectory: '/data/my profile',
			ephemeral: true,
			pubsub: 'gossipsub',
			theme: 'mono',
			plain: true,
			config: '/etc/p2p-tui.json',
			logLevel: 'info',
			logFile: '/log',
		});
		const ping = optionsOf('ping /ip4/1.2.3.4/tcp/1', {
			P2P_TUI_COUNT: '2',
			P2P_TUI_INTERVAL: '10',
			P2P_TUI_JSON: 'on',
		});
		expect(ping).toMatchObject({count: 2, interval: 10, json: true});
	});

	test('gives way to the command line', () => {
		expect(optionsOf('--name bob --room x', {P2P_TUI_NAME: 'ann', P2P_TUI_ROOM: 'y'})).toMatchObject({
			name: 'bob',
			rooms: ['x'],
		});
	});

	test('counts as unset when it is empty', () => {
		expect(optionsOf('', {P2P_TUI_NAME: '', P2P_TUI_EPHEMERAL: '', P2P_TUI_PEER: ' '})).toEqual(optionsOf(''));
		expect(optionsOf('', {P2P_TUI_EPHEMERAL: '0'}).ephemeral).toBe(false);
	});

	test('is named when it is wrong', () => {
		expect(refusal([], {P2P_TUI_DISCOVERY_PORT: 'x'})).toMatch(/^P2P_TUI_DISCOVERY_PORT takes a whole number/);
		expect(refusal([], {P2P_TUI_EPHEMERAL: 'maybe'})).toMatch(/^P2P_TUI_EPHEMERAL is 1 or 0, not "maybe"/);
	});

	test('does not trouble a command that does not use it', () => {
		expect(optionsOf('headless', {P2P_TUI_THEME: 'no such theme', P2P_TUI_COUNT: 'x'}).theme).toBeUndefined();
		expect(optionsOf('headless', {P2P_TUI_JSON: 'x'}).json).toBe(false);
		expect(optionsOf('headless', {P2P_TUI_JSON: '1'}).json).toBe(false);
		expect(refusal(['ping', '/ip4/1.2.3.4/tcp/1'], {P2P_TUI_JSON: 'x'})).toMatch(/^P2P_TUI_JSON is 1 or 0/);
	});
});

describe('help and version', () => {
	const printed = (argv: string[]) => {
		const invocation = parseArguments(argv, {});
		if (invocation.command !== 'print') throw new Error('nothing to print');
		return invocation.text;
	};

	test('the version is that of the package', () => {
		expect(printed(['--version'])).toMatch(/^\d+\.\d+\.\d+/);
		expect(printed(['-v', '--ephemeral'])).toBe(printed(['--version']));
	});

	test('each command has its own help, and names what it takes', () => {
		const documented = new Set<string>();
		for (const command of COMMANDS) {
			const text = printed(command === 'screen' ? ['--help'] : [command, '--help']);
			const options = text.slice(text.indexOf('Options'), text.indexOf('Each option'));
			const shown = [...options.matchAll(/ --([a-z-]+)/g)].map(([, flag]) => flag);
			const flags = OPTION_NAMES.filter(name => OPTIONS[name].commands.includes(command));
			expect(shown).toEqual(expect.arrayContaining(flags.map(name => OPTIONS[name].flag)));
			for (const name of flags) documented.add(name);
			for (const name of flags) if (OPTIONS[name].short) expect(options).toContain(` -${OPTIONS[name].short}, --`);
			// Each example is a command line that makes sense.
			const examples = text.slice(text.indexOf('Examples')).matchAll(/^ {2}(?:.*\| )?p2p-tui ?(.*?)(?: [>|].*)?$/gm);
			const lines = [...examples].map(([, line]) => line!.replaceAll(/12D3KooW…/g, PEER).match(/"[^"]*"|\S+/g) ?? []);
			expect(lines.length).toBeGreaterThan(0);
			for (const line of lines) expect(() => parseArguments(line, {})).not.toThrow();
		}
		expect([...documented].sort()).toEqual([...OPTION_NAMES].sort());
	});

	test('help is asked for in several ways', () => {
		expect(printed(['help', 'ping'])).toBe(printed(['ping', '-h']));
		expect(printed(['help'])).toBe(printed(['--help']));
	});

	test('help fits in 125 columns', () => {
		for (const command of COMMANDS) {
			const text = printed(command === 'screen' ? ['--help'] : [command, '--help']);
			expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(125);
		}
	});
});
