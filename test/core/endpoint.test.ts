/** What goes wrong when the node opens its sockets, and what it says then. Loopback only. */
import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server} from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {CoreConfig} from '../../source/api/core.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import {UserError} from '../../source/base/errors.ts';
import {NO_LOG} from '../../source/base/log.ts';
import {Endpoint, type EndpointOptions} from '../../source/core/endpoint.ts';
import {Node} from '../../source/core/node.ts';
import {systemRandom} from '../../source/core/system-random.ts';
import {MemoryEventStore} from '../../source/history/memory-store.ts';
import type {SystemInterfaces} from '../../source/net/interfaces.ts';
import {Mdns} from '../../source/net/mdns.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import type {MdnsPeer} from '../../source/wire/mdns.ts';
import {parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {CONFIG} from '../cli/fake-core.ts';
import {freeUdpPort} from '../helpers/node-process.ts';

/** Milliseconds between two looks at the interfaces. */
const LOOK_INTERVAL = 1_000;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	await Promise.all(closing.splice(0).map(close => close()));
});

function endpoint(config: Partial<CoreConfig>, systemInterfaces?: EndpointOptions['systemInterfaces']) {
	const addresses: (readonly string[])[] = [];
	const newLinks: boolean[] = [];
	const warnings: string[] = [];
	const found: MdnsPeer[] = [];
	let told = () => {};
	/** Lets the node look at its interfaces, and waits until it has told what it saw. */
	const looked = async () => {
		const change = new Promise<void>(resolve => {
			told = resolve;
		});
		vi.advanceTimersByTime(LOOK_INTERVAL);
		await change;
		await turn();
	};
	const made = new Endpoint({
		config: {...CONFIG, ...config},
		identity: newIdentity(),
		onConnection: connection => connection.destroy('test'),
		onRefused: () => {},
		onDatagram: () => {},
		onMdns: peer => found.push(peer),
		onWarning: (code, message) => warnings.push(`${code}: ${message}`),
		onAddresses: (list, _names, hasNewLink) => {
			addresses.push(list);
			newLinks.push(hasNewLink);
			told();
		},
		...(systemInterfaces && {systemInterfaces}),
	});
	closing.push(() => made.close());
	return {made, addresses, newLinks, looked, warnings, found};
}

async function failure(config: Partial<CoreConfig>): Promise<UserError> {
	const error = await endpoint(config)
		.made.open()
		.then(
			() => undefined,
			(reason: unknown) => reason,
		);
	expect(error).toBeInstanceOf(UserError);
	return error as UserError;
}

async function takenPort(): Promise<number> {
	const server: Server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	closing.push(() => new Promise(resolve => server.close(resolve)));
	return (server.address() as AddressInfo).port;
}

describe('opening fails with one line and a hint', () => {
	test('when the port is taken', async () => {
		const port = await takenPort();
		const {message, hint} = await failure({listen: [`/ip4/127.0.0.1/tcp/${port}`]});
		expect(message).toBe(`Port ${port} on 127.0.0.1 is taken by another program`);
		expect(hint).toContain('--listen /ip4/127.0.0.1/tcp/0');
	});

	test('when the address is not one of this machine', async () => {
		// TEST-NET-1 (RFC 5737): nobody's address. Nothing is sent there, it is only bound.
		const {message, hint} = await failure({interfaces: [], listen: ['/ip4/192.0.2.7/tcp/0']});
		expect(message).toBe('192.0.2.7 is not an address of this machine');
		expect(hint).toContain('/ip4/0.0.0.0/tcp/0');
	});

	test('when the address is on another interface than the chosen one', async () => {
		const {message, hint} = await failure({interfaces: ['lo'], listen: ['/ip4/192.0.2.7/tcp/0']});
		expect(message).toContain('it is on none of the chosen interfaces');
		expect(hint).toContain('127.0.0.1');
	});

	test('when there is no such interface', async () => {
		const {message, hint} = await failure({interfaces: ['wlan77'], listen: ['/ip4/0.0.0.0/tcp/0']});
		expect(message).toBe('No network interface "wlan77" on this machine');
		expect(hint).toContain('lo (127.0.0.1');
	});

	test('when an address is none', async () => {
		const {message} = await failure({listen: ['/ip4/127.0.0.1/udp/1']});
		expect(message).toContain('/ip4/127.0.0.1/udp/1');
	});

	test('and what was opened before it is closed again', async () => {
		const port = await takenPort();
		const {made} = endpoint({listen: ['/ip4/127.0.0.1/tcp/0', `/ip4/127.0.0.1/tcp/${port}`], discovery: true});
		await expect(made.open()).rejects.toThrow('is taken');
		await made.close();
		expect(made.addresses).toEqual([]);
		await expect(made.transport.listen({host: '127.0.0.1', port: 0, family: 4})).rejects.toThrow('closed');
	});
});

