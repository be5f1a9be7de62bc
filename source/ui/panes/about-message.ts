/** Above the line: which message the keys are about, and which one what is being written answers or changes. */
import {messageIn} from '../../store/selection.ts';
import {activeRoom, displayName, nameHolders} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {type Span, span} from '../text.ts';
import type {Theme} from '../theme.ts';

/** What stands at the left and at the right; undefined if it is about no message. */
export function aboutMessage(state: State, {paint}: Theme): readonly [readonly Span[], readonly Span[]] | undefined {
	const room = activeRoom(state);
	const {selection} = state;
	const esc = (what: string) => [span('Esc', paint.key), span(` ${what}`, paint.dim)];
	if (selection?.asksRedact) {
		return [[span('take it back?', paint.warn), span(' d', paint.key), span(' yes', paint.dim)], esc('no')];
	}
	const selected = selection && messageIn(room, selection.id)?.entry;
	if (selected) {
		const whose = selected.local ? 'yours' : displayName(nameHolders(state), selected.from, selected.name);
		return [[span('selected: ', paint.dim), span(whose, paint.accent)], esc('writes again')];
	}
	if (room?.jump) return [[span('fetching that message…', paint.dim)], []];
	if (!room?.composing) return undefined;
	const {mode, from, name, excerpt} = room.composing;
	if (mode === 'edit') return [[span('editing: ', paint.accent), span(excerpt, paint.dim)], esc('cancels')];
	const whom = from === state.self?.peerId ? 'yourself' : displayName(nameHolders(state), from, name);
	return [[span(`replying to ${whom}`, paint.accent), span(`: ${excerpt}`, paint.dim)], esc('cancels')];
}
