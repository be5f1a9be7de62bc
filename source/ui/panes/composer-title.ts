/** The composer's upper edge: how a command goes on, what becomes of what is written, and how far up the view is. */
import {listFor} from '../../store/complete.ts';
import {namesFor} from '../../store/complete-suggest.ts';
import {argumentAt, commandNamed} from '../../store/complete-types.ts';
import type {Composer} from '../../store/composer.ts';
import {activeRoom, newBelow, roomTitle} from '../../store/selectors.ts';
import type {Room, State} from '../../store/state.ts';
import {keymapOf} from '../keymap.ts';
import {SLASH_COMMANDS} from '../slash.ts';
import type {SlashCommand} from '../slash-types.ts';
import {type Span, span} from '../text.ts';
import type {Theme} from '../theme.ts';

type Paints = Theme['paint'];

/** While a command is being written: how it goes on, and what it does. Else, what happens to what is being written. */
export function hintSpans(state: State, composer: Composer, {paint}: Theme): readonly Span[] {
	const {text} = composer;
	if (!text.startsWith('/') || text.startsWith('//')) return laterSpans(state, paint);
	const [, name = '', written] = /^\/([^/\s]*)(?:\s+(.*))?$/s.exec(text) ?? [];
	const command = commandNamed(SLASH_COMMANDS, name);
	if (command && !command.isHidden)
		return [...usageSpans(state, command, written, paint), span(` · ${command.help}`, paint.dim)];
	if (!listFor(state, composer, SLASH_COMMANDS)) return [];
	const tab = keymapOf(state).label('complete');
	return [span(tab, paint.key), span(' completes, ', paint.dim), span('Esc', paint.key), span(' hides', paint.dim)];
}

/** The argument that is being written stands out. */
function usageSpans(state: State, command: SlashCommand, written: string | undefined, paint: Paints): readonly Span[] {
	const at = written === undefined ? undefined : argumentAt(command, written, namesFor(state));
	const parts = command.usage.split(/(<[^>]*>|\[[^\]]*\])/);
	return parts.map((part, index) => span(part, at && index === 2 * at.index + 1 ? paint.title : paint.key));
}

/** Whoever is away gets it later. */
function laterSpans(state: State, paint: Paints): readonly Span[] {
	const room = activeRoom(state);
	if (room?.peer === undefined || state.peers.get(room.peer)?.state === 'connected') return [];
	return [span(`will be delivered when ${roomTitle(state, room).slice(1)} is back`, paint.dim)];
}

/** A line that was refused says how to get rid of it. */
export function rightSpans(state: State, composer: Composer, {paint}: Theme): readonly Span[] {
	if (state.notice?.line === undefined || state.notice.line !== composer.text) return belowSpans(state, paint);
	// The first Esc is for the list.
	if (listFor(state, composer, SLASH_COMMANDS)) return [];
	return [span('Esc', paint.key), span(' clears the line', paint.dim)];
}

/** Scrolled up: how to get back, and how much came meanwhile. What was missed is above, perhaps out of view. */
function belowSpans(state: State, paint: Paints): readonly Span[] {
	const room = activeRoom(state);
	const count = room ? newBelow(room) : 0;
	const keymap = keymapOf(state);
	if (room && room.missed > 0 && count === 0)
		return missedSpans(room, keymap.label('next-unread') || keymap.label('scroll-up'), paint);
	if (!room?.anchor) return [];
	if (count === 0) return [span(`older messages · ${keymap.label('scroll-down')}`, paint.dim)];
	return [span(`↓ ${count} new below`, paint.unread), span(` · ${keymap.label('scroll-to-end')}`, paint.dim)];
}

function missedSpans({missed, missedMentions, peer}: Room, key: string, paint: Paints): readonly Span[] {
	const naming = missedMentions > 0 && peer === undefined ? [span(` · @${missedMentions}`, paint.mention)] : [];
	return [span(`↑ ${missed} new`, paint.unread), ...naming, span(` · ${key}`, paint.dim)];
}