test('a wildcard on a chosen interface becomes the address of that interface, with the port that it got', async () => {
	const {made, addresses} = endpoint({listen: ['/ip4/0.0.0.0/tcp/0']});
	await made.open();
	expect(made.addresses).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/[1-9]\d*$/)]);
	expect(made.interfaceNames).toEqual(['lo']);
	expect(addresses).toEqual([made.addresses]);
});

test('a node that only dials listens nowhere', async () => {
	const {made} = endpoint({listen: []});
	await made.open();
	expect(made.addresses).toEqual([]);
});

function withResolvers() {
	let resolve = () => {};
	const promise = new Promise<void>(done => {
		resolve = done;
	});
	return {promise, resolve};
}

/** One interface, on this machine only, with whatever addresses it has just now. */
function machine(...addresses: string[]) {
	vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
	const now = {addresses, name: 'test0', mac: '00:00:00:00:00:00'};
	const list = (): SystemInterfaces => ({
		[now.name]: now.addresses.map(address => ({
			address,
			netmask: '255.255.255.255',
			family: 'IPv4',
			mac: now.mac,
			internal: false,
			cidr: `${address}/32`,
		})),
	});
	return {now, list};
}
const chosen = {interfaces: ['test0'], listen: ['/ip4/0.0.0.0/tcp/0']};

describe('when the addresses of the chosen interface change', () => {
	const portOf = (address: string | undefined) => Number(address?.split('/').at(-1));

	/** What becomes of a TCP connection there. */
	async function outcome(host: string, port: number): Promise<string> {
		const socket = connect({host, port});
		closing.push(async () => socket.destroy());
		return new Promise(resolve => {
			socket.once('connect', () => resolve('connected'));
			socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
		});
	}

	test('the node listens there, on the same port, and no longer where it was', async () => {
		const {now, list} = machine('127.0.0.1');
		const {made, addresses, looked, warnings} = endpoint(chosen, list);
		await made.open();
		const port = portOf(made.addresses[0]);
		now.addresses = ['127.0.0.2'];
		await looked();
		expect(addresses).toEqual([[`/ip4/127.0.0.1/tcp/${port}`], [`/ip4/127.0.0.2/tcp/${port}`]]);
		expect(await outcome('127.0.0.2', port)).toBe('connected');
		expect(await outcome('127.0.0.1', port)).toBe('ECONNREFUSED');
		expect(warnings).toEqual([]);
	});

	test('an interface that goes and comes back is listened on again, on the same port', async () => {
		const {now, list} = machine('127.0.0.1');
		const {made, addresses, looked} = endpoint(chosen, list);
		await made.open();
		const before = made.addresses;
		for (const step of [[], ['127.0.0.1']]) {
			now.addresses = step;
			await looked();
		}
		expect(addresses).toEqual([before, [], before]);
		expect(await outcome('127.0.0.1', portOf(before[0]))).toBe('connected');
	});

	test('another port is taken if that one is taken there', async () => {
		const {now, list} = machine('127.0.0.1');
		const {made, looked, warnings} = endpoint(chosen, list);
		await made.open();
		const port = portOf(made.addresses[0]);
		const other = createServer().listen(port, '127.0.0.2');
		await once(other, 'listening');
		closing.push(() => new Promise(resolve => other.close(resolve)));
		now.addresses = ['127.0.0.2'];
		await looked();
		expect(made.addresses).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.2\/tcp\/[1-9]\d*$/)]);
		expect(portOf(made.addresses[0])).not.toBe(port);
		expect(await outcome('127.0.0.2', portOf(made.addresses[0]))).toBe('connected');
		expect(warnings).toEqual([]);
	});

	test('what cannot be listened on is told once, and tried again', async () => {
		const {now, list} = machine('127.0.0.1');
		const {made, looked, warnings} = endpoint(chosen, list);
		await made.open();
		// TEST-NET-1 (RFC 5737): nobody's address. Nothing is sent there, it is only bound.
		now.addresses = ['192.0.2.7'];
		await looked();
		expect(made.addresses).toEqual([]);
		now.addresses = ['192.0.2.7', '127.0.0.2'];
		await looked();
		expect(made.addresses).toEqual([expect.stringContaining('/127.0.0.2/')]);
		expect(warnings).toEqual(['listen: 192.0.2.7 is not an address of this machine']);
	});

	test('the node says so, and which interfaces it is on', async () => {
		const {now, list} = machine('127.0.0.1');
		const events: NodeEvent[] = [];
		let told = (_event: NodeEvent) => {};
		const changed = new Promise<NodeEvent>(resolve => {
			told = resolve;
		});
		const node = new Node({
			config: {...CONFIG, ...chosen},
			identity: newIdentity(),
			store: new MemoryEventStore(systemRandom),
			log: NO_LOG,
			systemInterfaces: list,
			emit: event => {
				events.push(event);
				if (event.type === 'addresses-changed') told(event);
			},
			onShutdown: () => {},
		});
		closing.push(() => node.stop());
		await node.start();
		expect(events.map(({type}) => type)).not.toContain('addresses-changed');
		now.addresses = ['127.0.0.2'];
		vi.advanceTimersByTime(LOOK_INTERVAL);
		const address = expect.stringMatching(/^\/ip4\/127\.0\.0\.2\/tcp\/[1-9]\d*$/);
		expect(await changed).toEqual({type: 'addresses-changed', addresses: [address], interfaces: ['test0']});
	});
});

