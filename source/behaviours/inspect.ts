/** All that is known here of one event, for whoever wants to see how it works. */
import type {EventDetails} from '../api/event-details.ts';
import type {Archive} from '../history/archive.ts';
import type {StoredEvent} from '../history/event-store.ts';
import {changesOf, foldEntry, textOfBody} from '../history/fold.ts';
import type {RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {View} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';
import {offeredOf} from './files/offered.ts';
import type {Receipts} from './receipts.ts';

export type InspectOptions = {
	readonly view: Pick<View, 'self'>;
	readonly archive: Archive;
	readonly chronicle: Pick<Chronicle, 'authorName' | 'nameOf'>;
	readonly receipts: Pick<Receipts, 'holdersOf'>;
};

/** `stored` is kept, and `event` is what its bytes say. */
export function inspect(options: InspectOptions, stored: StoredEvent, event: RoomEvent): EventDetails {
	const {archive, chronicle} = options;
	const {room, id, order, received, bytes, signature} = stored;
	const nameOf = (peer: PeerId) => chronicle.authorName(peer, room);
	const placed = changesOf(archive.store, room, [id]).get(id) ?? [];
	const {redacted, counted} = foldEntry({order, id, event}, placed);
	const siblings = archive.store.at(room, event, event.sequence, 2);
	return {
		room: chronicle.nameOf(room),
		messageId: id,
		kind: event.kind,
		from: event.author,
		name: nameOf(event.author),
		// What was taken back is not told this way either.
		text: redacted === undefined ? textOfBody(event) : '',
		...(event.kind === 'file' && redacted === undefined && {offer: offeredOf(event.offer)}),
		timestamp: event.timestamp,
		clock: event.clock,
		order,
		received,
		epoch: event.epoch,
		sequence: event.sequence,
		...(event.previous !== undefined && {previous: event.previous}),
		parents: event.parents,
		missing: archive.missing(room, id),
		bytes: bytes.length,
		...(signature && {signature: Buffer.from(signature).toString('hex')}),
		...(siblings.length > 1 && {forked: true as const}),
		changes: placed
			.filter(change => counted.has(change.id))
			.map(change => ({
				messageId: change.id,
				kind: change.event.kind,
				from: change.event.author,
				name: nameOf(change.event.author),
				text: wordsOf(change.event),
				timestamp: change.event.timestamp,
			})),
		...whereabouts(options, id, event.author, nameOf),
	};
}

function wordsOf(event: RoomEvent): string {
	if (event.kind === 'reaction') return event.emoji;
	return event.kind === 'redaction' ? event.reason : textOfBody(event);
}

/** Receipts tell of own events. Of those of others it is only certain that they are here, and where they were written. */
function whereabouts(
	{view, receipts}: InspectOptions,
	id: string,
	author: PeerId,
	nameOf: (peer: PeerId) => string,
): Pick<EventDetails, 'holders' | 'of'> {
	const {self} = view;
	const known = author === self ? receipts.holdersOf(id) : {holders: [self, author], of: 2};
	const {holders, of} = known ?? {holders: [self], of: 1};
	return {holders: holders.map(peer => ({peer, name: nameOf(peer)})), of};
}
