/**
 * Bulk connections between simulated nodes: of their own beside the chat, one for a pair, and only while the two have a
 * connection for chat. Cut by the same conditions as streams; blocks take as long as the lines need for their bytes.
 */
import type {FilesNews} from '../behaviours/files/io.ts';
import type {BlockName, Denial} from '../wire/file-offer.ts';
import {parseTcpAddress} from '../wire/multiaddr.ts';
import {Later} from './agenda.ts';
import type {Conditions} from './conditions.ts';
import {Lane, type Line, type Lines, type Parcel} from './lines.ts';
import type {SimulatedNode} from './simulated-node.ts';
import type {World} from './streams.ts';

/** Milliseconds after which a dial without an answer has failed, and after which a connection that is stuck is given up. */
const DIAL_TIMEOUT = 5_000;
const PATIENCE = 15_000;
/** Bytes that the system takes of what is sent before the line has carried any of it: nothing takes them back. */
const SEND_BUFFER = 256 * 1_024;
/** Blocks that are read from the disk meanwhile, and are not taken back either. */
const READ_AHEAD = 2;

export type BlockKey = string;

export function keyOf({file, what, index}: BlockName): BlockKey {
	return `${file} ${what} ${index}`;
}

/** A block on its way. */
export type Sending = Parcel & {
	readonly block: BlockName;
	readonly isRight: boolean;
	/** The system has taken it. */
	isTaken: boolean;
};

export class BulkEnd {
	readonly node: SimulatedNode;
	/** The other end. */
	other!: BulkEnd;
	/** What is sent from here. */
	readonly lane: Lane;
	/** What was asked from here and is neither here nor called off. */
	readonly asked = new Map<BlockKey, BlockName>();
	/** What the other side has asked and not got, as this side knows it. */
	readonly owed = new Map<BlockKey, BlockName>();
	/** What is being sent, the first one first. */
	readonly sending: Sending[] = [];
	/** Of the block that is coming in: bytes that were told of already. */
	told = 0;
	isOpen = false;
	isClosed = false;
	/** What was sent here has arrived by then. */
	readyAt = 0;
	/** What has not got through, and whether it is about to. */
	held: (() => void)[] = [];
	isRecovering = false;
	/** When it got stuck last. */
	stuckSince = 0;

	constructor(node: SimulatedNode, lane: Lane) {
		this.node = node;
		this.lane = lane;
	}
}

/** Who hears of what. */
export type BulkEars = {
	readonly tell: (node: SimulatedNode, news: FilesNews) => void;
	/** A request has arrived at `end`. */
	readonly asked: (end: BulkEnd, block: BlockName) => void;
	/** A block has arrived at `end`. */
	readonly arrived: (end: BulkEnd, sending: Sending) => void;
	readonly lineOf: (node: SimulatedNode) => Line;
};

export class Bulk {
	readonly #world: World;
	readonly #conditions: Conditions;
	readonly #lines: Lines;
	readonly #ears: BulkEars;
	/** Their ends by peer, from dialling to the end. */
	readonly #ends = new Map<SimulatedNode, Map<string, BulkEnd>>();

	constructor(world: World, conditions: Conditions, lines: Lines, ears: BulkEars) {
		this.#world = world;
		this.#conditions = conditions;
		this.#lines = lines;
		this.#ears = ears;
	}

	/** Its end of the connection with a peer, if there is one and it is open. */
	endTo(node: SimulatedNode, peer: string): BulkEnd | undefined {
		const end = this.#ends.get(node)?.get(peer);
		return end?.isOpen ? end : undefined;
	}

