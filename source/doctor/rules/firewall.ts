/** What the packet filter of this machine keeps out. */
import type {Finding} from '../../api/doctor.ts';
import type {Facts} from '../facts.ts';
import {type Block, blocksOf, gravity, onlyOn, type Traffic} from '../firewall/judge.ts';
import type {BaseChain} from '../firewall/ruleset.ts';
import {acceptCommand, asRoot, howToKeep, openCommands, ownCommand} from '../words.ts';
import {ADVISED_PORT, doors, NOTHING_TO_DO} from './doors.ts';
import {about, type Fix, fix, lansOf, listed, type Rule} from './rule.ts';

export const firewallRules: readonly Rule[] = [firewall];

function firewall(facts: Facts): Finding[] {
	switch (facts.platform) {
		case 'linux':
			return linux(facts);
		case 'darwin':
			return macos(facts);
		case 'win32':
			return windows(facts);
		default:
			return [about('firewall', 'firewall')('firewall', 'skipped', `not known how to ask on ${facts.platform}`)];
	}
}

function linux(facts: Facts): Finding[] {
	const find = about('firewall', 'firewall rules');
	const {manager, forbidden} = facts.firewall;
	if (forbidden) {
		const found = manager === 'ufw' || manager === 'firewalld' ? `${manager} is on; its rules` : 'they';
		// What they do shows in whether announcements come back.
		const advice = fix('To have them read as well:', asRoot(facts, ownCommand(facts, 'doctor')));
		return [find('firewall-unread', 'skipped', `${found} cannot be read by this user`, advice)];
	}
	const blocks = blocksOf(facts, lansOf(facts));
	const findings = TRAFFIC.flatMap(traffic =>
		traffic === 'connections' ? doors(facts) : blockFinding(facts, blocks, traffic),
	);
	if (findings.length > 0) return findings;
	const found =
		manager === 'none' ? 'there is no firewall' : `${manager}: nothing that p2p-tui needs is seen to be dropped`;
	return [find('firewall', 'ok', found)];
}

const TRAFFIC = ['announcements', 'connections', 'answers', 'announcements-out', 'connections-out'] as const;

/** Which port others connect to is a matter of its own. */
type Blocked = Exclude<Traffic, 'connections'>;

const IDS: Readonly<Record<Blocked, string>> = {
	announcements: 'firewall-udp',
	answers: 'firewall-answers',
	'announcements-out': 'firewall-udp-out',
	'connections-out': 'firewall-tcp-out',
};

function blockFinding(facts: Facts, all: readonly Block[], traffic: Blocked): Finding[] {
	const blocks = all.filter(each => each.traffic === traffic);
	if (blocks.length === 0) return [];
	const chains = [...new Set(blocks.flatMap(({by}) => by))];
	// Whoever lets nothing in lets in no answers to what is his own either: one finding, not two.
	const names = listed(blocks.map(each => each.interface));
	const where = listed(chains.map(({tool, family, table, name}) => `${tool} ${family} ${table} ${name}`));
	const {tested, what} = WORDS[traffic](facts);
	const verdict = gravity(blocks, lansOf(facts));
	const found = `dropped on ${names} by ${where}: ${what}`;
	const mending = verdict === 'note' ? NOTHING_TO_DO : FIXES[traffic](facts, chains, onlyOn(blocks, lansOf(facts)));
	return [about('firewall', tested)(IDS[traffic], verdict, found, mending)];
}

const WORDS: Readonly<Record<Blocked, (facts: Facts) => {readonly tested: string; readonly what: string}>> = {
	announcements: ({discovery}) => ({
		tested: `incoming UDP port ${discovery.port}`,
		what: 'announcements of others do not come in',
	}),
	answers: () => ({tested: 'answers to TCP connections from here', what: 'this machine cannot connect to others'}),
	'announcements-out': ({discovery}) => ({
		tested: `outgoing UDP to port ${discovery.port}`,
		what: 'own announcements do not leave',
	}),
	'connections-out': () => ({tested: 'outgoing TCP connections', what: 'this machine cannot connect to others'}),
};