test.each(['wl+0', 'br#1', 'été0'])(
	'a link named %s, with an address of that link only, keeps nobody from starting',
	async name => {
		vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
		const ipv4 = {netmask: '', family: 'IPv4', mac: '', internal: false} as const;
		const ipv6 = {...ipv4, family: 'IPv6', address: 'fe80::1', cidr: 'fe80::1/64', scopeid: 2} as const;
		let system: SystemInterfaces = {[name]: [ipv6]};
		const {promise: changed, resolve} = withResolvers();
		const node = new Node({
			config: {...CONFIG, interfaces: [], listen: ['/ip6/::/tcp/0']},
			identity: newIdentity(),
			store: new MemoryEventStore(systemRandom),
			log: NO_LOG,
			systemInterfaces: () => system,
			emit: event => {
				events.push(event);
				if (event.type === 'addresses-changed') resolve();
			},
			onShutdown: () => {},
		});
		const events: NodeEvent[] = [];
		closing.push(() => node.stop());
		await node.start();
		expect(events[0]).toMatchObject({type: 'ready', addresses: []});
		const added = {...ipv6, address: '2001:db8::1', cidr: '2001:db8::1/64'};
		system = {[name]: [ipv6], [`${name}+`]: [ipv6, added]};
		vi.advanceTimersByTime(LOOK_INTERVAL);
		await changed;
		expect(events.at(-1)).toMatchObject({
			addresses: [expect.stringMatching(/^\/ip6\/2001:db8::1\/tcp\/\d+$/)],
			interfaces: [`${name}+`],
		});
	},
);