	/** All its ends. */
	endsOf(node: SimulatedNode): readonly BulkEnd[] {
		return [...(this.#ends.get(node)?.values() ?? [])];
	}

	// --- beginning and end

	open(node: SimulatedNode, peer: string, address: string): void {
		const target = this.#world.nodeAt(parseTcpAddress(address).host);
		const fail = (after: number, message: string) =>
			this.#later(after, () => this.#ears.tell(node, {news: 'bulk-failed', peer, message}));
		if (!target || !this.#areInTouch(node, target)) return fail(DIAL_TIMEOUT, 'timeout');
		const roundTrip = this.#conditions.delay(node, target) + this.#conditions.delay(target, node);
		if (!target.isAlive) return fail(roundTrip, 'refused');
		if (target.peerId !== peer) return fail(2 * roundTrip, 'wrong peer');
		this.#later(1.5 * roundTrip, () => {
			// It may have been started again meanwhile.
			const current = this.#world.nodeAt(target.host) ?? target;
			const refusal = this.#refusal(node, current);
			if (refusal !== undefined) return fail(roundTrip / 2, refusal);
			this.#connect(node, current);
		});
	}

	/** Why the side that is dialled does not take it. */
	#refusal(node: SimulatedNode, target: SimulatedNode): string | undefined {
		if (!target.isAlive || !this.#areInTouch(node, target)) return 'closed';
		if (![...target.ends.values()].some(end => end.peer.node === node)) return 'no chat with this peer';
		const old = this.#ends.get(target)?.get(node.peerId);
		if (old && old.other.node !== node) this.#breakOff(old, 'replaced');
		return this.#ends.get(target)?.has(node.peerId) ? 'there is one already' : undefined;
	}

	#connect(node: SimulatedNode, target: SimulatedNode): void {
		if (!node.isAlive) return;
		const [line, other] = [this.#ears.lineOf(node), this.#ears.lineOf(target)];
		const [dialler, dialled] = [new BulkEnd(node, new Lane(line, other)), new BulkEnd(target, new Lane(other, line))];
		[dialler.other, dialled.other] = [dialled, dialler];
		for (const end of [dialler, dialled]) this.#add(end);
		this.#send(dialler, () => this.#opened(dialler));
		this.#opened(dialled);
		const lifetime = this.#conditions.lifetime();
		if (Number.isFinite(lifetime)) this.#later(lifetime, () => this.#breakOff(dialler, 'reset'));
	}

	#add(end: BulkEnd): void {
		const ends = this.#ends.get(end.node) ?? new Map<string, BulkEnd>();
		this.#ends.set(end.node, ends.set(end.other.node.peerId, end));
	}

