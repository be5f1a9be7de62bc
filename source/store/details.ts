/** All that is known of one message, as it was asked for and as it can be shown. */
import type {EventDetails} from '../api/event-details.ts';
import {sanitizeText} from '../base/sanitize.ts';
import type {Draft} from './draft.ts';
import {lineOf} from './entry.ts';
import {offerOf} from './files/offer.ts';
import {entryAt, findIndex} from './log.ts';
import {cleanName} from './names.ts';
import type {Room} from './state.ts';

export type Details = {
	readonly room: string;
	readonly id: string;
	readonly answer: 'asking' | {readonly problem: string} | KnownDetails;
};

/** With every string made safe to show. */
export type KnownDetails = EventDetails & {
	/** Of the events that are named, who said what: as far as they are in the log. */
	readonly excerpts: ReadonlyMap<string, string>;
};

/** UTF-16 units of an excerpt. */
const MAX_EXCERPT = 80;

export function detailsCame(draft: Draft, answer: EventDetails): void {
	const {details} = draft.state;
	if (details?.id !== answer.messageId || details.room !== answer.room) return;
	draft.set({details: {...details, answer: cleanDetails(answer, draft.findRoom(answer.room))}});
}

export function detailsRefused(draft: Draft, room: string, id: string, problem: string): void {
	const {details} = draft.state;
	if (details?.id === id && details.room === room)
		draft.set({details: {...details, answer: {problem: lineOf(problem)}}});
}

function cleanDetails(told: EventDetails, room: Room | undefined): KnownDetails {
	const named = [...told.parents, ...(told.previous === undefined ? [] : [told.previous])];
	const excerpts = named.map(id => [id, excerptOf(room, id)] as const).filter(([, excerpt]) => excerpt !== '');
	return {
		...told,
		name: cleanName(told.name, told.from),
		text: sanitizeText(told.text, {multiline: true}),
		...(told.offer === undefined ? {} : {offer: offerOf(told.offer)}),
		changes: told.changes.map(change => ({
			...change,
			name: cleanName(change.name, change.from),
			text: lineOf(change.text),
		})),
		holders: told.holders.map(({peer, name}) => ({peer, name: cleanName(name, peer)})),
		excerpts: new Map(excerpts),
	};
}

function excerptOf(room: Room | undefined, id: string): string {
	const order = room?.orders.get(id);
	const index = room && order !== undefined ? findIndex(room.log, {order, id}) : undefined;
	const entry = index === undefined ? undefined : entryAt((room as Room).log, index);
	if (!entry) return '';
	if (entry.kind === 'system') return `${entry.name} ${entry.text}`;
	return `${entry.name}: ${entry.redacted === undefined ? lineOf(entry.text.slice(0, MAX_EXCERPT)) : '(taken back)'}`;
}
