/** What `--help` prints, for the program and for each command; drawn from the option table. */
import {type CommandName, OPTION_NAMES, OPTIONS, variableOf} from './option-table.ts';

const SUMMARY: Readonly<Record<CommandName, string>> = {
	screen: 'Chat with everyone on this network, without a server.',
	headless: 'The same node without a screen: commands in, events out, as JSON lines.',
	send: 'Send one message, or files, and wait until somebody holds it.',
	get: 'Fetch a file or folder that is offered in a room.',
	export: 'Print what is kept of a room; also while p2p-tui runs.',
	ping: 'Measure the round-trip time to a peer.',
	id: 'Show the peer ID, name and addresses of this profile.',
	demo: 'The screen with a small live swarm of real peers on this machine only.',
	config: 'Print a settings file with all settings and keys and their defaults.',
	trace: 'Show which way a message takes to a peer, and how long each link.',
	lab: 'The screen on a simulated network, to play with.',
	doctor: 'Find out why others are not seen, and how to mend it.',
};

const USAGE: Readonly<Record<CommandName, string>> = {
	screen: 'p2p-tui [options]',
	headless: 'p2p-tui headless [options]',
	send: 'p2p-tui send --room <room> <text, or --file <path>> [options]',
	get: 'p2p-tui get <id or name> --room <room> [options]',
	export: 'p2p-tui export --room <room> [options]',
	ping: 'p2p-tui ping <name, peer id or multiaddr> [options]',
	id: 'p2p-tui id [options]',
	demo: 'p2p-tui demo [options]',
	config: 'p2p-tui config',
	trace: 'p2p-tui trace <name, peer id or multiaddr> [options]',
	lab: 'p2p-tui lab [options]',
	doctor: 'p2p-tui doctor [options]',
};

/** In the order in which the help of the program lists them. */
const LISTED: readonly (readonly [string, CommandName])[] = [
	['', 'screen'],
	['headless', 'headless'],
	['send --room <room> <text>', 'send'],
	['get <file> --room <room>', 'get'],
	['export --room <room>', 'export'],
	['ping <peer>', 'ping'],
	['id', 'id'],
	['demo', 'demo'],
	['config', 'config'],
	['doctor', 'doctor'],
	['trace <peer>', 'trace'],
	['lab', 'lab'],
];

const EXAMPLES: Readonly<Record<CommandName, readonly string[]>> = {
	screen: ['p2p-tui --name ann --room dev', 'p2p-tui --peer /ip4/192.168.1.7/tcp/4001', 'p2p-tui demo'],
	headless: [
		`echo '{"id":"1","command":"peers"}' | p2p-tui headless`,
		'p2p-tui headless --name bot --room dev --listen /ip4/0.0.0.0/tcp/4001',
	],
	send: [
		'p2p-tui send --room ops "backup done"',
		'uptime | p2p-tui send --room ops --to 2 --timeout 60 -',
		'p2p-tui send --direct 12D3KooW… "call me"',
		'p2p-tui send --file report.pdf --file notes.txt --room ops --to 2',
	],
	get: ['p2p-tui get 4f1d0c9e --room ops --to ~/in', 'p2p-tui get report.pdf --room ops --json'],
	export: [
		'p2p-tui export --room lobby --since 7d',
		'p2p-tui export --room lobby --json | jq -r .text',
		'p2p-tui export --room @12D3KooW… --events > ann.jsonl',
	],
	ping: [
		'p2p-tui ping bob',
		'p2p-tui ping /ip4/192.168.1.7/tcp/4001 -c 100 -i 50 --json',
		'p2p-tui ping bob --flood -w 3',
	],
	id: ['p2p-tui id', 'p2p-tui id --json --data-dir ./bot'],
	demo: ['p2p-tui demo', 'p2p-tui demo --theme light'],
	config: ['p2p-tui config', 'p2p-tui config > my-settings.json'],
	trace: ['p2p-tui trace bob', 'p2p-tui trace bob --room dev --json'],
	lab: ['p2p-tui lab', 'p2p-tui lab --nodes 50 --seed 7'],
	doctor: ['p2p-tui doctor', 'p2p-tui doctor --json'],
};

