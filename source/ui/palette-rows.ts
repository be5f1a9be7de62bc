/** The list over the chat as rows: what can be chosen, with the letters that were typed, and what is told of each. */
import {lineOf} from '../store/entry.ts';
import {graphemesOf} from '../store/graphemes.ts';
import {type Choice, chosenIndex, paletteChoices} from '../store/palette.ts';
import {messageIn} from '../store/selection.ts';
import {activeRoom, displayName, nameHolders, roomTitle} from '../store/selectors.ts';
import type {ListName, State} from '../store/state.ts';
import {deedsOf} from './deeds.ts';
import {formatAgo} from './format.ts';
import type {Layout, Rect} from './layout.ts';
import {unreadMark} from './panes/unread.ts';
import {framed, row, type Span, span, titleRow, widthOf} from './text.ts';
import type {Paint, Theme} from './theme.ts';

const MAX_WIDTH = 72;
const MAX_CHOICES = 12;
/** Rows above the first choice: the title, the field and a line. */
const HEAD = 3;

/** A chat that is lower leaves too few rows for a list. */
const LOW = 14;

/** Over what the list lies: the chat, if there is room enough in it, or everything but the status bar. */
export function placeOfList({view}: Pick<State, 'view'>, {chat, page}: Layout): Rect {
	return view === 'chat' && chat.height >= LOW ? chat : page;
}

/** In the upper third of what it lies over. */
export function switcherRect(within: Rect, choices: number): Rect {
	const width = Math.min(MAX_WIDTH, within.width - 4);
	const height = Math.min(Math.max(choices, 1), MAX_CHOICES, within.height - 6) + HEAD + 1;
	const top = Math.max(1, Math.floor((within.height - height) / 3));
	return {x: within.x + Math.floor((within.width - width) / 2), y: within.y + top, width, height};
}

/** Room for as many as there are before anything is typed, so that the list does not jump while it narrows. */
export function openListRect(state: State, within: Rect): Rect {
	const {switcher} = state;
	// Of commands alone there are more than fit.
	if (switcher?.list === undefined) return switcherRect(within, MAX_CHOICES);
	const all = paletteChoices({...state, switcher: {...switcher, query: ''}}, deedsOf(state)).length;
	return switcherRect(within, all);
}

/** The choice in a row of the screen, counted from the first of all choices. */
export function choiceAt(state: State, rect: Rect, y: number): number | undefined {
	const {choices, first, shown} = windowOf(state, rect);
	const index = first + y - rect.y - HEAD;
	return y - rect.y >= HEAD && index < first + shown && index < choices.length ? index : undefined;
}

function windowOf(state: State, rect: Rect) {
	const shown = rect.height - HEAD - 1;
	const choices = paletteChoices(state, deedsOf(state));
	const selected = state.switcher ? chosenIndex(state.switcher, choices) : 0;
	return {choices, selected, shown, first: Math.max(0, selected - shown + 1)};
}

const TITLES: Readonly<Record<ListName, string>> = {go: 'Go to', react: 'React', links: 'Open a link'};
/** Choices that a digit takes. */
const DIGITS: Readonly<Record<ListName, number>> = {go: 0, react: 8, links: 9};

export function switcherRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const {paint} = theme;
	const width = rect.width - 2;
	const {choices, selected, shown, first} = windowOf(state, rect);
	const {list = 'go', query = ''} = state.switcher ?? {};
	// Once something is typed, a digit is a part of it.
	const digits = query === '' ? DIGITS[list] : 0;
	const rows = choices.slice(first, first + shown).map((choice, index) => {
		const isSelected = first + index === selected;
		const line = choiceRow(state, choice, {width, isSelected, number: first + index + 1, digits}, theme);
		return isSelected ? paint.selected(line) : line;
	});
	if (choices.length === 0) rows.push(row(width, [span(`  ${nothingText(list)}`, paint.dim)]));
	const filling = Array.from({length: Math.max(0, shown - rows.length)}, () => row(width, []));
	const frame = (line: string) => framed(line, paint.accent);
	const numbers = digits > 0 ? [span(`1…${digits}`, paint.key)] : [];
	const hint = list === 'go' ? [span('>', paint.key), span(' commands', paint.dim)] : numbers;
	const more = choices.length - first - shown;
	return [
		titleRow(rect.width, ['╭', '╮'], paint.accent, titleOf(state, list, paint), hint),
		frame(row(width, [span(' › ', paint.accent)])),
		titleRow(rect.width, ['├', '┤'], paint.accent, []),
		...[...rows, ...filling].map(frame),
		titleRow(rect.width, ['╰', '╯'], paint.accent, [], more > 0 ? [span(`${more} more`, paint.dim)] : []),
	];
}

