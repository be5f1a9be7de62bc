/** What stands in a room, in lines that read well aloud. What belongs to one message never looks like another one. */
import type {OfferedFile} from '../api/files.ts';
import {SHORT_ID_DIGITS} from '../base/file-id.ts';
import {isOpenOffer, offersOf} from '../store/files/selectors.ts';
import type {Entry, MessageEntry, Quoted, Room, State, SystemEntry} from '../store/state.ts';
import {formatDay, formatTime, plural} from '../ui/format.ts';
import {truncate} from '../ui/text.ts';
import {sizeText} from '../ui/views/transfer-words.ts';
import {nameAlone, nameIn, placeName, quoted} from './names.ts';

/** Cells of a text that is only named, not said. */
const NAMED = 40;

/** `ann, bob and cat`. */
export function listOf(words: readonly string[]): string {
	const last = words.at(-1) ?? '';
	return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** The beginning of a text, to say which one is meant. */
export function beginningOf(text: string): string {
	return truncate(text.replaceAll(/\s+/g, ' ').trim(), NAMED);
}

/** `12:03 #lobby ann: did the deploy finish?`, `12:03 to you from bob: hi`. */
export function messageLines(state: State, room: Room, entry: MessageEntry): readonly string[] {
	const {missing, isForked} = entry;
	const gap =
		missing === 0 ? [] : [`${plural(missing, 'message')} before this ${missing === 1 ? 'is' : 'are'} missing.`];
	const head = `${formatTime(entry.timestamp)} ${whoSays(state, room, entry)}`;
	const {offer, redacted, local} = entry;
	if (offer && redacted === undefined) {
		const what = room.peer === undefined ? `${head} ${local ? 'offer' : 'offers'}` : `${head}, a file:`;
		const how = local ? '' : getWords(state, entry.id, offer);
		return [...gap, `${what} ${offerWords(offer)}${notesOf(entry)}${how}`];
	}
	const forked = isForked ? ['warning: the author has signed something else in its place.'] : [];
	return [...gap, ...said(head, textOf(entry), notesOf(entry)), ...forked];
}

/** A name that stands in a sentence without quotes, and is read as nothing else; of others the id's beginning is said. */
const SIMPLE = /^[\p{L}\p{N}._-]+$/u;

/** What is taken already needs no word; of several that are not, the name says which one is meant. */
function getWords(state: State, id: string, {file, name}: OfferedFile): string {
	const open = offersOf(state).filter(each => isOpenOffer(state, each));
	if (!isOpenOffer(state, {file, local: false})) return '';
	const isOnly = open.every(each => each.id === id || each.file === file);
	return `; /get ${isOnly ? '' : `${SIMPLE.test(name) ? name : file.slice(0, SHORT_ID_DIGITS)} `}takes it`;
}

/** `“holiday.mp4”, 1.4 GB`. */
export function offerWords(offer: OfferedFile): string {
	const kind = offer.files > 0 ? 'the folder ' : offer.isExecutable ? 'the program ' : '';
	return `${kind}${quoted(offer.name)}, ${sizeText(offer)}`;
}

/** Several lines are counted and set in: nothing in them can pass for a line of ours. */
export function said(head: string, text: string, notes = ''): readonly string[] {
	const lines = text.split('\n');
	if (lines.length === 1) return [`${head}: ${text}${notes}`];
	return [`${head}, ${lines.length} lines${notes}:`, ...lines.map(line => `  ${line}`)];
}

function whoSays(state: State, room: Room, entry: MessageEntry): string {
	const name = nameIn(state, entry.from, entry.name);
	const reply = entry.reply ? ` ${answerTo(state, entry.reply)}` : '';
	if (room.peer !== undefined) {
		const whole = entry.local ? `to ${placeName(state, room)} from you` : `to you from ${name}`;
		return `${whole}${reply === '' ? '' : `,${reply}`}`;
	}
	const isNamed = entry.mention && entry.reply?.from !== state.self?.peerId;
	return `${room.label} ${name}${reply}${isNamed ? ' to you' : ''}`;
}

function answerTo(state: State, {from, name, text}: Quoted): string {
	if (text === undefined) return 'answers something that is not here';
	const what = text === '' ? 'something taken back' : quoted(beginningOf(text));
	return `answers ${nameIn(state, from, name)}, ${what}`;
}

function textOf({redacted, text, cut}: MessageEntry): string {
	if (redacted !== undefined) return redacted === '' ? '(taken back)' : `(taken back, ${redacted})`;
	return cut ? `${text}\n(and ${plural(cut.characters, 'more character')})` : text;
}

function notesOf({isEdited, redacted, reactions}: MessageEntry): string {
	const notes = [
		...(isEdited && redacted === undefined ? ['edited'] : []),
		...reactions.map(({emoji, count}) => (count === 1 ? sign(emoji) : `${sign(emoji)} ${count}`)),
	];
	return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

/** A reaction: four letters are one too. */
export function sign(emoji: string): string {
	return /[\p{L}\p{N}\p{P}]/u.test(emoji) ? quoted(emoji) : emoji;
}

/** What is said of somebody with the name of the room behind it. */
const PLACES: Readonly<Record<string, string>> = {
	joined: 'joined',
	left: 'left',
	'is here': 'is in',
	'is back': 'is back in',
};

/** `is back in #lobby`; how long somebody was away follows the room. */
function placeOf(text: string): readonly [string, string] | undefined {
	const [, known = text, after = ''] = /^(is back)( after .*)$/.exec(text) ?? [];
	const place = PLACES[known];
	return place === undefined ? undefined : [place, after];
}

/** `bob joined #lobby`; with the time if it is no news. */
export function systemLine(state: State, room: Room, entry: SystemEntry, withTime = false): string {
	const who = entry.peer === undefined ? entry.name : nameIn(state, entry.peer, entry.name);
	const news = `${who} ${newsText(entry)}`.trim();
	const where = room.peer === undefined ? placeOf(entry.text) : undefined;
	const known = room.peer === undefined ? `${room.label}: ${news}` : news;
	const inRoom = where === undefined ? known : `${who} ${where[0]} ${room.label}${where[1]}`;
	return withTime ? `${formatTime(entry.timestamp)} ${inRoom}` : inRoom;
}

const RENAMED = 'is now ';

function newsText({mark, peer, text}: SystemEntry): string {
	if (mark !== 'note' || peer === undefined || !text.startsWith(RENAMED)) return text;
	return RENAMED + nameAlone(peer, text.slice(RENAMED.length));
}

/** A line for each of whom the same is said, but those of whom it was said `before`. */
export function newsLines(state: State, room: Room, entry: SystemEntry, before?: SystemEntry): readonly string[] {
	const told = new Set(before && [before, ...(before.others ?? [])].map(({peer}) => peer));
	const all = [entry, ...(entry.others ?? []).map(({peer, name}) => ({...entry, peer, name}))];
	return all.filter(({peer}) => peer === undefined || !told.has(peer)).map(each => systemLine(state, room, each));
}

/** Entries that were said before, with a line where another day begins. `today` is what needs no line. */
export function pastLines(state: State, room: Room, entries: readonly Entry[], today: number): readonly string[] {
	let day = formatDay(today);
	return entries.flatMap(entry => {
		const its = formatDay(entry.timestamp);
		const turn = its === day ? [] : [`${its}.`];
		day = its;
		const lines = entry.kind === 'message' ? messageLines(state, room, entry) : [systemLine(state, room, entry, true)];
		return [...turn, ...lines];
	});
}