const EXTRA: Readonly<Partial<Record<CommandName, readonly string[]>>> = {
	headless: [
		'Commands, one JSON object a line on standard input:',
		'  publish {room, text, replyTo}   direct {peer, text, replyTo}   edit {room, messageId, text}',
		'  redact {room, messageId, reason}   react {room, messageId, emoji, off}   topic {room, text}',
		'  history {room, limit, before, after}   search {text, room, limit, before}   export {room, limit, after}',
		'  read {room, messageId}   rooms   join {room}   leave {room}   forget {room}   nick {name}',
		'  dial {address}   disconnect {peer}   peers   ping {peer, count}   stats   shutdown',
		'  network   topology   spread {room, messageId}   room-spread {room}   trace {peer, room}',
		'  offer-file {path, room}   fetch-file {file, messageId, folder, priority}   transfers {file}',
		'  contents {file, skip, limit}   offers {room, limit}   pause {file}   resume {file}   cancel {file}',
		'  prioritise {file, priority}   file-settings {settings}',
		'A command with an "id" gets a reply with the same id. The node ends on shutdown or at the end of input.',
	],
	ping: [
		'A name or a peer id is looked for as the screen does; others see a peer called ping-… that comes and goes.',
		'At the end: sent, answered and lost, times, jitter (mean difference from one to the next), mdev (standard deviation)',
		'and a histogram. Ctrl-C ends it and prints them. Exit status 1: nothing came back, or nobody is there.',
	],
	send: [
		'The text - is read from standard input. Exit status 0: as many as --to says hold it. 1: they do not; the message is',
		'kept, and handed on the next time this profile is online with others (with --ephemeral it is gone).',
		'For several files, give --file before each: they are offered one after the other, and it waits for all of them.',
		'With --file: 0 as soon as as many as --to says have all of it; 1: nothing went out for as long as --timeout says.',
	],
	get: [
		'The first 8 digits of an id are enough; of several offers with one name the newest is meant. Prints where it lies.',
		'What was begun goes on the next time (but not with --ephemeral). Exit status 1: it is not offered, it failed, or',
		'nothing came for as long as --timeout says.',
	],
	doctor: [
		'Each thing is tested and marked: ✓ fine, · worth knowing, ! may hinder, ✗ does hinder, – could not be tested. Exit',
		'status 0: nothing on this machine keeps people on the LAN from talking. 1: something does.',
	],
	export: ['One entry a line: for people, or with --json as headless tells it. --events adds what was signed.'],
};

export function helpText(command: CommandName): string {
	const sections = [SUMMARY[command], section('Usage', [USAGE[command]])];
	if (command === 'screen') sections.push(section('Commands', commandLines()));
	sections.push(section('Options', optionLines(command)));
	const extra = EXTRA[command];
	if (extra !== undefined) sections.push(extra.join('\n'));
	sections.push(environmentNote(command));
	if (EXAMPLES[command].length > 0) sections.push(section('Examples', EXAMPLES[command]));
	return sections.join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
	return [title, ...lines.map(line => `  ${line}`)].join('\n');
}

function commandLines(): string[] {
	const rows = LISTED.map(([words, command]) => [`p2p-tui ${words}`.trim(), SUMMARY[command]] as const);
	return table(rows);
}

function optionLines(command: CommandName): string[] {
	const rows = OPTION_NAMES.filter(name => OPTIONS[name].commands.includes(command)).map(name => {
		const {flag, short, repeatable, help, helpFor, valueFor} = OPTIONS[name];
		const value = valueFor?.[command] ?? OPTIONS[name].value;
		const isRepeated = repeatable && helpFor?.[command] === undefined;
		const letter = short === undefined ? '' : `-${short}, `;
		const left = `${letter}--${flag}${value === undefined ? '' : ` ${value}`}${isRepeated ? ' …' : ''}`;
		return [left, helpFor?.[command] ?? help] as const;
	});
	return table([...rows, ['-h, --help', 'show this help'], ['-v, --version', 'show the version']]);
}

function environmentNote(command: CommandName): string {
	const example = OPTION_NAMES.find(name => OPTIONS[name].commands.includes(command)) ?? 'name';
	const {flag} = OPTIONS[example];
	const repeated =
		command === 'screen'
			? '\nAn option with … may be given several times; in a variable, commas separate the values.'
			: '';
	return `Each option has an environment variable: ${variableOf(example)} for --${flag}. The option wins.${repeated}`;
}

/** Two columns, the first as wide as its widest cell. */
function table(rows: readonly (readonly [string, string])[]): string[] {
	const width = Math.max(...rows.map(([left]) => left.length)) + 2;
	return rows.map(([left, right]) => left.padEnd(width) + right);
}
