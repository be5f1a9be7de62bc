/**
 * The driver: turns what happens into inputs of the swarm, and the swarm's effects into deeds. One `switch` over
 * effects; no decision is made here.
 */
import type {Command, CommandOf} from '../api/command.ts';
import type {CoreConfig} from '../api/core.ts';
import type {ErrorCode, NodeEvent, Results, Stats} from '../api/event.ts';
import type {NetworkReport} from '../api/metrics.ts';
import {describeError, WireError} from '../base/errors.ts';
import type {Log} from '../base/log.ts';
import {version} from '../base/version.ts';
import type {EventStore} from '../history/event-store.ts';
import type {DatagramSource} from '../net/beacon.ts';
import type {Connection} from '../net/connection.ts';
import {DialError} from '../net/dial-error.ts';
import type {Vault} from '../storage/files/vault.ts';
import {createChatSwarm} from '../swarm/create.ts';
import type {ConnectionId, DialId, Effect, RememberedPeer, SwarmInput} from '../swarm/io.ts';
import {networkReport} from '../swarm/network-metrics.ts';
import type {Swarm} from '../swarm/swarm.ts';
import {decodeAnnouncement, encodeAnnouncement} from '../wire/announcement.ts';
import type {Identity} from '../wire/identity.ts';
import {INSTANCE_ID_BYTES} from '../wire/limits.ts';
import {parseTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {bothClocks} from './both-clocks.ts';
import {Commits} from './commits.ts';
import {DialCount} from './dial-count.ts';
import {Endpoint, type EndpointOptions} from './endpoint.ts';
import {fail} from './fault.ts';
import {FilesDriver} from './files/driver.ts';
import type {Reader} from './loop-delay.ts';
import {Meter} from './meter.ts';
import type {Measured} from './prometheus.ts';
import {SleepWatch} from './sleep-watch.ts';
import {systemRandom} from './system-random.ts';
import {Timers} from './timers.ts';

/** Milliseconds between two `traffic` events. */
const TRAFFIC_INTERVAL = 1_000;

export type NodeOptions = {
	readonly config: CoreConfig;
	readonly identity: Identity;
	readonly log: Log;
	/** Where events are kept. Whoever opened it closes it, once the node has stopped. */
	readonly store: EventStore;
	/** Files that are given and fetched; undefined: none. Whoever opened it shuts it, once the node has stopped. */
	readonly vault?: Vault;
	readonly systemInterfaces?: EndpointOptions['systemInterfaces'];
	emit(event: NodeEvent): void;
	/** The `shutdown` command was answered. */
	onShutdown(): void;
	/** The address book of an earlier run, newest first, and where the next one goes. */
	readonly remembered?: readonly RememberedPeer[];
	remember?(peers: readonly RememberedPeer[]): void;
	/** As in `EndpointOptions`. */
	readonly lastPorts?: readonly [number, number];
};

export class Node {
	readonly #options: NodeOptions;
	readonly #swarm: Swarm;
	readonly #endpoint: Endpoint;
	readonly #meter = new Meter(() => this.#files.connections());
	readonly #dialCount = new DialCount();
	readonly #commits = new Commits(() => this.#input({type: 'commit'}));
	readonly #files: FilesDriver;
	readonly #timers = new Timers(timer => this.#fired(timer));
	readonly #connections = new Map<ConnectionId, Connection>();
	readonly #dials = new Map<DialId, AbortController>();
	#sleepWatch: SleepWatch | undefined;
	#nextConnection: ConnectionId = 1;
	#stopping = false;
	/** What happens while the sockets open: the swarm hears of it after its `start`. */
	#early: SwarmInput[] | undefined = [];
	/** Warnings from before `ready`, which has to come first. */
	#warnings: NodeEvent[] | undefined = [];

	constructor(options: NodeOptions) {
		const {config, identity, store} = options;
		this.#options = options;
		this.#commits.measure(store);
		this.#swarm = createChatSwarm({
			identity,
			instance: Buffer.from(systemRandom.bytes(INSTANCE_ID_BYTES)).toString('hex'),
			random: systemRandom,
			name: config.name,
			agent: `p2p-tui/${version}`,
			rooms: config.rooms,
			peers: config.peers,
			discovery: config.discovery,
			pubsub: config.pubsub,
			tellsNeighbours: config.tellsNeighbours,
			visits: config.visits ?? false,
			store,
			wallClock: Date.now,
			clock: () => performance.now(),
			...(config.keep !== undefined && {keep: config.keep}),
		});
		this.#endpoint = new Endpoint({
			config,
			identity,
			...(options.systemInterfaces && {systemInterfaces: options.systemInterfaces}),
			...(options.lastPorts && {lastPorts: options.lastPorts}),
			onConnection: connection => this.#adopt(connection),
			onBulk: connection => this.#files.accept(connection),
			onRefused: reason => this.#refused(reason),
			onDatagram: (bytes, source) => this.#datagram(bytes, source),
			onMdns: found => this.#input({type: 'mdns', ...found}),
			log: options.log,
			onWarning: (code, message) => this.#warn(code, message),
			onAddresses: (...where) => this.#listening(...where),
		});
		const {up, down} = this.#endpoint.transport;
		this.#files = new FilesDriver({
			tell: news => this.#input({type: 'files', news}),
			dial: (...whom) => this.#endpoint.dialBulk(...whom),
			isKnown: peer => this.#isIntroduced(peer),
			refused: reason => this.#refused(reason),
			gone: connection => this.#meter.retire(connection, this.#connections.values()),
			...{up, down, vault: options.vault},
		});
	}

	/** Opens the sockets and begins. Throws a `UserError` if it cannot; then nothing is left open. */
	async start(): Promise<void> {
		try {
			await this.#endpoint.open();
		} catch (error) {
			await this.stop();
			throw error;
		}
		const {config, identity, emit} = this.#options;
		const {addresses, interfaceNames} = this.#endpoint;
		const self = {peerId: identity.peerId, name: config.name, addresses};
		emit({type: 'ready', ...self});
		if (config.forScreen) {
			emit({type: 'snapshot', ...self, interfaces: interfaceNames, rooms: [], peers: []});
			this.#timers.set('traffic', performance.now() + TRAFFIC_INTERVAL);
		}
		for (const event of this.#warnings ?? []) emit(event);
		this.#warnings = undefined;
		const early = this.#early ?? [];
		this.#early = undefined;
		const {remembered = []} = this.#options;
		this.#input({type: 'start', addresses, remembered});
		this.#files.begin();
		this.#sleepWatch = new SleepWatch(slept => this.#woke(slept));
		for (const input of early) this.#input(input);
	}

	/** The ports that the system chose, over IPv4 and IPv6; 0 where it had none to choose. */
	get chosenPorts(): readonly [number, number] {
		return this.#endpoint.chosenPorts;
	}

	command(command: Command): void {
		switch (command.command) {
			case 'stats':
				return this.#reply(command, this.#stats());
			case 'network':
				return this.#reply(command, this.#network());
			case 'lab':
				return this.#refuse(command, 'no-lab', 'this network is real: p2p-tui lab starts a simulated one');
			case 'shutdown':
				this.#reply(command, {});
				return this.#options.onShutdown();
			case 'fault':
				return this.#fault(command);
			default:
				return this.#input({type: 'command', command, timestamp: Date.now()});
		}
	}

	/** Says goodbye to everyone and closes everything. */
	async stop(): Promise<void> {
		if (this.#stopping) return;
		if (!this.#early) this.#input({type: 'stop'});
		// The goodbyes may have left something to write as well.
		this.#commits.now();
		this.#stopping = true;
		for (const dial of this.#dials.values()) dial.abort();
		this.#sleepWatch?.close();
		this.#timers.close();
		this.#meter.close();
		await this.#files.close();
		await this.#endpoint.close();
	}

	// --- what happens ---

	#input(input: SwarmInput): void {
		if (this.#stopping) return;
		if (this.#early) {
			this.#early.push(input);
			return;
		}
		for (const effect of this.#swarm.handle(input, performance.now())) this.#carryOut(effect);
	}

	#listening(addresses: readonly string[], interfaces: readonly string[], hasNewLink: boolean): void {
		// Before that, `ready` and `start` tell them.
		if (this.#early || this.#stopping) return;
		this.#options.emit({type: 'addresses-changed', addresses, interfaces});
		this.#input({type: 'listening', addresses, hasNewLink});
	}

	#woke(slept: number): void {
		this.#endpoint.woke();
		this.#input({type: 'woke', slept});
	}

	#fired(timer: string): void {
		if (timer !== 'traffic') return this.#input({type: 'timer', timer});
		const {pubsub} = this.#swarm.stats();
		const rates = this.#meter.rates(this.#connections.values());
		this.#options.emit({type: 'traffic', ...rates, ...(pubsub && {pubsub})});
		this.#timers.set('traffic', performance.now() + TRAFFIC_INTERVAL);
	}

	#datagram(bytes: Uint8Array, source: DatagramSource): void {
		try {
			const announcement = decodeAnnouncement(bytes);
			this.#input({type: 'announcement', announcement, ...source});
		} catch (error) {
			if (!(error instanceof WireError)) throw error;
			this.#refused(error.reason, source.host);
		}
	}

	/** Somebody with whom a connection for talk is up, and who has said who it is. */
	#isIntroduced(peer: PeerId): boolean {
		const isConnected = [...this.#connections.values()].some(connection => connection.peer === peer);
		return isConnected && this.#swarm.view.facts(peer).instance !== undefined;
	}

	#refused(reason: string, host?: string): void {
		this.#swarm.counters.add(reason);
		this.#options.log('debug', host === undefined ? 'net' : 'discovery', 'refused', {reason, host});
	}

	#adopt(connection: Connection, dial?: DialId): void {
		if (this.#stopping) return connection.destroy('leaving');
		const id = this.#nextConnection++;
		const {peer, address, direction} = connection;
		this.#connections.set(id, connection);
		this.#options.log('info', 'net', 'connection opened', {connection: id, direction, address, peer});
		this.#input({
			type: 'connection-opened',
			connection: id,
			peer,
			address,
			direction,
			...(dial !== undefined && {dial}),
		});
		connection.start({
			frame: body => this.#input({type: 'frame', connection: id, body}),
			closed: reason => this.#closed(id, connection, reason),
		});
	}

	#closed(id: ConnectionId, connection: Connection, reason: string): void {
		const {peer} = connection;
		this.#options.log('info', 'net', 'connection closed', {connection: id, peer, reason});
		this.#connections.delete(id);
		this.#meter.retire(connection, this.#connections.values());
		if (reason === 'frame-length' || reason === 'no-progress' || reason === 'slow') this.#swarm.counters.add(reason);
		this.#input({type: 'connection-closed', connection: id, reason});
	}

	// --- what is to be done ---

	#carryOut(effect: Effect): void {
		switch (effect.type) {
			case 'send':
				for (const id of effect.connections) this.#connections.get(id)?.send(effect.body, effect.priority);
				return;
			case 'close':
				return this.#connections.get(effect.connection)?.close(effect.reason);
			case 'dial':
				void this.#dial(effect);
				return;
			case 'cancel-dial':
				return this.#dials.get(effect.dial)?.abort();
			case 'remember':
				return this.#options.remember?.(effect.peers);
			case 'announce':
				return this.#endpoint.beacon?.announce(encodeAnnouncement(effect.announcement));
			case 'answer':
				return this.#endpoint.beacon?.answer(encodeAnnouncement(effect.announcement), effect);
			case 'commit':
				return this.#commits.want();
			case 'schedule':
				return this.#timers.set(effect.timer, effect.at);
			case 'cancel':
				return this.#timers.cancel(effect.timer);
			case 'files':
				return this.#files.do(effect.deed);
			case 'emit':
				return this.#options.emit(effect.event);
		}
	}

	async #dial({dial, address, expected}: Extract<Effect, {type: 'dial'}>): Promise<void> {
		const controller = new AbortController();
		const {signal} = controller;
		this.#dials.set(dial, controller);
		this.#dialCount.begins();
		try {
			const connection = await this.#endpoint.dial(parseTcpAddress(address), expected, signal);
			this.#dialCount.ends('succeeded');
			this.#adopt(connection, dial);
		} catch (error) {
			if (!(error instanceof DialError)) throw error;
			this.#dialCount.ends(error.code, signal.aborted);
			this.#options.log('debug', 'net', 'dial failed', {address, code: error.code, reason: error.message});
			this.#input({type: 'dial-failed', dial, code: error.code, message: error.message});
		} finally {
			this.#dials.delete(dial);
		}
	}

	#network(): NetworkReport {
		const links = this.#meter.links(this.#connections.values());
		const totals = this.#meter.total(this.#connections.values());
		const {now, timestamp} = bothClocks();
		return networkReport(this.#swarm.metrics(now, timestamp), peer => links.get(peer), totals);
	}

	/** For whoever scrapes: everything that is measured. */
	measure(): Measured {
		const {peerId} = this.#options.identity;
		return {peerId, stats: this.#stats('scraper'), network: this.#network(), overview: this.#swarm.overview()};
	}

	#stats(reader?: Reader): Stats {
		const {history, ...others} = this.#swarm.stats();
		return {
			...this.#meter.stats(this.#connections.values(), this.#swarm.counters, reader),
			...this.#swarm.counts(performance.now()),
			...others,
			...{dials: this.#dialCount.stats(), timers: this.#timers.size},
			...(history && {history: {...history, ...this.#commits.stats()}}),
		};
	}

	#fault(command: CommandOf<'fault'>): void {
		if (!this.#options.config.faults) {
			return this.#refuse(command, 'fault-refused', 'start with P2P_TUI_FAULTS=1 to allow faults on purpose');
		}
		this.#reply(command, {});
		// What was asked before it is done, though the disk may be having a pause.
		this.#commits.now();
		fail(command.kind);
	}

	#warn(code: string, message: string): void {
		this.#options.log('warn', 'core', message, {code});
		const event: NodeEvent = {type: 'warning', code, message};
		if (this.#warnings) this.#warnings.push(event);
		else this.#options.emit(event);
	}

	#reply({id}: Command, result: Results[keyof Results]): void {
		if (id !== undefined) this.#options.emit({type: 'reply', id, ok: true, result});
	}

	#refuse({id}: Command, code: ErrorCode, error: unknown): void {
		const message = typeof error === 'string' ? error : describeError(error);
		if (id !== undefined) this.#options.emit({type: 'reply', id, ok: false, error: {code, message}});
	}
}
