/** Where you write: the text in as many rows as there is room for, and above it what helps while writing. */
import type {Composer} from '../../store/composer.ts';
import {askedPaste} from '../../store/composer-paste.ts';
import {type RowsWindow, rowsOf, rowText, windowOf} from '../../store/composer-rows.ts';
import {askedDrop} from '../../store/files/asking.ts';
import {activeRoom, roomTitle} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {type Rect, textRect} from '../layout.ts';
import {framed, row, type Span, span, titleRow} from '../text.ts';
import type {Theme} from '../theme.ts';
import {aboutMessage} from './about-message.ts';
import {dropTitle} from './composer-drop.ts';
import {askingRows, pasteTitle} from './composer-paste.ts';
import {recallCursor, recallSpans, recallTitle} from './composer-recall.ts';
import {hintSpans, rightSpans} from './composer-title.ts';

export function composerOf(state: State): Composer {
	return activeRoom(state)?.composer ?? state.composer;
}

/** Rows that what is written, or asked, would fill. */
export function writingRows(state: State, cells: number): number {
	if (askedPaste(state)) return askingRows(state).length;
	return state.recall ? 1 : rowsOf(composerOf(state).text, cells).rows.length;
}

/** The cell of the cursor on the screen. */
export function cursorPlace(state: State, rect: Rect): {readonly x: number; readonly y: number} {
	const {x, y, width, height} = textRect(rect);
	if (askedPaste(state)) return {x, y};
	if (state.recall) return {x: rect.x + recallCursor(state.recall, rect.width), y};
	const {text, cursor} = composerOf(state);
	const place = windowOf(rowsOf(text, width), cursor, height).cursor;
	return {x: x + place.column, y: y + place.row};
}

export function composerRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const {paint} = theme;
	const [title, right] = titleSpans(state, rect.width, theme);
	const {height} = textRect(rect);
	const rows = contentRows(state, rect, theme);
	const filling = Array.from({length: Math.max(0, height - rows.length)}, () => row(rect.width - 2, []));
	return [
		titleRow(rect.width, ['├', '┤'], paint.border, title, right),
		...[...rows.slice(0, height), ...filling].map(line => framed(line, paint.border)),
		titleRow(rect.width, ['╰', '╯'], paint.border, []),
	];
}

function titleSpans(state: State, width: number, theme: Theme): readonly [readonly Span[], readonly Span[]] {
	const held = askedPaste(state);
	if (held) return [pasteTitle(held, theme), []];
	if (state.recall) return recallTitle(state, state.recall, theme);
	const dropped = askedDrop(state);
	if (dropped) return dropTitle(state, dropped.files, width, theme);
	const about = aboutMessage(state, theme);
	if (about) return about;
	const composer = composerOf(state);
	return [hintSpans(state, composer, theme), rightSpans(state, composer, theme)];
}

function contentRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const {paint} = theme;
	const {width, height} = textRect(rect);
	const inner = rect.width - 2;
	if (askedPaste(state)) return askingRows(state).map(spans => row(inner, [span('   '), ...spans(theme)]));
	if (state.recall) return [row(inner, recallSpans(state, state.recall, inner, theme))];
	const {text, cursor} = composerOf(state);
	if (text === '') {
		const room = activeRoom(state);
		const invitation = room ? `message ${roomTitle(state, room)}` : '/join a room';
		return [row(inner, [span(' › ', paint.accent), span(invitation, paint.dim)])];
	}
	const rows = rowsOf(text, width);
	const shown = windowOf(rows, cursor, height);
	const style = text.startsWith('/') && !text.startsWith('//') ? paint.key : undefined;
	return Array.from({length: shown.height}, (_, index) => {
		const written = span(rowText(rows, shown.first + index).trimEnd(), style);
		const isCut = index === shown.height - 1 && shown.first + shown.height < rows.rows.length;
		return row(inner, [promptSpan(shown, index, theme), written], isCut ? [span('↓', paint.dim)] : []);
	});
}

/** Where the text goes on above, an arrow takes the place of the prompt. */
function promptSpan({first}: RowsWindow, index: number, {paint}: Theme): Span {
	if (index > 0) return span('   ');
	return first > 0 ? span(' ↑ ', paint.dim) : span(' › ', paint.accent);
}
