/** Pages of a room's events as they were signed, for whoever wants to keep or check them elsewhere. */
import type {ExportedEvent, Results} from '../api/event.ts';
import type {EventStore, PageOptions, Position, StoredEvent} from '../history/event-store.ts';
import {readStored, textOfBody} from '../history/fold.ts';
import {BEGINNING} from '../history/order.ts';
import type {RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {offeredOf} from './files/offered.ts';
import {ITEM_LENGTH, MAX_REPLY_LENGTH} from './reply-size.ts';

/** Events read at once: a page of the largest would be sixteen mebibytes. */
const STEP = 64;

/** At most `limit` events of every kind, fewer if they are large; `next` if there are more. */
export function exportPage(
	store: Pick<EventStore, 'page'>,
	room: string,
	{limit, after}: Pick<PageOptions, 'limit' | 'after'>,
	nameOf: (author: PeerId) => string,
): Results['export'] {
	const events: ExportedEvent[] = [];
	let [last, length]: [Position, number] = [after ?? BEGINNING, 0];
	while (true) {
		const step = store.page(room, {limit: STEP, kinds: 'all', after: last});
		for (const stored of step) {
			if (events.length === limit || (length > 0 && length >= MAX_REPLY_LENGTH)) return {events, next: last.id};
			last = {order: stored.order, id: stored.id};
			const event = readStored(stored);
			if (!event) continue;
			const exported = exportOne(stored, event, nameOf);
			events.push(exported);
			length += ITEM_LENGTH + exported.event.length + (exported.text?.length ?? 0);
		}
		if (step.length < STEP) return {events};
	}
}

function exportOne(stored: StoredEvent, event: RoomEvent, nameOf: (author: PeerId) => string): ExportedEvent {
	const {id, order, bytes, signature} = stored;
	const text = wordsOf(event);
	return {
		messageId: id,
		kind: event.kind,
		from: event.author,
		name: nameOf(event.author),
		timestamp: event.timestamp,
		seq: event.sequence,
		order,
		...(text !== undefined && {text}),
		...('target' in event && {target: event.target}),
		...(event.kind === 'file' && {offer: offeredOf(event.offer)}),
		...(event.kind === 'reaction' && !event.isOn && {off: true}),
		event: base64(bytes),
		...(signature && {signature: base64(signature)}),
	};
}

function wordsOf(event: RoomEvent): string | undefined {
	if (event.kind === 'leave' || event.kind === 'unknown') return undefined;
	if (event.kind === 'reaction') return event.emoji;
	return event.kind === 'redaction' ? event.reason : textOfBody(event);
}

function base64(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