describe('every second', () => {
	test('the interfaces are looked at, and nothing is done while nothing has changed', async () => {
		const {now, list} = machine('127.0.0.1');
		const looks = vi.fn(list);
		const {made, addresses, looked} = endpoint({...chosen, discovery: true, discoveryPort: await freeUdpPort()}, looks);
		await made.open();
		const updates = vi.spyOn(made.beacon!, 'update');
		for (let second = 0; second < 5; second++) {
			vi.advanceTimersByTime(LOOK_INTERVAL);
			await turn();
		}
		expect(looks).toHaveBeenCalledTimes(6);
		expect(updates).not.toHaveBeenCalled();
		expect(addresses).toHaveLength(1);
		now.addresses = ['127.0.0.2'];
		await looked();
		expect(updates).toHaveBeenCalledTimes(1);
	});

	test('a network with the same address that is another one is told, once announcements leave there', async () => {
		const {now, list} = machine('127.0.0.1');
		const config = {...chosen, discovery: true, discoveryPort: await freeUdpPort()};
		const {made, addresses, newLinks, looked} = endpoint(config, list);
		await made.open();
		const updated = vi.spyOn(made.beacon!, 'update');
		now.mac = '00:00:00:00:00:01';
		await looked();
		expect(addresses).toEqual([made.addresses, made.addresses]);
		expect(newLinks).toEqual([false, true]);
		expect(await updated.mock.results[0]!.value).toEqual({hasNewLink: true, isWhole: true});
	});

	test('row 59: with a new address, connections from addresses that are gone are dropped; not while there is none', async () => {
		const {now, list} = machine('192.0.2.7');
		const {made, looked} = endpoint({...chosen, listen: []}, list);
		await made.open();
		const abandon = vi.spyOn(made.transport, 'abandon');
		// Gone for a moment, as when a laptop goes from one access point to the next.
		for (const [name, addresses] of [
			['away0', []],
			['test0', ['192.0.2.7']],
			['away0', []],
		] as const) {
			Object.assign(now, {name, addresses});
			vi.advanceTimersByTime(LOOK_INTERVAL);
			await turn();
		}
		expect(abandon.mock.calls.map(([isGone]) => ['192.0.2.7'].map(isGone))).toEqual([[false]]);
		Object.assign(now, {name: 'test0', addresses: ['192.0.2.8']});
		await looked();
		const [isGone] = abandon.mock.calls[1]!;
		expect(['192.0.2.7', '192.0.2.8', '127.0.0.1', '127.0.0.9'].map(isGone)).toEqual([true, false, false, false]);
	});

	test('an IPv6 address that may not be used yet is tried again, and nobody hears of it before', async () => {
		const {list} = machine('127.0.0.1');
		const both = (): SystemInterfaces => ({
			test0: [...list().test0!, {...list().test0![0]!, family: 'IPv6', address: '::1', cidr: '::1/128', scopeid: 0}],
		});
		const listen = [...chosen.listen, '/ip6/::/tcp/0'];
		const {made, addresses, looked, warnings} = endpoint({...chosen, listen}, both);
		const bind = made.transport.listen.bind(made.transport);
		let isTentative = true;
		vi.spyOn(made.transport, 'listen').mockImplementation(async address => {
			if (isTentative && address.family === 6) throw new UserError('not yet', {cause: {code: 'EADDRNOTAVAIL'}});
			return {...(await bind({...address, host: '127.0.0.1', family: 4})), ...address, port: address.port || 4001};
		});
		await made.open();
		vi.advanceTimersByTime(LOOK_INTERVAL);
		await turn();
		expect(made.addresses).toEqual([expect.stringMatching(/^\/ip4\//)]);
		isTentative = false;
		await looked();
		expect(addresses).toEqual([[expect.stringMatching(/^\/ip4\//)], [expect.anything(), '/ip6/::1/tcp/4001']]);
		expect(warnings).toEqual([]);
	});

	test('interfaces that cannot be looked at are told of once, and looked at again', async () => {
		const {now, list} = machine('127.0.0.1');
		let isFailing = false;
		const {made, looked, warnings} = endpoint(chosen, () => {
			if (isFailing) throw new Error('too many open files');
			return list();
		});
		await made.open();
		isFailing = true;
		for (let second = 0; second < 3; second++) {
			vi.advanceTimersByTime(LOOK_INTERVAL);
			await turn();
		}
		expect(warnings).toEqual(['interfaces: too many open files']);
		isFailing = false;
		now.addresses = ['127.0.0.2'];
		await looked();
		expect(made.addresses[0]).toContain('/127.0.0.2/');
	});
});

describe('multicast DNS', () => {
	const calls: unknown[][] = [];
	function watched() {
		calls.length = 0;
		const {promise: opened, resolve} = withResolvers();
		const names = (list: readonly {name: string}[]) => list.map(({name}) => name);
		vi.spyOn(Mdns.prototype, 'open').mockImplementation(async (interfaces, addresses) => {
			calls.push(['open', names(interfaces), addresses]);
			resolve();
		});
		vi.spyOn(Mdns.prototype, 'update').mockImplementation(async (interfaces, addresses) => {
			calls.push(['update', names(interfaces), addresses]);
		});
		vi.spyOn(Mdns.prototype, 'close').mockImplementation(async () => void calls.push(['close']));
		return opened;
	}
	const config = {...chosen, discovery: true, mdns: true};

	test('is loaded when the node is up, follows its addresses and closes with it', async () => {
		const {now, list} = machine('127.0.0.1');
		const opened = watched();
		const {made, addresses, looked} = endpoint({...config, discoveryPort: await freeUdpPort()}, list);
		await made.open();
		expect(calls).toEqual([]);
		await opened;
		now.addresses = ['127.0.0.2'];
		await looked();
		await made.close();
		expect(calls).toEqual([['open', ['test0'], addresses[0]], ['update', ['test0'], addresses[1]], ['close']]);
	});

	test('that failed is tried again at every look, and left alone once it works', async () => {
		const {list} = machine('127.0.0.1');
		const opened = watched();
		let isWhole = false;
		vi.spyOn(Mdns.prototype, 'isWhole', 'get').mockImplementation(() => isWhole);
		const {made} = endpoint({...config, discoveryPort: await freeUdpPort()}, list);
		await made.open();
		await opened;
		for (const count of [2, 3]) {
			vi.advanceTimersByTime(LOOK_INTERVAL);
			while (calls.length < count) await turn();
			await turn();
		}
		isWhole = true;
		vi.advanceTimersByTime(LOOK_INTERVAL);
		for (let count = 0; count < 10; count++) await turn();
		expect(calls.map(([call]) => call)).toEqual(['open', 'update', 'update']);
	});

	test.each([{mdns: false}, {discovery: false}])('is left alone with %o', async without => {
		const {list} = machine('127.0.0.1');
		watched();
		const {made} = endpoint({...config, discoveryPort: await freeUdpPort(), ...without}, list);
		await made.open();
		for (let count = 0; count < 10; count++) await turn();
		await made.close();
		expect(calls).toEqual([]);
	});

	test('is not opened any more by a node that is closed meanwhile', async () => {
		const {list} = machine('127.0.0.1');
		watched();
		const {made} = endpoint({...config, discoveryPort: await freeUdpPort()}, list);
		await made.open();
		await made.close();
		expect(calls).toEqual([]);
	});
});

describe('dials of a node that was given interfaces', () => {
	const dial = async (interfaces: readonly string[], target: string, system?: SystemInterfaces) => {
		const {made} = endpoint({interfaces, listen: [], discovery: false}, system && (() => system));
		await made.open();
		return made.dial(parseTcpAddress(target), undefined, AbortSignal.timeout(5_000));
	};

	test('stay on this machine if it was given lo', async () => {
		await expect(dial(['lo'], '/ip4/198.51.100.7/tcp/4001')).rejects.toMatchObject({
			code: 'unreachable',
			message: '/ip4/198.51.100.7/tcp/4001 cannot be reached by the chosen interfaces (--interface lo)',
		});
	});

	test('reach whoever is there, and go out from an address of theirs', async () => {
		const callers: (string | undefined)[] = [];
		const server = createServer(socket => {
			callers.push(socket.remoteAddress);
			socket.destroy();
		});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.9', resolve));
		const {port} = server.address() as AddressInfo;
		const here = {
			address: '127.0.0.3',
			netmask: '',
			mac: '',
			internal: true,
			family: 'IPv4',
			cidr: '127.0.0.3/8',
		} as const;
		await expect(dial(['lo'], `/ip4/127.0.0.9/tcp/${port}`, {lo: [here]})).rejects.toMatchObject({code: 'failed'});
		await new Promise(resolve => server.close(resolve));
		// Left to itself, the system would call from 127.0.0.1.
		expect(callers).toEqual(['127.0.0.3']);
	});
});

describe('the port of the last start', () => {
	const start = async (lastPorts: readonly [number, number]) => {
		const config = {...CONFIG, listen: ['/ip4/127.0.0.1/tcp/0'], discovery: false};
		const nothing = () => {};
		const made = new Endpoint({
			config,
			lastPorts,
			identity: newIdentity(),
			onConnection: nothing,
			onRefused: nothing,
			onDatagram: nothing,
			onWarning: nothing,
			onAddresses: nothing,
		});
		closing.push(() => made.close());
		await made.open();
		return made;
	};

	test('is taken again, so that whoever remembers us finds us; or another, if somebody else has it', async () => {
		const first = await start([0, 0]);
		const [port] = first.chosenPorts;
		expect(port).toBeGreaterThan(0);
		const other = await start([port, 0]);
		expect(other.chosenPorts[0]).not.toBe(port);
		await Promise.all([first.close(), other.close()]);
		const again = await start([port, 0]);
		expect(again.addresses).toEqual([`/ip4/127.0.0.1/tcp/${port}`]);
	});
});
