/**
 * Connections between simulated nodes, as TCP makes them: in order, and nothing is lost while they last. What cannot
 * get through waits, and is sent again when the way is free, unless one side has given up by then.
 */
import type {ConnectionId, DialFailureCode, DialId, Effect, SwarmInput} from '../swarm/io.ts';
import {FRAME_HEADER_BYTES} from '../wire/limits.ts';
import {parseTcpAddress} from '../wire/multiaddr.ts';
import {Happening, Later} from './agenda.ts';
import type {Conditions} from './conditions.ts';
import type {SimulatedNode} from './simulated-node.ts';

/** Milliseconds after which a dial without an answer has failed. */
const DIAL_TIMEOUT = 5_000;
/** Milliseconds that an end waits for the other one, when it has ended first. */
const CLOSE_TIMEOUT = 2_000;
/** Bytes that TCP sends before it needs an acknowledgement: ten segments (RFC 6928). */
const INITIAL_WINDOW = 14_600;

/** What streams need of the simulation around them. */
export type World = {
	readonly now: () => number;
	readonly add: (at: number, happening: Happening) => void;
	readonly nodeAt: (host: string) => SimulatedNode | undefined;
	readonly input: (node: SimulatedNode, input: SwarmInput) => void;
};

/** One end of a connection. */
export class End {
	readonly node: SimulatedNode;
	readonly connection: ConnectionId;
	/** The other end. */
	peer!: End;
	/** The input that tells its node that it is open. */
	readonly opened: Extract<SwarmInput, {type: 'connection-opened'}>;
	/** What it sends has left by then. */
	sentAt = 0;
	/** What it was sent has arrived by then. */
	readyAt = 0;
	isOpen = false;
	openedAt = 0;
	/** Why it sends no more: it goes on reading until the other side ends too. */
	ending: string | undefined;
	isClosed = false;
	/** Its machine lost power: it answers nothing, not even that it is closed. */
	isDead = false;
	/** What has not got through to it, and since when. */
	held: Arrival[] | undefined;
	heldSince = 0;
	/** The way is free again: what was held arrives in a moment. */
	isRecovering = false;
	/** What has left it and what has arrived, frame headers included. */
	bytesIn = 0;
	bytesOut = 0;
	framesIn = 0;
	framesOut = 0;
	/** Bytes that it got and whose acknowledgements do not get through. */
	unacknowledged = 0;

	constructor(node: SimulatedNode, opened: Extract<SwarmInput, {type: 'connection-opened'}>) {
		this.node = node;
		this.connection = opened.connection;
		this.opened = opened;
	}
}

type ArrivalKind = 'open' | 'frame' | 'end' | 'reset';

class Arrival extends Happening {
	readonly end: End;
	readonly kind: ArrivalKind;
	readonly body: Uint8Array | undefined;
	readonly #streams: Streams;

	constructor(streams: Streams, end: End, kind: ArrivalKind, body?: Uint8Array) {
		super();
		this.#streams = streams;
		this.end = end;
		this.kind = kind;
		this.body = body;
	}

	run(): void {
		this.#streams.arrived(this);
	}
}

export class Streams {
	readonly #world: World;
	readonly #conditions: Conditions;
	/** Ends that something has not got through to. */
	readonly #stalled = new Set<End>();
	#nextConnection: ConnectionId = 1;

	constructor(world: World, conditions: Conditions) {
		this.#world = world;
		this.#conditions = conditions;
	}

	// --- dialling ---