/** The list lies over the message that it is about. */
function titleOf(state: State, list: ListName, paint: Theme['paint']): readonly Span[] {
	const {selection} = state;
	const entry = selection && messageIn(activeRoom(state), selection.id)?.entry;
	const title = span(TITLES[list], paint.title);
	if (list !== 'react' || !entry) return [title];
	const whom = entry.local ? 'yourself' : displayName(nameHolders(state), entry.from, entry.name);
	return [title, span(` to ${whom}: ${lineOf(entry.text.slice(0, MAX_WIDTH))}`, paint.dim)];
}

function nothingText(list: ListName): string {
	return list === 'react' ? 'no reaction is called that: paste an emoji' : 'nothing is called that';
}

/** Rows up to the number `digits` are taken by a digit. */
type RowPlace = {
	readonly width: number;
	readonly isSelected: boolean;
	readonly number: number;
	readonly digits: number;
};

function choiceRow(state: State, choice: Choice, place: RowPlace, theme: Theme): string {
	const {paint} = theme;
	const {width, isSelected, number, digits} = place;
	const bar = span(isSelected ? '▌ ' : '  ', paint.accent);
	const label = (usual?: Paint) => labelSpans(choice, isSelected ? paint.title : usual, paint.accent);
	switch (choice.kind) {
		case 'room': {
			const {room} = choice;
			const tag = roomTitle(state, room).slice(room.label.length);
			const left = [bar, ...label(room.unread > 0 ? paint.unread : undefined), span(tag, paint.dim)];
			return row(width, left, [span(` ${unreadMark(room)} `, room.mentions > 0 ? paint.mention : paint.unread)]);
		}
		case 'person':
			return row(width, [bar, ...label(), span(tagOf(state, choice), paint.dim)], whereabouts(state, choice, paint));
		case 'deed': {
			const {help, key} = choice.deed;
			const gap = help === '' ? '' : ' '.repeat(Math.max(2, usageColumn(width) - widthOf(choice.label)));
			return row(width, [bar, ...label(paint.key), span(gap + help, paint.dim)], [span(` ${key} `, paint.key)]);
		}
		case 'join':
			return row(width, [bar, span('Enter joins ', paint.dim), span(choice.label, paint.accent)]);
		case 'reaction': {
			const yours = choice.isOurs ? [span(' yours: takes it back ', paint.dim)] : [];
			return row(width, [bar, digit(number, digits, paint.key), span(`${choice.emoji}  `), ...label()], yours);
		}
		case 'link':
			return row(width, [bar, digit(number, digits, paint.key), ...label()]);
	}
}

/** Cells of the column of usages, where there is room for one. */
function usageColumn(width: number): number {
	return width >= 56 ? 25 : 0;
}

function digit(number: number, last: number, paint: Paint): Span {
	return span(number <= last ? `${number} ` : '  ', paint);
}

/** What tells somebody from a namesake. */
function tagOf(state: State, {peer, label}: Choice & {readonly kind: 'person'}): string {
	const name = label.slice(1);
	return displayName(nameHolders(state), peer, name).slice(name.length);
}

function whereabouts(state: State, {peer}: {readonly peer: string}, paint: Theme['paint']): readonly Span[] {
	const known = state.peers.get(peer);
	if (known?.state === 'connected') return [span(' ● ', paint.good)];
	const ago = known ? `${formatAgo(state.clock - known.lastSeen)} ` : '';
	return [span(` ${ago}○ `, paint.dim)];
}

/** The letters that were typed stand out. A sign of several units is never cut in two. */
function labelSpans({label, at}: Choice, usual: Paint | undefined, typed: Paint): readonly Span[] {
	if (at.length === 0) return [span(label, usual)];
	const found = new Set(at);
	const spans: Span[] = [];
	let offset = 0;
	for (const sign of graphemesOf(label)) {
		const isTyped = Array.from(sign, (_, index) => offset + index).some(index => found.has(index));
		const paint = isTyped ? typed : usual;
		const last = spans.at(-1);
		if (last && last.paint === paint) spans[spans.length - 1] = span(last.text + sign, paint);
		else spans.push(span(sign, paint));
		offset += sign.length;
	}
	return spans;
}
