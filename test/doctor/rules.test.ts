/** From what was observed to what is said: each trouble is named, and nothing else is. */
import {describe, expect, test} from 'vitest';
import type {Finding} from '../../source/api/doctor.ts';
import type {Facts, PeerFacts} from '../../source/doctor/facts.ts';
import {reportOf} from '../../source/doctor/report.ts';
import {DISCOVERY, FIREWALL, HEALTHY, LAN, LOOPBACK, PEER} from './facts.ts';

function alarms(facts: Facts): string[] {
	return reportOf(facts)
		.findings.filter(({verdict}) => verdict === 'problem' || verdict === 'warning')
		.map(({id, verdict}) => `${verdict} ${id}`);
}

function finding(facts: Facts, id: string): Finding {
	const found = reportOf(facts).findings.find(each => each.id === id);
	if (found === undefined) throw new Error(`no ${id} among ${reportOf(facts).findings.map(each => each.id)}`);
	return found;
}

const discovery = (change: Partial<Facts['discovery']>): Facts => ({...HEALTHY, discovery: {...DISCOVERY, ...change}});
const firewall = (change: Partial<Facts['firewall']>): Facts => ({...HEALTHY, firewall: {...FIREWALL, ...change}});
const interfaces = (...list: Facts['interfaces']): Facts => ({...HEALTHY, interfaces: list});
const peer = (change: Partial<PeerFacts>): Facts => discovery({peers: [{...PEER, ...change}]});
const directory = (state: NonNullable<Facts['directory']>['state'], freeBytes = 2 ** 34): Facts => ({
	...HEALTHY,
	directory: {path: '/home/ann/p2p', state, freeBytes},
});

const CLOSED =
	'*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m state --state ESTABLISHED -j ACCEPT\nCOMMIT\n';
/** As after `iptables -I INPUT -p tcp --dport 4001 -j ACCEPT` and the same for announcements. */
const OPENED = CLOSED.replace(
	'COMMIT',
	'-A INPUT -p tcp -m tcp --dport 4001 -j ACCEPT\n-A INPUT -p udp -m udp --dport 9999 -j ACCEPT\nCOMMIT',
);
const opened = (...portsHere: readonly number[]): Facts => ({
	...{...discovery({portsHere, here: portsHere.length}), isRoot: true},
	firewall: {...FIREWALL, manager: 'iptables', iptables: OPENED},
});
const VPN = {...LAN, name: 'wg0', kind: 'vpn', addresses: [{address: '10.8.0.2', family: 4}]} as const;
const SILENT = {result: 'failed', code: 'timeout', message: 'did not answer'} as const;
const ELSEWHERE = {
	...{peer: '12D3KooWCat', host: '10.9.9.9', announced: true, answered: false, reachedUs: false, isOnLink: false},
	dial: SILENT,
};
const WIFI = {...LAN, name: 'wlan0', kind: 'wifi', addresses: [{address: '192.168.7.7', family: 4}]} as const;
const INTERNET = {...LAN, name: 'wan0', addresses: [{address: '93.184.216.34', family: 4}]} as const;
const closedOn = (other: Facts['interfaces'][number]): Facts => ({
	...{...interfaces(LAN, other), isRoot: true},
	firewall: {
		...FIREWALL,
		manager: 'iptables',
		iptables: CLOSED.replace('-i lo', `! -i ${other.name}`),
	},
});
const young = {interface: 'wlan0', family: 6, way: 'multicast', returned: false, error: 'EADDRNOTAVAIL'} as const;
const lost = DISCOVERY.ways.map(way => ({...way, returned: false}));

test('where all is well nothing is alarmed, noted, or left out', () => {
	const report = reportOf(HEALTHY);
	expect(report.findings.filter(({verdict}) => verdict !== 'ok').map(({id}) => id)).toEqual(['nat']);
	expect(report.lanWorks).toBe(true);
	expect(report.summary).toBe('Chatting on the LAN works: 1 peer reached.');
});

