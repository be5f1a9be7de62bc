/** What the network is like: how long things take, what gets lost, and who reaches whom. */
import type {Random} from '../base/random.ts';
import type {SimulatedNode} from './simulated-node.ts';

export type NetworkOptions = {
	/** Part of datagrams that get lost, that arrive twice, and that are held up so long that later ones overtake them. */
	readonly loss?: number;
	readonly duplication?: number;
	readonly reordering?: number;
	/** Part of frames that get lost on the way and are sent again: streams lose time, never data. */
	readonly linkLoss?: number;
	/** Milliseconds one way: the least and the most. */
	readonly delay?: readonly [number, number];
	/** Bytes a second in each direction of a connection. */
	readonly bandwidth?: number;
	/** Milliseconds after which a connection breaks for no reason, on average. */
	readonly breaks?: number;
};

/** Milliseconds until TCP sends again what was not acknowledged (the least that Linux waits); then twice that, and so on. */
const RETRANSMISSION_TIMEOUT = 200;
/** Milliseconds by which a datagram is held up that others overtake, at the most. */
const HOLD_UP = 100;

export class Conditions {
	options: Required<NetworkOptions>;
	readonly #random: Random;
	#side: ((node: SimulatedNode) => number) | undefined;
	#isCut: ((from: SimulatedNode, to: SimulatedNode) => boolean) | undefined;
	readonly #unplugged = new Set<number>();

	constructor(options: NetworkOptions, random: Random) {
		this.options = {
			loss: 0,
			duplication: 0,
			reordering: 0,
			linkLoss: 0,
			delay: [0.2, 2],
			bandwidth: Number.POSITIVE_INFINITY,
			breaks: Number.POSITIVE_INFINITY,
			...options,
		};
		this.#random = random;
	}

	/** Whether everybody reaches everybody. */
	get isWhole(): boolean {
		return this.#side === undefined && this.#isCut === undefined && this.#unplugged.size === 0;
	}

	/** From now on; what is under way arrives as it would have. */
	change(options: NetworkOptions): void {
		this.options = {...this.options, ...options};
	}

	/** Splits the network; undefined makes it whole again. */
	partition(side: ((node: SimulatedNode) => number) | undefined): void {
		this.#side = side;
	}

	/** Nothing passes from one node to another for which this holds, though it may pass the other way. */
	cut(isCut: ((from: SimulatedNode, to: SimulatedNode) => boolean) | undefined): void {
		this.#isCut = isCut;
	}

	/** The cable is out; that of the machine, so it stays out over a restart. */
	unplug(node: SimulatedNode): void {
		this.#unplugged.add(node.index);
	}

	plugIn(node: SimulatedNode): void {
		this.#unplugged.delete(node.index);
	}

	/** Whether packets of one node arrive at another. */
	reaches(from: SimulatedNode, to: SimulatedNode): boolean {
		if (from === to || this.isWhole) return true;
		if (this.#unplugged.has(from.index) || this.#unplugged.has(to.index)) return false;
		if (this.#side && this.#side(from) !== this.#side(to)) return false;
		return !this.#isCut?.(from, to);
	}

	/** Milliseconds from one node to another. */
	delay(from: SimulatedNode, to: SimulatedNode): number {
		const [least, most] = this.options.delay;
		const slowness = Math.max(from.options.slowness ?? 1, to.options.slowness ?? 1);
		return (least + (most - least) * this.#random.float()) * slowness;
	}

	/** The milliseconds that a frame loses because it, or what is sent again of it, gets lost. */
	retransmission(): number {
		const {linkLoss} = this.options;
		if (linkLoss === 0) return 0;
		let lost = 0;
		for (let wait = RETRANSMISSION_TIMEOUT; this.happens(linkLoss) && lost < 60_000; wait *= 2) lost += wait;
		return lost;
	}

	/** The delays of the copies of a datagram that arrive: none, one or two. */
	datagram(from: SimulatedNode, to: SimulatedNode): readonly number[] {
		const {loss, duplication, reordering} = this.options;
		const delays: number[] = [];
		for (let copy = this.happens(duplication) ? 2 : 1; copy > 0; copy--) {
			if (from !== to && this.happens(loss)) continue;
			const heldUp = this.happens(reordering) ? HOLD_UP * this.#random.float() : 0;
			delays.push(this.delay(from, to) + heldUp);
		}
		return delays;
	}

	/** Milliseconds until a new connection breaks. */
	lifetime(): number {
		const {breaks} = this.options;
		return Number.isFinite(breaks) ? -breaks * Math.log(1 - this.#random.float()) : breaks;
	}

	/** Milliseconds until TCP tries again after a stall of so many: it waits longer each time. */
	recovery(stalled: number): number {
		return this.#random.float() * Math.max(RETRANSMISSION_TIMEOUT, stalled);
	}

	/** Draws with this probability; costs no draw where the answer is certain. */
	happens(probability: number): boolean {
		return probability > 0 && this.#random.float() < probability;
	}
}