	dial(node: SimulatedNode, {dial, address, expected}: Extract<Effect, {type: 'dial'}>): void {
		const {host, port} = parseTcpAddress(address);
		const target = this.#world.nodeAt(host);
		const fail = (after: number, code: DialFailureCode) => this.#failLater(node, dial, after, code, address);
		if (!target || !this.#areInTouch(node, target)) return fail(DIAL_TIMEOUT, 'timeout');
		const roundTrip = this.#conditions.delay(node, target) + this.#conditions.delay(target, node);
		if (!target.isAlive || target.port !== port) return fail(roundTrip, 'refused');
		if (expected !== undefined && target.peerId !== expected) return fail(2 * roundTrip, 'wrong-peer');
		this.connect(node, target, {dial, address, roundTrip});
	}

	/** The side that was dialled has the connection first: the dialling side waits for its READY. */
	connect(
		node: SimulatedNode,
		target: SimulatedNode,
		{dial, address, roundTrip}: {dial: DialId; address: string; roundTrip: number},
	): void {
		const from = `/ip4/${node.host}/tcp/${40_000 + (dial % 20_000)}`;
		const type = 'connection-opened';
		const outbound = {type, peer: target.peerId, address, direction: 'outbound', dial} as const;
		const inbound = {type, peer: node.peerId, address: from, direction: 'inbound'} as const;
		const dialler = new End(node, {...outbound, connection: this.#nextConnection++});
		const dialled = new End(target, {...inbound, connection: this.#nextConnection++});
		[dialler.peer, dialled.peer] = [dialled, dialler];
		const now = this.#world.now();
		[dialler.readyAt, dialled.readyAt] = [now + 2 * roundTrip, now + 1.5 * roundTrip];
		for (const end of [dialled, dialler]) this.#world.add(end.readyAt, new Arrival(this, end, 'open'));
		const timeout = new Later(() => this.#failDial(dialler, 'timeout'));
		this.#world.add(now + DIAL_TIMEOUT, timeout);
		node.dials.set(dial, {timeout, end: dialler});
	}

	/** A dial that ends in nothing. */
	#failLater(node: SimulatedNode, dial: DialId, after: number, code: DialFailureCode, address: string): void {
		const failure = new Later(() => {
			node.dials.delete(dial);
			this.#world.input(node, {type: 'dial-failed', dial, code, message: `${code}: ${address}`});
		});
		this.#world.add(this.#world.now() + after, failure);
		node.dials.set(dial, {timeout: failure});
	}

	/** Nobody waits for this dial any more. */
	cancelDial(node: SimulatedNode, dial: DialId): void {
		const pending = node.dials.get(dial);
		if (!pending) return;
		node.dials.delete(dial);
		pending.timeout.isCancelled = true;
		if (!pending.end) return;
		pending.end.isClosed = true;
		this.#sendTo(pending.end.peer, 'reset');
	}

	#failDial(end: End, code: DialFailureCode): void {
		const {dial, address} = end.opened;
		if (dial === undefined || end.isOpen || end.isClosed) return;
		this.cancelDial(end.node, dial);
		this.#world.input(end.node, {type: 'dial-failed', dial, code, message: `${code}: ${address}`});
	}

	// --- what is said ---

	/** Returns whether it left. */
	send(node: SimulatedNode, connection: ConnectionId, body: Uint8Array): boolean {
		const end = node.ends.get(connection);
		if (!end || end.ending !== undefined) return false;
		const {bandwidth} = this.#conditions.options;
		end.sentAt = Math.max(end.sentAt, this.#world.now());
		if (Number.isFinite(bandwidth)) end.sentAt += ((body.length + FRAME_HEADER_BYTES) * 1_000) / bandwidth;
		end.bytesOut += body.length + FRAME_HEADER_BYTES;
		end.framesOut += 1;
		this.#sendTo(end.peer, 'frame', body);
		return true;
	}

	/**
	 * `end` closes: the other side reads what is under way and then its end, and ends too; what it had sent by then is
	 * still read here. A reset ends both directions at once.
	 */
	hangUp(end: End, reason: string): void {
		if (end.ending !== undefined || end.isClosed) return;
		end.ending = reason;
		if (reason === 'reset') {
			this.#sendTo(end.peer, 'reset');
			this.#close(end);
			return;
		}
		this.#sendTo(end.peer, 'end');
		this.#world.add(this.#world.now() + CLOSE_TIMEOUT, new Later(() => this.#close(end)));
	}

	/** The process of a node has died: its system closes what it left open. */
	resetAll(node: SimulatedNode): void {
		for (const dial of [...node.dials.keys()]) this.cancelDial(node, dial);
		for (const end of [...node.ends.values()]) {
			end.ending = undefined;
			this.hangUp(end, 'reset');
		}
	}

	/** Its machine has lost power: nobody is told. */
	dropAll(node: SimulatedNode): void {
		const dialling = [...node.dials.values()].flatMap(({timeout, end}) => {
			timeout.isCancelled = true;
			return end ? [end] : [];
		});
		for (const end of [...dialling, ...node.ends.values()]) [end.isClosed, end.isDead] = [true, true];
		node.dials.clear();
		node.ends.clear();
	}

	// --- what arrives ---

	arrived(arrival: Arrival): void {
		const {end} = arrival;
		if (end.isClosed) return this.#arrivedNowhere(arrival);
		if (end.held || this.#isHeldUp(arrival)) this.#hold(arrival);
		else this.#take(arrival);
	}

	/** Tries again whatever is held up: the network, or a machine that slept, has changed. */
	release(): void {
		const now = this.#world.now();
		for (const end of this.#stalled) {
			if (end.isRecovering || this.#isStalled(end)) continue;
			end.isRecovering = true;
			this.#world.add(now + this.#conditions.recovery(now - end.heldSince), new Later(() => this.#recover(end)));
		}
	}

	#recover(end: End): void {
		end.isRecovering = false;
		const held = end.held ?? [];
		if (this.#isStalled(end)) return;
		end.held = undefined;
		end.unacknowledged = 0;
		this.#stalled.delete(end);
		for (const arrival of held) {
			if (!end.isClosed) this.#take(arrival);
		}
	}

	#hold(arrival: Arrival): void {
		const {end} = arrival;
		if (!end.held) {
			end.held = [];
			end.heldSince = this.#world.now();
			this.#stalled.add(end);
		}
		end.held.push(arrival);
	}

	/** Whether nothing gets through to this end now. */
	#isStalled({node, peer}: End): boolean {
		return node.isAsleep || !this.#conditions.reaches(peer.node, node);
	}

	#isHeldUp({end, body}: Arrival): boolean {
		if (this.#isStalled(end)) return true;
		if (this.#conditions.reaches(end.node, end.peer.node)) return false;
		// The other way is cut, so nothing is acknowledged.
		end.unacknowledged += body?.length ?? 0;
		return end.unacknowledged > INITIAL_WINDOW;
	}

	#take({end, kind, body}: Arrival): void {
		switch (kind) {
			case 'open':
				return this.#open(end);
			case 'frame':
				end.bytesIn += body!.length + FRAME_HEADER_BYTES;
				end.framesIn += 1;
				return this.#world.input(end.node, {type: 'frame', connection: end.connection, body: body!});
			case 'reset':
				end.ending = 'reset';
				return this.#close(end);
			case 'end':
				if (end.ending === undefined) {
					end.ending = 'closed';
					this.#sendTo(end.peer, 'end');
				}
				return this.#close(end);
		}
	}

	/** A machine that was off and is on again knows nothing of the connection, and says so. */
	#arrivedNowhere({end, kind}: Arrival): void {
		if (!end.isDead || kind === 'reset' || end.peer.isClosed) return;
		if (this.#world.nodeAt(end.node.host)?.isAlive) this.#sendTo(end.peer, 'reset');
	}

	#open(end: End): void {
		const {dial} = end.opened;
		if (!end.node.isAlive) {
			end.isClosed = true;
			return this.#failDial(end.peer, 'failed');
		}
		if (dial === undefined) {
			if (end.peer.isClosed) end.isClosed = true;
			if (end.isClosed) return;
		} else {
			const pending = end.node.dials.get(dial);
			if (pending) pending.timeout.isCancelled = true;
			end.node.dials.delete(dial);
			this.#breakSometime(end);
		}
		end.isOpen = true;
		end.openedAt = this.#world.now();
		end.node.ends.set(end.connection, end);
		this.#world.input(end.node, end.opened);
	}

	#breakSometime(end: End): void {
		const lifetime = this.#conditions.lifetime();
		if (!Number.isFinite(lifetime)) return;
		const breaking = new Later(() => {
			for (const one of [end, end.peer]) {
				if (one.isClosed || !one.isOpen) continue;
				one.ending = 'reset';
				this.#close(one);
			}
		});
		this.#world.add(this.#world.now() + lifetime, breaking);
	}

	#close(end: End): void {
		if (end.isClosed) return;
		end.isClosed = true;
		end.held = undefined;
		this.#stalled.delete(end);
		if (!end.isOpen) return;
		end.node.ends.delete(end.connection);
		const reason = end.ending ?? 'closed';
		this.#world.input(end.node, {type: 'connection-closed', connection: end.connection, reason});
	}

	/** After everything that was sent to this end before. */
	#sendTo(end: End, kind: ArrivalKind, body?: Uint8Array): void {
		const sentAt = Math.max(this.#world.now(), end.peer.sentAt);
		const delay = this.#conditions.delay(end.peer.node, end.node) + this.#conditions.retransmission();
		end.readyAt = Math.max(end.readyAt, sentAt + delay);
		this.#world.add(end.readyAt, new Arrival(this, end, kind, body));
	}

	#areInTouch(a: SimulatedNode, b: SimulatedNode): boolean {
		if (b.isAsleep || b.isOff) return false;
		return this.#conditions.reaches(a, b) && this.#conditions.reaches(b, a);
	}
}
