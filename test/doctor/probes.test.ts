/** What is read from the system, by way of doors that a test stands behind. */
import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {expect, test} from 'vitest';
import {probeFirewall} from '../../source/doctor/probes/firewall.ts';
import {lsofHolders, probeHolders, windowsHolders} from '../../source/doctor/probes/holders.ts';
import {probeRoutes, probeSurroundings} from '../../source/doctor/probes/machine.ts';
import {Meeting} from '../../source/doctor/probes/meeting.ts';
import {probeNeighbours} from '../../source/doctor/probes/neighbours.ts';
import {defaultRoutesOfNetstat, guestsOn, outwardPorts} from '../../source/doctor/probes/proc-net.ts';
import type {System} from '../../source/doctor/probes/system.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {LAN} from './facts.ts';

type Faked = {
	readonly files?: Readonly<Record<string, string>>;
	readonly folders?: Readonly<Record<string, readonly string[]>>;
	readonly links?: Readonly<Record<string, string>>;
	/** What programs print; all others are missing. */
	readonly programs?: Readonly<Record<string, string>>;
};

function system({files = {}, folders = {}, links = {}, programs = {}}: Faked): System {
	return {
		platform: 'linux',
		isRoot: false,
		env: {},
		run: async program => {
			const output = programs[program];
			return output === undefined ? {status: 'missing', output: ''} : {status: output === '' ? 1 : 0, output};
		},
		read: async path => files[path],
		list: async path => folders[path] ?? [],
		link: async path => links[path],
	};
}

const UDP = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  412: 00000000:270F 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 51234 2 0000000000000000 0
  413: 0100007F:270F 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 51299 2 0000000000000000 0
  500: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9999 2 0000000000000000 0
`;

test('Linux: who has the port, with the program where it may be read', async () => {
	const linux = system({
		files: {'/proc/net/udp': UDP, '/proc/70/cmdline': 'dnsd\0-p\0' + '9999\0'},
		folders: {'/proc': ['self', '70', '71'], '/proc/70/fd': ['0', '3'], '/proc/71/fd': ['5']},
		links: {'/proc/70/fd/0': '/dev/null', '/proc/70/fd/3': 'socket:[51234]', '/proc/71/fd/5': 'socket:[9999]'},
	});
	expect(await probeHolders(9999, 1, linux)).toEqual([{pid: 70, program: 'dnsd -p 9999', family: 4}, {family: 4}]);
	expect(await probeHolders(9999, 70, linux)).toEqual([{family: 4}]);
	expect(await probeHolders(4444, 1, linux)).toEqual([]);
});

test('Linux: ports on which others are listened to, and who is connected there', () => {
	const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0FA1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0701A8C0:C350 0801A8C0:0FA1 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
   3: 0701A8C0:0FA1 0901A8C0:C351 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0 20 4 30 10 -1
`;
	expect([outwardPorts(tcp), guestsOn(tcp, [4001])]).toEqual([[4001], ['192.168.1.9']]);
});

test('macOS and Windows: who has the port', () => {
	expect(lsofHolders('p812\ncnode\nf21\ntIPv4\nf22\ntIPv6\n')).toEqual([
		{pid: 812, program: 'node', family: 4},
		{pid: 812, program: 'node', family: 6},
	]);
	const table =
		'  UDP    0.0.0.0:9999           *:*                                    812\r\n  UDP    [::]:5353   *:*   4\r\n';
	expect(windowsHolders(table, 9999)).toEqual([{pid: 812, family: 4}]);
});

