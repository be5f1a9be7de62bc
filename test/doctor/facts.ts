/** A machine on which all is well, to be changed in what a test is about. */
import type {DiscoveryFacts, Facts, FirewallFacts, InterfaceFacts, PeerFacts} from '../../source/doctor/facts.ts';

export const LAN: InterfaceFacts = {
	name: 'eth0',
	kind: 'ethernet',
	mac: '52:54:00:12:34:56',
	addresses: [
		{address: '192.168.1.7', family: 4, broadcast: '192.168.1.255'},
		{address: 'fe80::7', family: 6},
	],
	multicast: true,
};

export const LOOPBACK: InterfaceFacts = {
	name: 'lo',
	kind: 'loopback',
	mac: '00:00:00:00:00:00',
	addresses: [{address: '127.0.0.1', family: 4, broadcast: '127.255.255.255'}],
};

export const PEER: PeerFacts = {
	peer: '12D3KooWBob',
	host: '192.168.1.8',
	interface: 'eth0',
	announced: true,
	answered: true,
	reachedUs: false,
	dial: {result: 'connected', clock: 12},
};

export const DISCOVERY: DiscoveryFacts = {
	port: 9999,
	listening: {},
	holders: [],
	ways: [
		{interface: 'eth0', family: 4, way: 'broadcast', returned: true},
		{interface: 'eth0', family: 4, way: 'multicast', returned: true},
		{interface: 'eth0', family: 6, way: 'multicast', returned: true},
	],
	peers: [PEER],
	here: 0,
	portsHere: [],
	listened: 1_250,
};

export const FIREWALL: FirewallFacts = {
	manager: 'nftables',
	nft: '{"nftables": []}',
	forbidden: false,
	tcpPort: 50_000,
	isTcpPortFixed: false,
};

export const HEALTHY: Facts = {
	platform: 'linux',
	isRoot: false,
	chosen: [],
	missing: [],
	present: ['lo', 'eth0'],
	interfaces: [LOOPBACK, LAN],
	discovery: DISCOVERY,
	firewall: FIREWALL,
	routes: [{interface: 'eth0', gateway: '192.168.1.1', family: 4}],
	surroundings: 'plain',
	terminal: {isTerminal: true, columns: 80, rows: 24, type: 'xterm-256color', colourDepth: 8, locale: 'C.UTF-8'},
	node: '22.12.0',
	directory: {path: '/home/ann/.local/share/p2p-tui', state: 'usable', freeBytes: 2 ** 34},
	now: Date.UTC(2026, 10, 21),
};
