/** The line in which you write, and above it what helps while writing. */
import {type Composer, composerWindow} from '../../store/composer.ts';
import {activeRoom, newBelow, roomTitle} from '../../store/selectors.ts';
import type {Room, State} from '../../store/state.ts';
import type {Rect} from '../layout.ts';
import {commandBeingWritten, completeSlash} from '../slash.ts';
import {framed, row, type Span, span, titleRow} from '../text.ts';
import type {Theme} from '../theme.ts';

/** `│ › ` before the text; at its end a cell for "there is more" and the border. */
const BEFORE = 4;
const AFTER = 2;

function composerOf(state: State): Composer {
	return activeRoom(state)?.composer ?? state.composer;
}

/** The column of the cursor on the screen. */
export function cursorColumn(state: State, rect: Rect): number {
	return rect.x + BEFORE + composerWindow(composerOf(state), rect.width - BEFORE - AFTER).column;
}

export function composerRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const {paint} = theme;
	const composer = composerOf(state);
	const shown = composerWindow(composer, rect.width - BEFORE - AFTER);
	const room = activeRoom(state);
	const text =
		composer.text === ''
			? span(room ? `message ${roomTitle(state, room)}` : '/join a room', paint.dim)
			: span(shown.text, composer.text.startsWith('/') ? paint.key : undefined);
	const prompt = [span(shown.more.left ? ' ‹ ' : ' › ', paint.accent), text];
	return [
		titleRow(
			rect.width,
			['├', '┤'],
			paint.border,
			hintSpans(state, composer, theme),
			rightSpans(state, composer, theme),
		),
		framed(row(rect.width - 2, prompt, shown.more.right ? [span('›', paint.dim)] : []), paint.border),
		titleRow(rect.width, ['╰', '╯'], paint.border, []),
	];
}

/** While a command is being written: how it goes on, and what it does. Else, what happens to what is being written. */
function hintSpans(state: State, composer: Composer, {paint}: Theme): readonly Span[] {
	if (!composer.text.startsWith('/') || composer.text.startsWith('//')) return laterSpans(state, paint);
	const command = commandBeingWritten(composer.text);
	if (command) return [span(command.usage, paint.key), span(` · ${command.help}`, paint.dim)];
	const choices = completeSlash(composer.text);
	return choices.length > 0 ? [span(choices.join('  '), paint.key)] : [];
}

/** Whoever is away gets it later. */
function laterSpans(state: State, paint: Theme['paint']): readonly Span[] {
	const room = activeRoom(state);
	if (room?.peer === undefined || state.peers.get(room.peer)?.state === 'connected') return [];
	return [span(`will be delivered when ${roomTitle(state, room).slice(1)} is back`, paint.dim)];
}

/** A line that was refused says how to get rid of it. */
function rightSpans(state: State, composer: Composer, theme: Theme): readonly Span[] {
	if (state.notice?.line === undefined || state.notice.line !== composer.text) return belowSpans(state, theme);
	return [span('Esc', theme.paint.key), span(' clears the line', theme.paint.dim)];
}

/** Scrolled up: how to get back, and how much came meanwhile. What was missed is above, perhaps out of view. */
function belowSpans(state: State, {paint}: Theme): readonly Span[] {
	const room = activeRoom(state);
	const count = room ? newBelow(room) : 0;
	if (room && room.missed > 0 && count === 0) return missedSpans(room, paint);
	if (!room?.anchor) return [];
	if (count === 0) return [span('older messages · PgDn', paint.dim)];
	return [span(`↓ ${count} new below`, paint.unread), span(' · Ctrl-End', paint.dim)];
}

function missedSpans({missed, missedMentions, peer}: Room, paint: Theme['paint']): readonly Span[] {
	const naming = missedMentions > 0 && peer === undefined ? [span(` · @${missedMentions}`, paint.mention)] : [];
	return [span(`↑ ${missed} new`, paint.unread), ...naming, span(' · PgUp', paint.dim)];
}
