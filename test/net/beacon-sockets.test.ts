/** The beacon's sockets, made up: what it asks of the system, what it does when the system refuses, and floods. */
import type {RemoteInfo} from 'node:dgram';
import {EventEmitter} from 'node:events';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import type {Log} from '../../source/base/log.ts';
import {Beacon, type DatagramSource} from '../../source/net/beacon.ts';
import {type SystemInterfaces, selectInterfaces} from '../../source/net/interfaces.ts';
import {encodeAnnouncement} from '../../source/wire/announcement.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';

const PORT = 9999;

/** What the system says: an error code, or nothing if all is well. `call` is such as `bind :: 9999`. */
type System = (call: string) => string | undefined;

class FakeSocket extends EventEmitter {
	readonly calls: string[] = [];
	readonly #system: System;

	constructor(type: string, system: System) {
		super();
		this.#system = system;
		this.#call(type);
	}

	bind({port, address}: {port: number; address: string}, done: () => void) {
		const error = this.#call(`bind ${address} ${port}`);
		queueMicrotask(() => (error ? this.emit('error', error) : done()));
	}
	close(done: () => void) {
		this.calls.push('close');
		queueMicrotask(done);
	}
	send(_bytes: Uint8Array, port: number, host: string, done: (error?: Error) => void) {
		const error = this.#call(`send ${host} ${port}`);
		queueMicrotask(() => done(error));
	}
	addMembership = (group: string, network: string) => this.#must(`join ${group} ${network}`);
	dropMembership = (group: string, network: string) => this.#must(`leave ${group} ${network}`);
	setMulticastInterface = (network: string) => this.#must(`multicast by ${network}`);
	setMulticastTTL = (hops: number) => this.#must(`hops ${hops}`);
	setMulticastLoopback = (isOn: boolean) => this.#must(`loopback ${isOn}`);
	setBroadcast = (isOn: boolean) => this.#must(`broadcast ${isOn}`);

	#must(call: string) {
		const error = this.#call(call);
		if (error) throw error;
	}
	#call(call: string): Error | undefined {
		this.calls.push(call);
		const code = this.#system(call);
		return code === undefined ? undefined : Object.assign(new Error(code), {code});
	}
}

const info = (address: string, bits: number, family: 'IPv4' | 'IPv6') =>
	({address, netmask: '', family, mac: '', internal: false, cidr: `${address}/${bits}`, scopeid: 2}) as const;
const ETH0 = [info('192.0.2.7', 24, 'IPv4'), info('2001:db8::7', 64, 'IPv6'), info('fe80::7', 64, 'IPv6')];
const MACHINE = {eth0: ETH0, tun0: [info('fe80::8', 64, 'IPv6')]} as unknown as SystemInterfaces;

function beaconOn(system: System = () => undefined, isRestricted = false) {
	const sockets: FakeSocket[] = [];
	const [heard, dropped, warnings, logged]: [DatagramSource[], string[], string[], string[]] = [[], [], [], []];
	const beacon = new Beacon({
		port: PORT,
		isRestricted,
		onDatagram: (_, source) => heard.push(source),
		onDropped: reason => dropped.push(reason),
		onWarning: (code, message) => warnings.push(`${code}: ${message}`),
		log: Object.assign((...[, , message]: Parameters<Log>) => void logged.push(message), {takes: () => true}),
		openSocket: ((options: {type: string}) => {
			const socket = new FakeSocket(options.type, system);
			sockets.push(socket);
			return socket;
		}) as never,
	});
	const open = (machine = MACHINE) => beacon.update(selectInterfaces(machine, []));
	return {beacon, sockets, heard, dropped, warnings, logged, open};
}

const announcement = encodeAnnouncement({
	...{peer: peerIdFromPublicKey(new Uint8Array(32).fill(7)), instance: '00'.repeat(16)},
	...{port4: 4001, port6: 4001, wantsAnswer: true, leaving: false},
});
const from = (address: string, family: RemoteInfo['family'] = 'IPv6') => ({address, family, port: 5, size: 69});
const settled = () => new Promise(setImmediate);

