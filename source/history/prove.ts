/** Whether a segment is what its author wrote: from its last event to its first. */
import {WireError} from '../base/errors.ts';
import {decodeEvent, type EventVerifier, eventId} from '../wire/event.ts';
import type {RoomEvent, Segment} from '../wire/messages.ts';
import type {Incoming} from './kept.ts';

export type Proof = {
	/** Ascending, without those below a flaw. */
	readonly proved: readonly Incoming[];
	/** As in `Taken`. */
	readonly refused?: string;
	readonly isUnproved?: true;
};

export type Circumstances = {
	/** Whether events of this author in this room are taken at all. */
	isExpected(event: RoomEvent): boolean;
	/** Whether it is here, or one that is here names it as its `previous`. */
	isVouchedFor(id: string, event: RoomEvent): boolean;
};

export function prove(segment: Segment, circumstances: Circumstances, verify: EventVerifier): Proof {
	const proved: Incoming[] = [];
	let above: RoomEvent | undefined;
	for (const bytes of segment.events.toReversed()) {
		const id = eventId(bytes);
		if (above !== undefined && above.previous !== id) return ended(proved, 'segment-link');
		const event = decoded(bytes);
		if (typeof event === 'string') return ended(proved, event);
		if (!isExpected(event, above, circumstances)) return ended(proved, 'segment-chain');
		let signature: Uint8Array | undefined;
		if (above === undefined && !circumstances.isVouchedFor(id, event)) {
			signature = segment.signature;
			if (signature === undefined) return {proved, isUnproved: true};
			if (!verify(bytes, signature, event.author)) return ended(proved, 'event-signature');
		}
		proved.push({id, event, bytes, signature});
		above = event;
	}
	return {proved: proved.reverse()};
}

/** Those that were proved, from the last to the first, and why it ended. */
function ended(proved: Incoming[], refused: string): Proof {
	return {proved: proved.reverse(), refused};
}

function decoded(bytes: Uint8Array): RoomEvent | string {
	try {
		return decodeEvent(bytes);
	} catch (error) {
		if (error instanceof WireError) return error.reason;
		throw error;
	}
}

function isExpected(event: RoomEvent, above: RoomEvent | undefined, circumstances: Circumstances): boolean {
	if (above === undefined) return circumstances.isExpected(event);
	return (
		event.room === above.room &&
		event.author === above.author &&
		event.epoch === above.epoch &&
		event.sequence === above.sequence - 1
	);
}
