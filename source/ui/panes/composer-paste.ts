/** The composer while it asks about a long paste. */
import {excessOf, type HeldPaste} from '../../store/composer-paste.ts';
import {activeRoom} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {keymapOf} from '../keymap.ts';
import {type Span, span} from '../text.ts';
import type {Theme} from '../theme.ts';

export function pasteTitle({lines, characters}: HeldPaste, {paint}: Theme): readonly Span[] {
	const counted = lines === 1 ? '1 line' : `${lines.toLocaleString('en')} lines`;
	return [span(`paste ${counted}, ${characters.toLocaleString('en')} characters?`, paint.warn)];
}

/** What the answers are, how it begins, and what would not go in. */
export function askingRows(state: State): readonly ((theme: Theme) => readonly Span[])[] {
	const {heldPaste} = state;
	if (!heldPaste) return [];
	const composer = activeRoom(state)?.composer ?? state.composer;
	const excess = excessOf(composer, heldPaste.text);
	const first = heldPaste.text.trimStart().split('\n', 1)[0] ?? '';
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
		({paint}) => [span(first.slice(0, PREVIEW).replaceAll('\t', '⇥'), paint.dim)],
	];
}

/** Units of the first line that are worth measuring: no pane is wider. */
const PREVIEW = 400;