describe('no alarm', () => {
	test.each<[string, Facts]>([
		['alone', discovery({peers: []})],
		['no default route', {...HEALTHY, routes: []}],
		['routes that cannot be read', {...HEALTHY, routes: undefined}],
		['a VPN besides', interfaces(LOOPBACK, LAN, VPN)],
		['a VPN that takes all', {...interfaces(LAN, VPN), routes: [{interface: 'wg0', family: 4}]}],
		[
			'no IPv6',
			discovery({
				ways: [...DISCOVERY.ways.slice(0, 2), {...DISCOVERY.ways[2]!, returned: false, error: 'EADDRNOTAVAIL'}],
			}),
		],
		['another p2p-tui on the port', discovery({holders: [{pid: 7, program: 'p2p-tui', family: 4}], here: 1})],
		['a firewall that may not be read', firewall({forbidden: true, nft: ''})],
		['no terminal', {...HEALTHY, terminal: {...HEALTHY.terminal, isTerminal: false, columns: 0}}],
		['a profile in use', {...HEALTHY, directory: {...HEALTHY.directory!, heldBy: 7}}],
		['no profile yet', directory('missing')],
		['two doctors at once', peer({isDoctor: true, answered: false, dial: {result: 'connected'}})],
		['a closed firewall but for the port on which p2p-tui runs', opened(4001)],
		[
			'a firewall over there, and an open port here',
			{...opened(4001), discovery: {...opened(4001).discovery, peers: [{...PEER, dial: SILENT}]}},
		],
		['the internet kept out, the LAN not', closedOn(INTERNET)],
		[
			'a second network that has just come up',
			{...interfaces(LAN, WIFI), discovery: {...DISCOVERY, ways: [...DISCOVERY.ways, young]}},
		],
		['they reach us, if not we them', peer({reachedUs: true, dial: SILENT})],
	])('%s', (_, facts) => {
		expect(alarms(facts)).toEqual([]);
		expect(reportOf(facts).lanWorks).toBe(true);
	});
});

describe('named', () => {
	test.each<[string, Facts, readonly string[]]>([
		['no network', {...interfaces(LOOPBACK), discovery: {...DISCOVERY, ways: [], peers: []}}, ['problem no-network']],
		['nothing but a VPN', interfaces(LOOPBACK, VPN), ['warning only-virtual']],
		[
			'an address that was made up',
			interfaces({...LAN, addresses: [{address: '169.254.7.7', family: 4}]}),
			['warning no-lease'],
		],
		['multicast off', interfaces({...LAN, multicast: false}), ['warning multicast-off']],
		['WSL', {...HEALTHY, surroundings: 'wsl-nat'}, ['problem wsl-nat']],
		['a container', {...HEALTHY, surroundings: 'container'}, ['warning container']],
		['the port taken', discovery({listening: {4: 'EADDRINUSE', 6: 'EADDRINUSE'}, ways: lost}), ['problem port-taken']],
		['the port taken for IPv6', discovery({listening: {6: 'EADDRINUSE'}}), ['warning port-taken']],
		['a port for root', discovery({listening: {4: 'EACCES', 6: 'EACCES'}, ways: lost}), ['problem port-forbidden']],
		[
			'nothing comes back, and nobody may say why',
			{...firewall({forbidden: true}), discovery: {...DISCOVERY, ways: lost}},
			['problem announcements-dropped'],
		],
		[
			'multicast alone does not come back',
			discovery({ways: DISCOVERY.ways.map(way => ({...way, returned: way.way === 'broadcast'}))}),
			['warning not-received'],
		],
		['nothing leaves', discovery({ways: lost.map(way => ({...way, error: 'EPERM'}))}), ['problem not-sent']],
		[
			'a closed firewall',
			{...firewall({manager: 'iptables', iptables: CLOSED}), discovery: {...DISCOVERY, ways: lost}},
			['problem firewall-udp', 'problem firewall-tcp'],
		],
		['one port open, and p2p-tui on another', opened(50_123), ['problem firewall-tcp']],
		['one port open, and nothing runs', opened(), ['problem firewall-tcp']],
		['one p2p-tui of two on the open port', opened(50_123, 4001), ['warning firewall-tcp']],
		['another subnet', discovery({peers: [ELSEWHERE]}), ['problem other-subnet']],
		['an interface that has gone', {...HEALTHY, missing: ['wg7']}, ['problem interface-missing']],
		['one of two networks kept out', closedOn(WIFI), ['warning firewall-udp', 'warning firewall-tcp']],
		[
			'one of two networks without a way out',
			{...interfaces(LAN, WIFI), discovery: {...DISCOVERY, ways: [...DISCOVERY.ways, {...young, error: 'EPERM'}]}},
			['warning not-sent'],
		],
		['clients kept apart', peer({answered: false, isOnLink: false, dial: SILENT}), ['problem client-isolation']],
		[
			'kept apart, or a firewall over there: not known which',
			peer({answered: false, dial: SILENT}),
			['problem peer-silent'],
		],
		[
			'a firewall over there that drops all',
			peer({answered: false, isOnLink: true, dial: SILENT}),
			['problem peer-firewall'],
		],
		['a firewall over there', peer({dial: SILENT}), ['problem peer-firewall']],
		['one of two is shut', discovery({peers: [PEER, {...PEER, peer: 'cat', dial: SILENT}]}), ['warning peer-firewall']],
		['nobody listens there', peer({dial: {...SILENT, code: 'refused'}}), ['warning peer-refused']],
		['a clock an hour behind', peer({dial: {result: 'connected', clock: 3_600_000}}), ['warning clock-differs']],
		['a clock that was never set', {...HEALTHY, now: 0}, ['warning clock-wrong']],
		['a small terminal', {...HEALTHY, terminal: {...HEALTHY.terminal, columns: 39}}, ['warning terminal-small']],
		['an old Node', {...HEALTHY, node: '20.18.3'}, ['warning node-old']],
		['a folder of others', directory('not-writable'), ['problem data-rights']],
		['a folder for all', directory('open-to-others'), ['problem data-open']],
		['a file for a folder', directory('not-a-directory'), ['problem data-file']],
		['little room', directory('usable', 2 ** 25), ['warning disk-low']],
		['no room', directory('usable', 1_000), ['problem disk-full']],
	])('%s', (_, facts, expected) => {
		expect(alarms(facts)).toEqual(expected);
		expect(reportOf(facts).lanWorks).toBe(!expected.some(alarm => alarm.startsWith('problem')));
	});
});

