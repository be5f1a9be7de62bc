/**
 * Datagrams from anywhere into a whole node, in virtual time: what the driver does with each, and what the swarm makes of
 * them. Half of them are good announcements of invented peers, the rest is what mutation makes of the corpus. The world
 * around answers dials as it likes. Each effect is held against what was said before: a promise that is broken throws.
 */
import {BlockList} from 'node:net';
import {WireError} from '../../source/base/errors.ts';
import {type Random, seededRandom} from '../../source/base/random.ts';
import {createChatSwarm} from '../../source/swarm/create.ts';
import {MAX_PENDING_DIALS, MAX_PENDING_PER_ADDRESS} from '../../source/swarm/dial-slots.ts';
import type {DialFailureCode, Effect, SwarmInput} from '../../source/swarm/io.ts';
import {MAX_SIGHTINGS} from '../../source/swarm/sightings.ts';
import {type Announcement, decodeAnnouncement, encodeAnnouncement} from '../../source/wire/announcement.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {formatTcpAddress, parseTcpAddress, type TcpAddress} from '../../source/wire/multiaddr.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';
import {readCorpus} from './corpus.ts';
import {findPeers} from './mdns-target.ts';
import {mutate} from './mutate.ts';

type Source = {readonly host: string; readonly port: number; readonly family: 4 | 6; readonly scope?: string};
type Dialled = {readonly address: string; readonly peer: string};
type EffectOf<Type extends Effect['type']> = Extract<Effect, {type: Type}>;

const FAILURES: readonly DialFailureCode[] = ['refused', 'timeout', 'unreachable', 'wrong-peer', 'failed'];
const PORTS = [0, 1, 22, 443, 1_023, 1_024, 4_001, 4_002, 65_535];
/** Where datagrams come from: honest places, and such as only a forger can come from. `#` is a number from 1 to 250. */
const PLACES = [
	...['192.0.2.#', '198.51.100.#', '10.#.#.#', '#.#.#.#', '169.254.1.#', '192.0.2.66'],
	...['127.0.0.1', '127.0.0.#', '0.0.0.0', '0.0.0.#', '224.0.0.#', '239.192.112.50', '240.0.0.#', '255.255.255.255'],
	...['2001:db8::#', 'fd00::#', 'fe80::#', 'fe80::#%eth0', '::1', '::', 'ff02::1', 'ff12::8070:3270'],
];

/** Timers that may be pending: for the node, and for each connection, most of them for pings without an answer. */
const MAX_TIMERS = 32;
const TIMERS_PER_CONNECTION = 12;
/** Milliseconds, and answers to everyone in them: those that are due, and as many at once after a rest. */
const ANSWER_WINDOW = 1_000;
const MAX_ANSWERS = 100;
/** Names of counters that there are for datagrams and dials. */
const MAX_COUNTERS = 40;
/** Inputs after which the node is asked whom it knows. */
const LOOK = 250;

/** What nobody is to be sent to, whoever says so; by Node's own reading of addresses. */
const nowhere = new BlockList();
for (const [net, prefix] of [
	['0.0.0.0', 8],
	['224.0.0.0', 3],
] as const) {
	nowhere.addSubnet(net, prefix, 'ipv4');
}
nowhere.addAddress('::', 'ipv6');
nowhere.addSubnet('ff00::', 8, 'ipv6');

export class DatagramWorld {
	/** What happened, to see that something did. */
	readonly seen = {announcements: 0, found: 0, dials: 0, answers: 0, discovered: 0};
	readonly #random: Random;
	readonly #corpora = [readCorpus('announcement'), readCorpus('mdns')];
	readonly #identity = identityFromSeed(new Uint8Array(32).fill(7));
	readonly #swarm;
	#now = 0;
	#connection = 1;
	readonly #timers = new Map<string, number>();
	readonly #dials = new Map<number, Dialled>();
	readonly #open = new Set<number>();
	/** The times of the last answers. */
	readonly #answeredAt: number[] = [];
	/** Where each peer was said to be, in the one form of that address. */
	readonly #said = new Map<string, Set<string>>();
	/** Peers that speak our protocol, by somebody's word. */
	readonly #ours = new Set<string>();
	/** The datagram that is being taken, if it asks for an answer. */
	#question: (Source & {readonly bytes: number}) | undefined;

