/** From an entry as the core tells it to one as the screen keeps it: bounded, and with every string made safe to show. */
import type {ChatMessage, Spread} from '../api/event.ts';
import {sanitizeLine} from '../base/sanitize.ts';
import {clipText} from './clip.ts';
import {offerOf} from './files/offer.ts';
import {graphemesOf} from './graphemes.ts';
import {cleanName, mentions} from './names.ts';
import type {Entry, MessageEntry, Quoted, Reaction, Self, SystemEntry} from './state.ts';

/** UTF-16 units of one line that somebody else wrote: a topic, a reason, a quotation. */
const MAX_LINE = 400;
/** Different reactions shown of one message. */
const MAX_REACTIONS = 24;
/** Graphemes of one reaction: more is no emoji. */
const MAX_EMOJI = 4;

/** One line of somebody's text. */
export function lineOf(text: string): string {
	return sanitizeLine(text.slice(0, MAX_LINE).replaceAll(/\s+/g, ' ').trim());
}

export function entryOf(event: ChatMessage, self: Self | undefined): Entry {
	return isSaid(event) ? messageOf(event, self) : noticeOf(event);
}

/** A message of its own, rather than something that has happened. */
function isSaid({kind}: ChatMessage): boolean {
	return kind === 'message' || kind === 'reply' || kind === 'file';
}

function messageOf(event: ChatMessage, self: Self | undefined): MessageEntry {
	const offer = event.offer && event.redacted === undefined ? offerOf(event.offer) : undefined;
	const {text, cut} = clipText(offer?.name ?? event.text);
	return {
		kind: 'message',
		...common(event),
		from: event.from,
		name: cleanName(event.name, event.from),
		text,
		cut,
		// The name of a file is not to be edited.
		isWhole: text === event.text && event.kind !== 'file',
		local: event.local,
		mention: !event.local && (event.mention === true || (!offer && mentions(text, self?.name ?? ''))),
		reply: event.replyTo && quotedOf(event.replyTo),
		offer,
		isEdited: event.edited !== undefined,
		redacted: event.redacted === undefined ? undefined : lineOf(event.redacted),
		reactions: (event.reactions ?? []).slice(0, MAX_REACTIONS).map(each => reactionOf(each, self)),
		isForked: event.forked === true,
		...spreadOf(event.state),
	};
}

export function spreadOf(state: Spread | undefined): Pick<MessageEntry, 'storedBy' | 'of' | 'isRead'> {
	return {storedBy: state?.storedBy ?? 0, of: state?.of ?? 0, isRead: state?.read === true};
}

function common({messageId, order, timestamp, missing}: ChatMessage) {
	return {id: messageId, order, timestamp, missing: missing ?? 0};
}

function quotedOf({messageId, from, name, text}: NonNullable<ChatMessage['replyTo']>): Quoted {
	const author = from ?? '';
	return {
		id: messageId,
		from: author,
		name: from === undefined && name === undefined ? '' : cleanName(name ?? '', author),
		text: text === undefined ? undefined : lineOf(text),
	};
}

function reactionOf({emoji, from}: NonNullable<ChatMessage['reactions']>[number], self: Self | undefined): Reaction {
	const shown = graphemesOf(lineOf(emoji)).slice(0, MAX_EMOJI).join('');
	return {emoji: shown, count: from.length, isOurs: self !== undefined && from.includes(self.peerId)};
}

const NOTICES = {
	join: {mark: 'in', text: () => 'has joined the conversation'},
	leave: {mark: 'out', text: () => 'has left the room'},
	topic: {mark: 'note', text: topic => (topic === '' ? 'took the topic away' : `set the topic: ${topic}`)},
	name: {mark: 'note', text: name => `is now ${name}`},
	unknown: {mark: 'note', text: () => 'did something that this version does not know'},
} as const satisfies Record<string, {mark: SystemEntry['mark']; text: (text: string) => string}>;

/** What a notice says to whoever knows the name before. */
export function newsOf({kind, text, from}: ChatMessage, entry: Entry): string {
	return kind === 'name' ? NOTICES.name.text(cleanName(text, from)) : entry.text;
}

function noticeOf(event: ChatMessage): SystemEntry {
	const known = NOTICES[event.kind as keyof typeof NOTICES] ?? NOTICES.unknown;
	const text = event.kind === 'name' ? cleanName(event.text, event.from) : lineOf(event.text);
	const name = cleanName(event.name, event.from);
	return {
		kind: 'system',
		...common(event),
		mark: known.mark,
		peer: event.from,
		name,
		// Of long ago, only the name that came of it is known.
		text: event.kind === 'name' && name === text ? 'goes by this name now' : known.text(text),
	};
}