describe('mended by', () => {
	const closed = (change: Partial<Facts['firewall']>) => ({...firewall({iptables: CLOSED, ...change}), isRoot: true});
	test.each<[string, Facts, string, readonly string[]]>([
		[
			'who has the port',
			discovery({listening: {4: 'EADDRINUSE'}, holders: [{family: 4}, {pid: 7, program: 'dnsd', family: 4}]}),
			'port-taken',
			['sudo kill 7'],
		],
		[
			'who has it is not known',
			{...discovery({listening: {4: 'EADDRINUSE'}}), platform: 'darwin'},
			'port-taken',
			['sudo lsof -nP -iUDP:9999'],
		],
		['iptables', closed({}), 'firewall-udp', ['iptables -t filter -I INPUT -p udp --dport 9999 -j ACCEPT']],
		['ufw', {...closed({manager: 'ufw'}), isRoot: false}, 'firewall-udp', ['sudo ufw allow 9999/udp']],
		[
			'ufw, and a port',
			closed({manager: 'ufw'}),
			'firewall-tcp',
			['ufw allow 4001/tcp', 'p2p-tui --listen /ip4/0.0.0.0/tcp/4001'],
		],
		[
			'firewalld, and the port that was asked for',
			closed({manager: 'firewalld', tcpPort: 7001, isTcpPortFixed: true}),
			'firewall-tcp',
			['firewall-cmd --permanent --add-port=7001/tcp', 'firewall-cmd --reload'],
		],
		[
			'a port that is open already: no second rule',
			opened(50_123),
			'firewall-tcp',
			['p2p-tui --listen /ip4/0.0.0.0/tcp/4001'],
		],
		[
			'the same with what was chosen here',
			{...opened(50_123), chosen: ['eth0'], discovery: {...opened(50_123).discovery, port: 9998}},
			'firewall-tcp',
			['p2p-tui --listen /ip4/0.0.0.0/tcp/4001 --discovery-port 9998 --interface eth0'],
		],
		[
			'a firewall over there, with the port of all',
			{...peer({dial: SILENT}), discovery: {...peer({dial: SILENT}).discovery, port: 9998}},
			'peer-firewall',
			['p2p-tui doctor --discovery-port 9998'],
		],
		[
			'one of two networks: the other one stays as it is',
			closedOn(WIFI),
			'firewall-udp',
			['iptables -t filter -I INPUT -i wlan0 -p udp --dport 9999 -j ACCEPT'],
		],
		[
			'the port that a running p2p-tui was given',
			opened(7001),
			'firewall-tcp',
			['iptables -t filter -I INPUT -p tcp --dport 7001 -j ACCEPT'],
		],
		[
			'a firewall that may not be read',
			{...firewall({forbidden: true}), discovery: {...DISCOVERY, ways: lost}},
			'announcements-dropped',
			['sudo p2p-tui doctor'],
		],
		['multicast', interfaces({...LAN, multicast: false}), 'multicast-off', ['sudo ip link set dev eth0 multicast on']],
		['rights', directory('open-to-others'), 'data-open', ['chmod 700 /home/ann/p2p']],
	])('%s', (_, facts, id, commands) => {
		expect(finding(facts, id).fix!.commands).toEqual(commands);
	});
});

test('what others have named cannot hide anything on the screen', () => {
	const facts = discovery({
		listening: {4: 'EADDRINUSE'},
		holders: [{pid: 7, program: 'evil\u001b[2J\u202e', family: 4}],
	});
	expect(finding(facts, 'port-taken').found).toBe('evil\\x1b[2J\\u202e (process 7) holds it and does not share it');
});
