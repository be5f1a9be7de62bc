/** Counts how room events travel, for `stats`. */
import type {RoomTraffic} from '../api/event.ts';
import type {Message} from '../wire/messages.ts';
import type {BehaviourOutput, View} from './behaviour.ts';
import {controlBytes} from './control-bytes.ts';

/** Links that are counted one by one; events that have gone over more stand in the last place. */
export const MAX_COUNTED_HOPS = 16;

type Counts = {delivered: number; duplicates: number};

export class PubsubMeter {
	readonly #rooms = new Map<string, Counts>();
	readonly #hops: number[] = [];
	#controlBytesIn = 0;
	#controlBytesOut = 0;

	enter(room: string): void {
		this.#rooms.set(room, {delivered: 0, duplicates: 0});
	}

	leave(room: string): void {
		this.#rooms.delete(room);
	}

	delivered(room: string, hops: number): void {
		const counts = this.#rooms.get(room);
		if (counts) counts.delivered += 1;
		const index = Math.min(hops, MAX_COUNTED_HOPS);
		while (this.#hops.length <= index) this.#hops.push(0);
		this.#hops[index]! += 1;
	}

	duplicate(room: string): void {
		const counts = this.#rooms.get(room);
		if (counts) counts.duplicates += 1;
	}

	received(message: Message): void {
		this.#controlBytesIn += controlBytes(message);
	}

	sent(outputs: readonly BehaviourOutput[], view: View): void {
		for (const output of outputs) {
			if (output.type !== 'send') continue;
			const bytes = controlBytes(output.message);
			if (bytes > 0) this.#controlBytesOut += bytes * output.peers.filter(peer => view.isConnected(peer)).length;
		}
	}

	/** Zeros for a room that we are not in. */
	room(room: string): Pick<RoomTraffic, 'delivered' | 'duplicates'> {
		return this.#rooms.get(room) ?? {delivered: 0, duplicates: 0};
	}

	totals() {
		const {controlBytesIn, controlBytesOut} = {
			controlBytesIn: this.#controlBytesIn,
			controlBytesOut: this.#controlBytesOut,
		};
		return {hops: [...this.#hops], controlBytesIn, controlBytesOut};
	}
}