	#opened(end: BulkEnd): void {
		end.isOpen = true;
		this.#ears.tell(end.node, {news: 'bulk-opened', peer: end.other.node.peerId});
	}

	/** `end` closes; what was under way from there is lost, and the other side reads what has arrived and then the end. */
	close(end: BulkEnd, reason: string): void {
		if (end.isClosed) return;
		this.#closed(end, reason);
		this.#send(end.other, () => this.#closed(end.other, 'closed'));
	}

	/** The program is gone, and its system says so. */
	resetAll(node: SimulatedNode): void {
		for (const end of this.endsOf(node)) {
			this.#closed(end, 'reset');
			this.#send(end.other, () => this.#closed(end.other, 'reset'));
		}
	}

	/** Its machine has lost power: nobody is told. */
	dropAll(node: SimulatedNode): void {
		for (const end of this.endsOf(node)) this.#closed(end, 'reset');
		this.changed();
	}

	#breakOff(end: BulkEnd, reason: string): void {
		for (const one of [end, end.other]) this.#closed(one, reason);
	}

	#closed(end: BulkEnd, reason: string): void {
		if (end.isClosed) return;
		end.isClosed = true;
		this.#ends.get(end.node)?.delete(end.other.node.peerId);
		this.#lines.clear(end.lane);
		this.#lines.clear(end.other.lane);
		const [{node}, peer] = [end, end.other.node.peerId];
		if (end.isOpen) {
			for (const {block, isTaken} of end.sending.splice(0))
				if (!isTaken) this.#ears.tell(node, {news: 'not-given', peer, block, reason: 'closed'});
			this.#ears.tell(node, {news: 'bulk-closed', peer, reason});
		} else if (end.node.isAlive) this.#ears.tell(node, {news: 'bulk-failed', peer, message: reason});
	}

	// --- what is said

	ask(end: BulkEnd, block: BlockName): void {
		end.asked.set(keyOf(block), block);
		this.#send(end.other, () => {
			end.other.owed.set(keyOf(block), block);
			this.#ears.asked(end.other, block);
		});
	}

	unask(end: BulkEnd, block: BlockName): void {
		end.asked.delete(keyOf(block));
		this.#send(end.other, () => {
			this.#takeBack(end.other, block);
			if (!end.other.owed.delete(keyOf(block))) return;
			this.#ears.tell(end.other.node, {news: 'unasked', peer: end.node.peerId, block});
		});
	}

	deny(end: BulkEnd, block: BlockName, reason: Denial): void {
		end.owed.delete(keyOf(block));
		this.#send(end.other, () => {
			if (!end.other.asked.delete(keyOf(block))) return;
			this.#ears.tell(end.other.node, {news: 'denied', peer: end.node.peerId, block, reason});
		});
	}

	give(end: BulkEnd, block: BlockName, bytes: number, isRight: boolean): void {
		end.owed.delete(keyOf(block));
		const sending = {block, bytes, isRight, isTaken: false, sent: () => this.#sent(end, sending)};
		end.sending.push(sending);
		this.#look(end);
		this.#lines.push(end.lane, sending);
		this.#buffer(end);
	}

	/** The system takes as much as fits. */
	#buffer(end: BulkEnd): void {
		let room = SEND_BUFFER;
		for (const [index, sending] of [...end.sending].entries()) {
			const {block, bytes} = sending;
			room -= bytes;
			if (index > 0 && room < 0) return;
			if (sending.isTaken) continue;
			sending.isTaken = true;
			this.#ears.tell(end.node, {news: 'gave', peer: end.other.node.peerId, block, bytes});
		}
	}

	/** What is not even being read yet is not sent. */
	#takeBack(end: BulkEnd, {file, what, index}: BlockName): void {
		const waiting = end.sending.filter(({isTaken}) => !isTaken).slice(READ_AHEAD);
		const found = waiting.find(({block}) => block.file === file && block.what === what && block.index === index);
		if (!found) return;
		end.sending.splice(end.sending.indexOf(found), 1);
		this.#lines.remove(end.lane, found);
		const {block} = found;
		this.#ears.tell(end.node, {news: 'not-given', peer: end.other.node.peerId, block, reason: 'closed'});
	}

	#sent(end: BulkEnd, sending: Sending): void {
		end.sending.shift();
		end.other.told = 0;
		this.#buffer(end);
		this.#send(end.other, () => this.#ears.arrived(end.other, sending));
	}

	/** Tells of blocks that take long how much of them is here. */
	tellProgress(): void {
		const now = this.#world.now();
		for (const end of this.#all()) {
			const sending = end.other.sending[0];
			if (!sending || end.isClosed || !end.isOpen || end.lane.isBlocked) continue;
			const bytes = Math.floor(end.other.lane.sentBy(now)) - end.told;
			if (bytes <= 0 || !end.asked.has(keyOf(sending.block))) continue;
			end.told += bytes;
			this.#ears.tell(end.node, {news: 'coming', peer: end.other.node.peerId, block: sending.block, bytes});
		}
	}

	get isBusy(): boolean {
		return this.#all().some(({sending}) => sending.length > 0);
	}

	// --- what gets through

	/** The network has changed, or who sleeps and who is off. */
	changed(): void {
		for (const end of this.#all()) this.#look(end);
		for (const end of this.#all()) {
			if (this.#isStuck(end) || end.held.length === 0 || end.isRecovering) continue;
			end.isRecovering = true;
			this.#later(this.#conditions.recovery(0), () => this.#recover(end));
		}
	}

	#recover(end: BulkEnd): void {
		end.isRecovering = false;
		if (this.#isStuck(end)) return;
		for (const deed of end.held.splice(0)) if (!end.isClosed) deed();
	}

	#look(end: BulkEnd): void {
		const isStuck = this.#isStuck(end);
		if (end.lane.isBlocked === isStuck) return;
		this.#lines.block(end.lane, isStuck);
		if (!isStuck) return;
		const since = this.#world.now();
		end.stuckSince = since;
		this.#later(PATIENCE, () => {
			if (end.lane.isBlocked && end.stuckSince === since) this.#breakOff(end, 'timeout');
		});
	}

	#isStuck(end: BulkEnd): boolean {
		return !this.#areInTouch(end.node, end.other.node) || !this.#areInTouch(end.other.node, end.node);
	}

	#areInTouch(from: SimulatedNode, to: SimulatedNode): boolean {
		if (from.isAsleep || to.isAsleep || from.isOff || to.isOff) return false;
		return this.#conditions.reaches(from, to) && this.#conditions.reaches(to, from);
	}

	/** Happens at `end` after everything that was sent there before. */
	#send(end: BulkEnd, deed: () => void): void {
		const delay = this.#conditions.delay(end.other.node, end.node) + this.#conditions.retransmission();
		end.readyAt = Math.max(end.readyAt, this.#world.now() + delay);
		const arrival = new Later(() => {
			if (end.isClosed) return;
			if (end.held.length > 0 || this.#isStuck(end)) end.held.push(deed);
			else deed();
		});
		this.#world.add(end.readyAt, arrival);
	}

	#later(after: number, deed: () => void): void {
		this.#world.add(this.#world.now() + after, new Later(deed));
	}

	#all(): BulkEnd[] {
		return [...this.#ends.values()].flatMap(ends => [...ends.values()]);
	}
}