const FIXES: Readonly<Record<Blocked, (facts: Facts, chains: readonly BaseChain[], on: readonly string[]) => Fix>> = {
	announcements(facts, chains, on) {
		const {port} = facts.discovery;
		const advice = `Let UDP port ${port} in.${howToKeep(facts.firewall, chains)}`;
		return fix(advice, ...openCommands(facts, {protocol: 'udp', port}, chains, on));
	},
	answers: (facts, chains) =>
		byHand(
			facts,
			chains,
			'Let in what belongs to connections of your own.',
			'ct state established,related',
			'-m conntrack --ctstate ESTABLISHED,RELATED',
		),
	'announcements-out': (facts, chains) =>
		byHand(
			facts,
			chains,
			`Let UDP to port ${facts.discovery.port} out.`,
			`udp dport ${facts.discovery.port}`,
			`-p udp --dport ${facts.discovery.port}`,
		),
	'connections-out': (facts, chains) =>
		byHand(facts, chains, 'Let TCP to the local network out.', 'meta l4proto tcp', '-p tcp'),
};

function byHand(facts: Facts, chains: readonly BaseChain[], what: string, nft: string, iptables: string): Fix {
	const commands = chains.map(chain => asRoot(facts, acceptCommand(chain, nft, iptables)));
	return fix(`${what}${howToKeep(facts.firewall, chains)}`, ...commands);
}

/** What its tool prints, as far as it is known; not tried on a Mac. */
function macos(facts: Facts): Finding[] {
	const find = about('firewall', 'firewall of macOS');
	const {text = '', forbidden, tcpPort} = facts.firewall;
	if (forbidden) return [find('firewall-unread', 'skipped', 'its state cannot be read')];
	if (/block all.*enabled|set to block all/i.test(text) && !/block all[^\n]*disabled/i.test(text)) {
		const command = 'sudo /usr/libexec/ApplicationFirewall/socketfilterfw --setblockall off';
		return [
			find('firewall-block-all', 'problem', 'it blocks all incoming connections', fix('Switch that off:', command)),
		];
	}
	if (!/enabled|State = [12]/i.test(text)) return [find('firewall', 'ok', 'it is off')];
	const commands = openCommands(facts, {protocol: 'tcp', port: tcpPort}, []);
	const advice = 'If you answered no when it asked about node, allow it:';
	return [find('firewall-on', 'note', 'it is on: it lets in who you allowed', fix(advice, ...commands))];
}

/** The same for `netsh`; not tried on Windows. Its words are translated, so little is read from them. */
function windows(facts: Facts): Finding[] {
	const find = about('firewall', 'firewall of Windows');
	const {text = '', tcpPort, isTcpPortFixed} = facts.firewall;
	if (/BlockInboundAlways/i.test(text)) {
		const command = 'netsh advfirewall set currentprofile firewallpolicy blockinbound,allowoutbound';
		return [
			find(
				'firewall-block-all',
				'problem',
				'it blocks all incoming connections, also allowed ones',
				fix('Switch that off, as an administrator:', command),
			),
		];
	}
	if (/^State\s+OFF/im.test(text)) return [find('firewall', 'ok', 'it is off')];
	const port = isTcpPortFixed ? tcpPort : ADVISED_PORT;
	const commands = [
		...openCommands(facts, {protocol: 'udp', port: facts.discovery.port}, []),
		...openCommands(facts, {protocol: 'tcp', port}, []),
		...(isTcpPortFixed ? [] : [ownCommand(facts, '--listen', `/ip4/0.0.0.0/tcp/${port}`)]),
	];
	const advice =
		'It lets in who you allowed when it asked about Node.js, and on a network that is set to public mostly nobody. To allow it, as an administrator:';
	return [find('firewall-on', 'note', 'it is on, or its state cannot be read', fix(advice, ...commands))];
}