test('default routes', async () => {
	const route = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
`;
	const zeros = '0'.repeat(32);
	const six = `${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo
${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
`;
	expect(await probeRoutes(system({files: {'/proc/net/route': route, '/proc/net/ipv6_route': six}}))).toEqual([
		{interface: 'eth0', gateway: '192.168.1.1', family: 4},
		{interface: 'eth0', family: 6},
	]);
	expect(await probeRoutes(system({}))).toBeUndefined();
	const macos =
		'default            192.168.1.1        UGScg                 en0\ndefault  fe80::%utun0  UGcIg  utun0\n';
	expect(defaultRoutesOfNetstat(macos, 'darwin')).toEqual([
		{interface: 'en0', gateway: '192.168.1.1', family: 4},
		{interface: 'utun0', family: 6},
	]);
});

test('who answers when asked for the hardware address, waited for where it is being made sure of', async () => {
	const neighbours = (
		probing: string,
	) => `192.168.1.8 dev eth0 lladdr 52:54:00:00:00:08 ref 1 used 0/0/0 probes 1 REACHABLE
192.168.1.9 dev eth0  FAILED
192.168.1.10 dev eth0 lladdr 52:54:00:00:00:0a STALE
192.168.1.11 dev eth0 lladdr 52:54:00:00:00:0b DELAY
fe80::b dev eth0 lladdr 52:54:00:00:00:0b ${probing}
`;
	const states = ['DELAY', 'PROBE', 'REACHABLE', 'STALE'];
	const pauses: number[] = [];
	const pause = async (milliseconds: number) => pauses.push(milliseconds);
	const linux = {...system({}), run: async () => ({status: 0, output: neighbours(states.shift() ?? 'DELAY')})};
	const probe = async (...hosts: readonly string[]) => [...((await probeNeighbours(hosts, linux, pause)) ?? [])];
	expect(await probe('fe80::b', '192.168.1.8', '192.168.1.9', '192.168.1.10')).toEqual(['fe80::b', '192.168.1.8']);
	expect(pauses).toHaveLength(2);
	// Nobody who is in doubt was asked for; and somebody was who stays so.
	expect(await probe('192.168.1.8')).toEqual(['192.168.1.8']);
	expect(pauses).toHaveLength(2);
	expect(await probe('fe80::b')).toEqual([]);
	expect(pauses.reduce((sum, one) => sum + one, 0)).toBeLessThan(10_000);
	expect(await probeNeighbours(['192.168.1.8'], system({}), pause)).toBeUndefined();
});

test('whoever is heard over IPv6 first and over IPv4 then is looked for at both places', async () => {
	const options = {interfaces: [], isRestricted: false, deadline: performance.now() + 5_000};
	const meeting = new Meeting({...options, identity: identityFromSeed(new Uint8Array(32))});
	const {peerId: peer} = identityFromSeed(new Uint8Array(32).fill(1));
	const announcement = {peer, instance: '00'.repeat(16), port4: 1, port6: 1, wantsAnswer: false, leaving: false};
	const heardAt = (host: string, family: 4 | 6) => meeting.heard(announcement, {host, port: 9999, family}, false);
	heardAt('::1', 6);
	heardAt('127.0.0.1', 4);
	expect(meeting.hostsOf(peer)).toEqual(['::1', '127.0.0.1']);
	await meeting.close();
	expect(meeting.peers.map(({dial}) => dial?.result)).toEqual(['failed']);
});

test('whoever is heard last of all is dialled as well, and nobody after that', async () => {
	const server = createServer(socket => void sockets.push(socket)).listen(0, '127.0.0.1');
	const sockets: Socket[] = [];
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const options = {interfaces: [], isRestricted: false, deadline: performance.now()};
	const meeting = new Meeting({...options, identity: identityFromSeed(new Uint8Array(32))});
	const hears = (seed: number) => {
		const {peerId: peer} = identityFromSeed(new Uint8Array(32).fill(seed));
		const announcement = {
			peer,
			instance: '00'.repeat(16),
			port4: port,
			port6: undefined,
			wantsAnswer: false,
			leaving: false,
		};
		meeting.heard(announcement, {host: '127.0.0.1', port: 9999, family: 4}, false);
	};
	hears(1);
	const settled = meeting.settle();
	hears(2);
	await settled;
	// It took the connection and said nothing.
	expect(sockets).toHaveLength(1);
	expect(meeting.peers).toMatchObject([{dial: {result: 'failed', code: 'timeout'}}]);
	for (const socket of sockets) socket.destroy();
	server.close();
	await meeting.close();
});

test('who keeps the firewall, and whether it may be read', async () => {
	const ufw = {'/etc/ufw/ufw.conf': '# on\nENABLED=yes\nLOGLEVEL=low\n'};
	expect(await probeFirewall(system({}))).toEqual({manager: 'none', forbidden: false});
	expect(await probeFirewall(system({programs: {nft: ''}}))).toEqual({manager: 'nftables', forbidden: true});
	expect(await probeFirewall(system({files: ufw, programs: {nft: '', 'iptables-save': ''}}))).toEqual({
		...{manager: 'ufw', forbidden: true},
	});
	expect(await probeFirewall(system({programs: {nft: '{}', 'firewall-cmd': 'running\n'}}))).toEqual({
		...{manager: 'firewalld', nft: '{}', forbidden: false},
	});
});

test('what the system runs in', async () => {
	const wsl = {'/proc/sys/kernel/osrelease': '5.15.153.1-microsoft-standard-WSL2\n'};
	const docker = {'/.dockerenv': ''};
	const inside = [{...LAN, addresses: [{address: '172.17.0.2', family: 4}]}] as const;
	const all = await Promise.all([
		probeSurroundings([LAN], system({files: wsl})),
		probeSurroundings([LAN], system({files: wsl, programs: {wslinfo: 'mirrored\n'}})),
		probeSurroundings(inside, system({files: docker})),
		// On the network of its host.
		probeSurroundings([LAN], system({files: docker})),
		probeSurroundings(inside, system({})),
	]);
	expect(all).toEqual(['wsl-nat', 'wsl', 'container', 'plain', 'plain']);
});
