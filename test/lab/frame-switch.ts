/**
 * A network switch as a pure function: which ports a frame leaves by, and when. It learns which address is behind which
 * port, and does to frames what a poor network does: everything by a seeded die.
 */
import type {Random} from '../../source/base/random.ts';

/** Shares are of one; times are in milliseconds. */
export type Faults = {
	readonly loss: number;
	/** One way, each frame. */
	readonly delay: number;
	readonly duplicate: number;
	/** Frames that wait `reorderDelay` longer, so that later ones pass them. */
	readonly reorder: number;
	readonly reorderDelay: number;
};

export type Delivery = {readonly port: number; readonly delay: number};

export const NO_FAULTS: Faults = {loss: 0, delay: 0, duplicate: 0, reorder: 0, reorderDelay: 20};

/** Two Ethernet addresses and a type. */
const HEADER_BYTES = 14;

/** Set in the first octet of an address that stands for several hosts. */
const GROUP_BIT = 1;

export class FrameSwitch {
	faults: Faults = NO_FAULTS;
	readonly #random: Random;
	readonly #ports = new Set<number>();
	/** Ethernet address as hex digits → port. */
	readonly #learnt = new Map<string, number>();
	/** `from>to`. */
	readonly #cuts = new Set<string>();
	readonly #unplugged = new Set<number>();

	constructor(random: Random) {
		this.#random = random;
	}

	addPort(port: number): void {
		this.#ports.add(port);
	}

	plug(port: number, isIn: boolean): void {
		if (isIn) this.#unplugged.delete(port);
		else this.#unplugged.add(port);
	}

	cut(from: number, to: number): void {
		this.#cuts.add(`${from}>${to}`);
	}

	heal(): void {
		this.#cuts.clear();
	}

	receive(from: number, frame: Buffer): Delivery[] {
		if (frame.length < HEADER_BYTES || !this.#ports.has(from) || this.#unplugged.has(from)) return [];
		this.#learnt.set(frame.toString('hex', 6, 12), from);
		return this.#targets(from, frame).flatMap(port => this.#deliver(port));
	}

	#targets(from: number, frame: Buffer): number[] {
		const isGroup = (frame[0]! & GROUP_BIT) !== 0;
		const known = isGroup ? undefined : this.#learnt.get(frame.toString('hex', 0, 6));
		const ports = known === undefined ? [...this.#ports] : [known];
		return ports.filter(port => port !== from && !this.#unplugged.has(port) && !this.#cuts.has(`${from}>${port}`));
	}

	#deliver(port: number): Delivery[] {
		const {loss, delay, duplicate, reorder, reorderDelay} = this.faults;
		const copies = this.#random.float() < duplicate ? 2 : 1;
		const deliveries: Delivery[] = [];
		for (let copy = 0; copy < copies; copy++) {
			if (this.#random.float() < loss) continue;
			deliveries.push({port, delay: delay + (this.#random.float() < reorder ? reorderDelay : 0)});
		}
		return deliveries;
	}
}
