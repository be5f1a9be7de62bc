/** An entry of a room as one line for people: `2026-11-21T18:33:42+01:00  ann  good morning`. */
import type {ChatMessage} from '../api/event.ts';
import type {OfferedFile} from '../api/files.ts';
import {sanitizeLine} from '../base/sanitize.ts';
import {formatBytes} from '../ui/figures.ts';

/** Digits of a file's id that are shown. */
const ID_DIGITS = 12;

/** `nameOf`: what the author is to be called, told apart from others of the same name. */
export function entryLine(entry: ChatMessage, nameOf: (peer: string, name: string) => string): string {
	const name = nameOf(entry.from, entry.name);
	const notes = notesOf(entry).map(note => ` (${note})`);
	return `${localTime(entry.timestamp)}  ${name}  ${sanitizeLine(wordsOf(entry, nameOf))}${notes.join('')}`;
}

function wordsOf(entry: ChatMessage, nameOf: (peer: string, name: string) => string): string {
	const {kind, text, redacted, replyTo} = entry;
	if (redacted !== undefined) return redacted === '' ? '* taken back' : `* taken back: ${redacted}`;
	switch (kind) {
		case 'message':
			return text;
		case 'reply': {
			const {from, name} = replyTo ?? {};
			return from === undefined ? `↪ ${text}` : `↪ ${nameOf(from, name ?? '')}: ${text}`;
		}
		case 'file':
			return entry.offer ? offerOf(entry.offer, text) : `* offers ${text}`;
		case 'topic':
			return text === '' ? '* has removed the topic' : `* topic: ${text}`;
		case 'join':
			return '* joined';
		case 'name':
			return `* is called ${text} now`;
		case 'leave':
			return '* left';
		case 'unknown':
			return '* something that only a newer p2p-tui can show';
	}
}

/** With the beginning of its id, which is enough for `p2p-tui get`. */
function offerOf({file, size, files}: OfferedFile, name: string): string {
	const what = files === 0 ? name : `the folder ${name}`;
	const inside = files === 0 ? '' : `${files} ${files === 1 ? 'file' : 'files'}, `;
	return `* offers ${what} (${inside}${formatBytes(size)}, ${file.slice(0, ID_DIGITS)})`;
}

function notesOf({edited, reactions = [], missing, forked}: ChatMessage): string[] {
	const used = reactions.map(({emoji, from}) => `${sanitizeLine(emoji)} ${from.length}`);
	return [
		...(edited === undefined ? [] : ['edited']),
		...used,
		...(missing === undefined ? [] : [`${missing} before it ${missing === 1 ? 'is' : 'are'} missing`]),
		...(forked ? ['says something else to others under the same number'] : []),
	];
}

/** ISO 8601 to the second in the zone here. */
export function localTime(timestamp: number): string {
	const date = new Date(timestamp);
	if (Number.isNaN(date.getTime())) return 'some day';
	const minutes = -date.getTimezoneOffset();
	const here = new Date(timestamp + minutes * 60_000).toISOString().slice(0, 19);
	const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
	return `${here}${minutes < 0 ? '-' : '+'}${pad(hours)}:${pad(rest)}`;
}

function pad(number: number): string {
	return String(number).padStart(2, '0');
}
