/** The composer while it asks about a long paste. */
import {askedPaste, excessOf, type HeldPaste} from '../../store/composer-paste.ts';
import {activeRoom} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {keymapOf} from '../keymap.ts';
import {type Span, span} from '../text.ts';
import type {Theme} from '../theme.ts';

export function pasteTitle({lines, characters, dropped = 0}: HeldPaste, {paint}: Theme): readonly Span[] {
	const counted = lines === 1 ? '1 line' : `${lines.toLocaleString('en')} lines`;
	const more = dropped > 0 ? 'more than ' : '';
	return [span(`paste ${more}${counted}, ${characters.toLocaleString('en')} characters?`, paint.warn)];
}

/** What the answers are, what would not go in, and how it begins: as much of it as there is room for. */
export function askingRows(state: State): readonly ((theme: Theme) => readonly Span[])[] {
	const held = askedPaste(state);
	if (!held) return [];
	const composer = activeRoom(state)?.composer ?? state.composer;
	const excess = excessOf(composer, held.text) + (held.dropped ?? 0);
	const begins = held.text
		.trimStart()
		.slice(0, PREVIEW_ROWS * PREVIEW)
		.split('\n')
		.slice(0, PREVIEW_ROWS);
	return [
		({paint}) => [
			span(keymapOf(state).label('paste-take'), paint.key),
			span(' pastes · '),
			span('Esc', paint.key),
			span(' drops it'),
		],
		...(excess > 0
			? [({paint}: Theme) => [span(`the last ${excess.toLocaleString('en')} do not fit (16 KiB)`, paint.bad)]]
			: []),
		...begins.map(line => ({paint}: Theme) => [span(line.slice(0, PREVIEW).replaceAll('\t', '⇥'), paint.dim)]),
	];
}

/** Units of a line that are worth measuring: no pane is wider; and lines, for none is that high. */
const PREVIEW = 400;
const PREVIEW_ROWS = 6;