describe('IPv6', () => {
	it('is asked for on each interface, and stays on the link', async () => {
		const {beacon, sockets, open, warnings} = beaconOn();
		expect(await open()).toEqual({hasNewLink: true, isWhole: true});
		beacon.announce(announcement);
		expect(sockets.map(({calls}) => calls)).toEqual([
			['udp4', 'bind 0.0.0.0 9999', 'join 239.192.112.50 192.0.2.7'],
			['udp6', 'bind :: 9999', 'join ff12::8070:3270 ::%eth0', 'join ff12::8070:3270 ::%tun0'],
			[
				...['udp4', 'bind 192.0.2.7 0', 'broadcast true', 'multicast by 192.0.2.7', 'loopback true', 'hops 1'],
				...['send 239.192.112.50 9999', 'send 192.0.2.255 9999'],
			],
			[
				...['udp6', 'bind fe80::7%eth0 0', 'multicast by ::%eth0', 'loopback true', 'hops 1'],
				'send ff12::8070:3270 9999',
			],
			[
				...['udp6', 'bind fe80::8%tun0 0', 'multicast by ::%tun0', 'loopback true', 'hops 1'],
				'send ff12::8070:3270 9999',
			],
		]);
		expect(warnings).toEqual([]);
	});

	it('is answered on the link where it was heard', async () => {
		const {beacon, sockets, open, heard} = beaconOn();
		await open();
		sockets[1]!.emit('message', announcement, from('fe80::9%tun0'));
		expect(heard).toEqual([{host: 'fe80::9', port: 5, family: 6, scope: 'tun0'}]);
		beacon.answer(announcement, heard[0]!);
		beacon.answer(announcement, {host: '2001:db8::9', port: 6});
		expect(sockets.map(({calls}) => calls.at(-1)).slice(3)).toEqual(['send 2001:db8::9 6', 'send fe80::9%tun0 5']);
	});

	it('is not taken from a link whose name cannot be written', async () => {
		const {sockets, open, heard, dropped} = beaconOn();
		await open();
		for (const host of ['fe80::9%wl+0', '2001:db8::9']) sockets[1]!.emit('message', announcement, from(host));
		expect(dropped).toEqual(['datagram-interface']);
		expect(heard.map(({host}) => host)).toEqual(['2001:db8::9']);
	});

	it('is taken from chosen interfaces only', async () => {
		const {sockets, open, heard, dropped} = beaconOn(() => undefined, true);
		await open({eth0: ETH0} as unknown as SystemInterfaces);
		for (const host of ['fe80::9%tun0', '2001:db9::9', 'fe80::9%eth0', '2001:db8::9']) {
			sockets[1]!.emit('message', announcement, from(host));
		}
		expect(dropped).toEqual(['datagram-interface', 'datagram-interface']);
		expect(heard.map(({host}) => host)).toEqual(['fe80::9', '2001:db8::9']);
	});

	it.each([
		['is not there at all', 'EAFNOSUPPORT', (call: string) => call.startsWith('bind') && call.includes('::')],
		['has addresses that may not be used yet', 'EADDRNOTAVAIL', (call: string) => call.startsWith('bind fe80')],
		['leads nowhere', 'ENETUNREACH', (call: string) => call.startsWith('send ff12')],
	])('is missed by nobody if it %s', async (_, code, fails) => {
		const {beacon, sockets, open, warnings, logged} = beaconOn(call => (fails(call) ? code : undefined));
		await open();
		for (let count = 0; count < 3; count++) beacon.announce(announcement);
		await settled();
		expect(warnings).toEqual([]);
		// Once for each thing that failed, however often.
		expect(logged).toHaveLength(new Set(logged).size);
		expect(logged[0]).toContain(code);
		expect(sockets.flatMap(({calls}) => calls).filter(call => call === 'send 192.0.2.255 9999')).toHaveLength(3);
	});

	it('is taken up when an address may be used after all', async () => {
		let isTentative = true;
		const {open} = beaconOn(call => (isTentative && call.startsWith('bind fe80') ? 'EADDRNOTAVAIL' : undefined));
		expect(await open()).toEqual({hasNewLink: true, isWhole: false});
		expect(await open()).toEqual({hasNewLink: false, isWhole: false});
		isTentative = false;
		expect(await open()).toEqual({hasNewLink: true, isWhole: true});
		expect(await open()).toEqual({hasNewLink: false, isWhole: true});
	});

	it('has warnings of its own, once, where IPv4 works', async () => {
		const fails: System = call =>
			call === 'bind :: 9999' ? 'EADDRINUSE' : call.startsWith('send ff12') ? 'EPERM' : undefined;
		const {beacon, open, warnings} = beaconOn(fails);
		for (let count = 0; count < 3; count++) {
			await open();
			beacon.announce(announcement);
			await settled();
		}
		expect(warnings).toEqual([
			expect.stringMatching(/^discovery-port: UDP port 9999 is held by another program for IPv6\. .*--discovery-port/),
			'discovery-send: Announcements do not leave eth0 (fe80::7%eth0): a firewall on this machine forbids it (EPERM)',
			'discovery-send: Announcements do not leave tun0 (fe80::8%tun0): a firewall on this machine forbids it (EPERM)',
		]);
	});

	it('adds no warning of its own where the port is taken altogether', async () => {
		const {open, warnings} = beaconOn(call => (call.endsWith(' 9999') ? 'EADDRINUSE' : undefined));
		expect(await open()).toEqual({hasNewLink: true, isWhole: false});
		expect(warnings).toEqual([expect.stringContaining('UDP port 9999 is held by another program. Others')]);
	});
});

