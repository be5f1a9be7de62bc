/** Counts how room events travel, for `stats`. */
import type {RoomTraffic} from '../api/event.ts';
import {roomOfEvent} from '../wire/event.ts';
import type {Message, Publish} from '../wire/messages.ts';
import type {BehaviourOutput, View} from './behaviour.ts';
import {controlBytes, publishBytes} from './control-bytes.ts';

/** Links that are counted one by one; events that have gone over more stand in the last place. */
export const MAX_COUNTED_HOPS = 16;

type Counts = {
	delivered: number;
	duplicates: number;
	/** Copies beyond the first that flooding would have brought of what was delivered, at the most. */
	flood: number;
	/** Bodies of `publish`, in and out. */
	bytes: number;
	/** Bodies of control messages that are about this room, in and out. */
	control: number;
};

const NOTHING: Readonly<Counts> = {delivered: 0, duplicates: 0, flood: 0, bytes: 0, control: 0};

export class PubsubMeter {
	readonly #rooms = new Map<string, Counts>();
	readonly #hops: number[] = [];
	readonly #roomOf: (messageId: string) => string | undefined;
	#controlBytesIn = 0;
	#controlBytesOut = 0;

	/** `roomOf`: the room of an event that came or was sent lately. */
	constructor(roomOf: (messageId: string) => string | undefined) {
		this.#roomOf = roomOf;
	}

	enter(room: string): void {
		this.#rooms.set(room, {...NOTHING});
	}

	leave(room: string): void {
		this.#rooms.delete(room);
	}

	/**
	 * `members`: those of the room that are connected now. Flooding, each of them would send us a copy, but for those that
	 * got their first one from us.
	 */
	delivered(room: string, hops: number, members: number): void {
		const counts = this.#rooms.get(room);
		if (counts) {
			counts.delivered += 1;
			counts.flood += Math.max(0, members - 1);
		}
		const index = Math.min(hops, MAX_COUNTED_HOPS);
		while (this.#hops.length <= index) this.#hops.push(0);
		this.#hops[index]! += 1;
	}

	duplicate(room: string): void {
		const counts = this.#rooms.get(room);
		if (counts) counts.duplicates += 1;
	}

	/** A copy of an event of this room has come, the first or a further one. */
	came(room: string, publish: Publish): void {
		const counts = this.#rooms.get(room);
		if (counts) counts.bytes += publishBytes(publish);
	}

	received(message: Message): void {
		const bytes = controlBytes(message);
		this.#controlBytesIn += bytes;
		if (bytes > 0) this.#control(message, bytes);
	}

	sent(outputs: readonly BehaviourOutput[], view: View): void {
		for (const output of outputs) {
			if (output.type !== 'send') continue;
			const {message, peers} = output;
			const receivers = () => peers.filter(peer => view.isConnected(peer)).length;
			const counts = message.type === 'publish' ? this.#countsOf(message.event) : undefined;
			if (counts) counts.bytes += publishBytes(message as Publish) * receivers();
			const bytes = controlBytes(message);
			if (bytes > 0) this.#controlOut(message, bytes * receivers());
		}
	}

	/** Zeros for a room that we are not in. */
	room(room: string): Pick<RoomTraffic, 'delivered' | 'duplicates'> {
		const {delivered = 0, duplicates = 0} = this.#rooms.get(room) ?? {};
		return {delivered, duplicates};
	}

	/** The same with the bytes of events and of control, and with what flooding would have cost. */
	flow(room: string): Readonly<Counts> {
		return {...(this.#rooms.get(room) ?? NOTHING)};
	}

	totals() {
		const {controlBytesIn, controlBytesOut} = {
			controlBytesIn: this.#controlBytesIn,
			controlBytesOut: this.#controlBytesOut,
		};
		return {hops: [...this.#hops], controlBytesIn, controlBytesOut};
	}

	#controlOut(message: Message, bytes: number): void {
		this.#controlBytesOut += bytes;
		this.#control(message, bytes);
	}

	#control(message: Message, bytes: number): void {
		const room = this.#roomOfControl(message);
		const counts = room === undefined ? undefined : this.#rooms.get(room);
		if (counts) counts.control += bytes;
	}

	/** `iwant` asks for what is not here yet, and `subscriptions` are of many rooms: neither is counted to any. */
	#roomOfControl(message: Message): string | undefined {
		switch (message.type) {
			case 'graft':
			case 'prune':
			case 'ihave':
			case 'choke':
			case 'unchoke':
				return message.room;
			case 'idontwant':
				return this.#roomOf(message.messageIds[0] ?? '');
			default:
				return undefined;
		}
	}

	#countsOf(event: Uint8Array): Counts | undefined {
		const room = roomOfEvent(event);
		return room === undefined ? undefined : this.#rooms.get(room);
	}
}