	constructor(seed: number) {
		this.#random = seededRandom(seed);
		this.#swarm = createChatSwarm({
			identity: this.#identity,
			instance: 'ab'.repeat(16),
			random: seededRandom(seed + 1),
			name: 'ann',
			agent: 'test',
			rooms: ['lobby'],
			peers: [],
			discovery: true,
			pubsub: 'gossipsub',
			wallClock: () => 1_763_700_000_000 + this.#now,
		});
		this.#input({type: 'start', addresses: ['/ip4/192.0.2.1/tcp/4001', '/ip6/2001:db8::1/tcp/4001']});
	}

	run(count: number): void {
		for (let index = 1; index <= count; index++) {
			this.#now += this.#chance(0.004) ? this.#below(20_000) : this.#below(3);
			this.#fireTimers();
			if (this.#chance(0.2)) this.#mdns();
			else this.#datagram(this.#bytes(), this.#source());
			for (let answered = this.#below(4); answered > 0; answered--) this.#answerDial();
			if (index % LOOK === 0) this.#look();
		}
	}

	// --- what comes ---

	/** As `core/node.ts` takes it from the beacon, without the beacon's own rates. */
	#datagram(bytes: Uint8Array, source: Source): void {
		let announcement: Announcement;
		try {
			announcement = decodeAnnouncement(bytes);
		} catch (error) {
			if (error instanceof WireError && error.reason === 'announcement') return;
			throw error;
		}
		this.seen.announcements += 1;
		const {peer, port4, port6, wantsAnswer} = announcement;
		const port = source.family === 4 ? port4 : port6;
		if (port !== undefined) this.#note(peer, formatTcpAddress({...source, port}));
		this.#ours.add(peer);
		this.#question = wantsAnswer ? {...source, bytes: bytes.length} : undefined;
		this.#input({type: 'announcement', announcement, ...source});
		this.#question = undefined;
	}

	#mdns(): void {
		for (const {peer, addresses, speaks, ttl} of findPeers(this.#mutated(1))) {
			this.seen.found += 1;
			if (speaks === 'p2p-tui') this.#ours.add(peer);
			for (const address of addresses) this.#note(peer, address);
			this.#input({type: 'mdns', peer, addresses, speaks, ttl});
		}
	}

	#note(peer: string, address: string): void {
		this.#said.set(peer, (this.#said.get(peer) ?? new Set()).add(address));
	}

	/** A good announcement, of one of few peers or of a new one, or what mutation makes of the corpus. */
	#bytes(): Uint8Array {
		if (this.#chance(0.4)) return this.#mutated(0);
		const random = this.#random;
		const key = this.#chance(0.3) ? new Uint8Array(32).fill(this.#below(20)) : random.bytes(32);
		const instance = this.#chance(0.5) ? '00'.repeat(16) : Buffer.from(random.bytes(16)).toString('hex');
		return encodeAnnouncement({
			peer: this.#chance(0.01) ? this.#identity.peerId : peerIdFromPublicKey(key),
			instance,
			port4: this.#one(PORTS) || undefined,
			port6: this.#one(PORTS) || undefined,
			wantsAnswer: this.#chance(0.5),
			leaving: this.#chance(0.05),
		});
	}

	#mutated(index: 0 | 1): Uint8Array {
		const corpus = this.#corpora[index] as readonly Uint8Array[];
		return mutate(this.#one(corpus), this.#one(corpus), this.#random);
	}

	#source(): Source {
		const text = this.#one(PLACES).replaceAll('#', () => String(1 + this.#below(250)));
		const [host = '', scope] = text.split('%');
		const port = 1 + this.#below(65_535);
		return {host, port, family: host.includes(':') ? 6 : 4, ...(scope === undefined ? {} : {scope})};
	}

	// --- the world's answers ---

	#fireTimers(): void {
		const due = [...this.#timers].filter(([, at]) => at <= this.#now).sort((a, b) => a[1] - b[1]);
		for (const [timer] of due) {
			// One of those before it may have cancelled it.
			if (this.#timers.delete(timer)) this.#input({type: 'timer', timer});
		}
	}

	#answerDial(): void {
		const [next] = this.#dials;
		if (next === undefined) return;
		const [dial, {address, peer}] = next;
		this.#dials.delete(dial);
		if (!this.#chance(0.1)) {
			const code = this.#one(FAILURES);
			return this.#input({type: 'dial-failed', dial, code, message: code});
		}
		const connection = this.#connection++;
		this.#open.add(connection);
		this.#input({type: 'connection-opened', connection, peer, address, direction: 'outbound', dial});
		if (this.#chance(0.3) && this.#open.delete(connection)) {
			this.#input({type: 'connection-closed', connection, reason: 'closed'});
		}
	}

	// --- what it does ---

	#input(input: SwarmInput): void {
		const effects = this.#swarm.handle(input, this.#now);
		for (const effect of effects) this.#check(effect);
		this.#checkPending();
		for (const effect of effects) {
			if (effect.type !== 'close') continue;
			const {connection, reason} = effect;
			this.#open.delete(connection);
			this.#input({type: 'connection-closed', connection, reason});
		}
	}

	#check(effect: Effect): void {
		switch (effect.type) {
			case 'dial':
				return this.#checkDial(effect);
			case 'cancel-dial':
				this.#dials.delete(effect.dial);
				return;
			case 'answer':
				return this.#checkAnswer(effect);
			case 'schedule':
				this.#timers.set(effect.timer, effect.at);
				return;
			case 'cancel':
				this.#timers.delete(effect.timer);
				return;
			case 'emit':
				if (effect.event.type !== 'peer-discovered') return;
				this.seen.discovered += 1;
				return this.#checkPlace(effect.event.peer, parseTcpAddress(effect.event.address));
		}
	}

	/** Only to whom somebody has told of, only there, only where a peer can be, and few at once. */
	#checkDial({dial, address, expected}: EffectOf<'dial'>): void {
		this.seen.dials += 1;
		const place = parseTcpAddress(address);
		if (expected === undefined || expected === this.#identity.peerId) fail(`dials ${expected} at ${address}`);
		if (!this.#ours.has(expected)) fail(`dials ${expected}, who speaks something else`);
		this.#checkPlace(expected, place);
		this.#dials.set(dial, {address, peer: expected});
	}

	#checkPending(): void {
		if (this.#dials.size > MAX_PENDING_DIALS) fail(`${this.#dials.size} dials at once`);
		const hosts = [...this.#dials.values()].map(({address}) => address.slice(0, address.lastIndexOf('/tcp/')));
		for (const host of hosts) {
			const count = hosts.filter(other => other === host).length;
			if (count > MAX_PENDING_PER_ADDRESS) fail(`${count} dials to ${host} at once`);
		}
	}

	#checkPlace(peer: string, place: TcpAddress): void {
		const text = formatTcpAddress(place);
		const {host, port, family, scope} = place;
		if (!this.#said.get(peer)?.has(text)) fail(`nobody said that ${peer} is at ${text}`);
		const isLost = /^fe[89ab]/.test(host) && scope === undefined;
		if (port < 1_024 || isLost || nowhere.check(host, family === 4 ? 'ipv4' : 'ipv6')) fail(`${text} is nowhere`);
	}

	/** To where the question came from, once, and no longer than it was. */
	#checkAnswer({announcement, host, port, scope}: EffectOf<'answer'>): void {
		this.seen.answers += 1;
		const question = this.#question;
		this.#question = undefined;
		const isTrue = question?.host === host && question.port === port && question.scope === scope;
		if (!question || !isTrue) fail(`answers ${host} without a question`);
		if (encodeAnnouncement(announcement).length > question.bytes) fail('an answer that is longer than its question');
		this.#answeredAt.push(this.#now);
		while (this.#answeredAt[0]! < this.#now - ANSWER_WINDOW) this.#answeredAt.shift();
		if (this.#answeredAt.length > MAX_ANSWERS) fail(`${this.#answeredAt.length} answers in a second`);
	}

	/** Whatever has come, little of it is kept. */
	#look(): void {
		const known = this.#swarm.peers(this.#now, 1).length;
		if (known > MAX_SIGHTINGS + this.#open.size) fail(`${known} peers known`);
		if (this.#timers.size > MAX_TIMERS + TIMERS_PER_CONNECTION * this.#open.size)
			fail(`timers: ${[...this.#timers.keys()]}`);
		const counters = Object.keys(this.#swarm.counters.toObject());
		if (counters.length > MAX_COUNTERS) fail(`counters: ${counters}`);
	}

	#below(limit: number): number {
		return Math.floor(this.#random.float() * limit);
	}

	#chance(part: number): boolean {
		return this.#random.float() < part;
	}

	#one<Value>(values: readonly Value[]): Value {
		return values[this.#below(values.length)] as Value;
	}
}

function fail(what: string): never {
	throw new Error(what);
}