describe('a flood of announcements', () => {
	// The whole flood comes within one moment.
	beforeEach(() => void vi.useFakeTimers({toFake: ['performance']}));
	afterEach(() => void vi.useRealTimers());

	it('row 15: is stopped before it is decoded, and others are heard meanwhile', async () => {
		const {sockets, open, heard, dropped} = beaconOn();
		await open();
		const attacker = from('192.0.2.66', 'IPv4');
		for (let count = 0; count < 100_000; count++) sockets[0]!.emit('message', announcement, attacker);
		expect(heard).toHaveLength(512);
		expect(dropped).toEqual(Array(100_000 - 512).fill('datagram-rate'));
		sockets[0]!.emit('message', announcement, from('192.0.2.67', 'IPv4'));
		expect(heard.slice(512).map(({host}) => host)).toEqual(['192.0.2.67']);
	});

	it('row 15: is stopped whatever sources are made up', async () => {
		const {sockets, open, heard} = beaconOn();
		await open();
		for (let count = 0; count < 100_000; count++) {
			const attacker = `10.${count & 255}.${(count >> 8) & 255}.${count >> 16}`;
			sockets[0]!.emit('message', announcement, from(attacker, 'IPv4'));
		}
		expect(heard).toHaveLength(4_096);
	});

	it('row 17: causes nothing to be sent but one datagram for each answer, to where the question came from', async () => {
		const {beacon, sockets, open, heard} = beaconOn();
		await open();
		const sent = () => sockets.flatMap(({calls}) => calls).filter(call => call.startsWith('send'));
		for (const socket of sockets) socket.emit('message', announcement, from('192.0.2.99', 'IPv4'));
		for (const socket of sockets) socket.emit('message', Buffer.alloc(65_507), from('192.0.2.99', 'IPv4'));
		expect(sent()).toEqual([]);
		beacon.answer(announcement, heard[0]!);
		expect(sent()).toEqual(['send 192.0.2.99 5']);
	});
});
