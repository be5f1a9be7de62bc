/** The bottom line: what the keys do, or what there is to say; and how we are connected. */
import {askedPaste} from '../../store/composer-paste.ts';
import {movementOf} from '../../store/files/selectors.ts';
import {isOver, type Transfer} from '../../store/files/transfers.ts';
import type {ViewName} from '../../store/intent.ts';
import {isFiltering, keepsFilter} from '../../store/pages/network.ts';
import {chosenTransfer} from '../../store/pages/transfers.ts';
import {linksIn} from '../../store/palette.ts';
import {INTERRUPT_TIME} from '../../store/reduce.ts';
import {messageIn} from '../../store/selection.ts';
import {activeRoom, connectedPeers} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import type {Need} from '../bindings/index.ts';
import {PAUSE_HINT} from '../bindings/transfers.ts';
import {plural} from '../format.ts';
import {type KeyContext, keymapOf} from '../keymap.ts';
import {row, type Span, span, spansWidth, titleRow, widthOf} from '../text.ts';
import {PLAIN_THEME, type Theme} from '../theme.ts';
import {shortEnd, shortNames, shortPaths} from '../views/transfer-words.ts';
import {wrap} from '../wrap.ts';
import {movementSpans} from './movement.ts';
import {shortId} from './short-id.ts';

export function keyContext(state: State): KeyContext {
	if (state.switcher) return 'switcher';
	if (isFiltering(state)) return 'filter';
	if (state.view !== 'chat') return PAGE_CONTEXTS[state.view] ?? 'page';
	if (askedPaste(state)) return 'paste';
	if (state.recall) return 'recall';
	return state.selection ? 'select' : 'chat';
}

/** Pages with keys of their own. */
const PAGE_CONTEXTS: Readonly<Partial<Record<ViewName, KeyContext>>> = {
	network: 'network',
	topology: 'topology',
	lab: 'lab',
	transfers: 'transfers',
	transfer: 'transfers',
};

/** Columns from which on there is room for our own id beside the keys. */
const ID_FROM = 100;

/** One row; two while there is a notice that does not fit in one. */
export function statusRows(state: State, width: number, theme: Theme): readonly string[] {
	// What there is to say needs the room more than our own id does.
	const hasNews = state.notice !== undefined || state.interruptArmed !== undefined;
	// The pages about files say it themselves.
	const isMoving = keyContext(state) !== 'transfers' && movementOf(state) !== undefined;
	const right = [
		...(isMoving ? movementSpans(state, width, theme) : []),
		...connectionSpans(state, width >= ID_FROM && !hasNews && !isMoving, theme),
	];
	const left = leftSpans(state, width - spansWidth(right) - 2, theme);
	const room = width - spansWidth(right) - 1;
	if (spansWidth(left) <= room) return [row(width, left, [span(' '), ...right])];
	// Wrapped as a whole, so that the first row is as full as can be.
	const {text, paint} = left[0] as Span;
	const [first = '', ...others] = noticeLines(text.trim(), width - 4);
	const {border} = theme.paint;
	const rest = span(`  ${others.join(' ')}`, paint);
	return [
		// The first row stands in the lower edge of the frames, as a title does in the upper one.
		titleRow(width, ['╰', '╯'], border, [span(first, paint)]),
		row(width, [rest], widthOf(rest.text) + 1 + spansWidth(right) <= width ? [span(' '), ...right] : []),
	];
}

/** Of two rows, what happened and what is to be done need the room more than the middle of a name, or where a path begins. */
function noticeLines(text: string, width: number): readonly string[] {
	const shorter = [text, shortNames(text), shortNames(shortPaths(text))].map(each => wrap(each, width));
	return shorter.find(lines => lines.length <= 2) ?? wrap(shortEnd(shortNames(shortPaths(text))), width);
}

/** As many as `statusRows` gives. */
export function statusHeight(state: State, width: number): number {
	return statusRows(state, width, PLAIN_THEME).length;
}

const NOTICE_MARKS = {info: '·', warning: '!', error: '✖'} as const;

function leftSpans(state: State, width: number, theme: Theme): readonly Span[] {
	const {paint} = theme;
	if (state.interruptArmed !== undefined) {
		return [
			span(` ${keymapOf(state).label('interrupt')} again to leave`, paint.warn),
			span(` within ${INTERRUPT_TIME / 1000} s`, paint.dim),
		];
	}
	if (state.notice) {
		const {level, text} = state.notice;
		const notice = {info: paint.accent, warning: paint.warn, error: paint.bad}[level];
		return [span(` ${NOTICE_MARKS[level]} ${text}`, notice)];
	}
	return hints(state, width, theme);
}

/** As many as fit whole. */
function hints(state: State, width: number, {paint}: Theme): readonly Span[] {
	const spans: Span[] = [];
	const wanted = keymapOf(state).statusHints(keyContext(state), givenIn(state));
	for (const {key, hint} of wanted) {
		const what = hintNow(hint, state);
		const next = [span(spans.length === 0 ? ' ' : '   '), span(key, paint.key), span(` ${what}`, paint.dim)];
		if (spansWidth(spans) + spansWidth(next) > width) break;
		spans.push(...next);
	}
	return spans;
}

function hintNow(hint: string, state: State): string {
	if (hint === 'back' && keepsFilter(state)) return 'show all';
	if (hint !== PAUSE_HINT) return hint;
	const is = shownTransfer(state)?.state;
	return is === 'paused' ? 'go on' : is === 'failed' ? 'try again' : hint;
}

/** The one that the keys of its pages are about. */
function shownTransfer(state: State): Transfer | undefined {
	return state.view === 'transfers' || state.view === 'transfer' ? chosenTransfer(state) : undefined;
}

/** It may be held, go on or be tried again. */
function isUnfinished(transfer: Transfer): boolean {
	return transfer.state !== 'hashing' && (!isOver(transfer) || transfer.state === 'failed');
}

/** What there is for keys to be about. */
function givenIn(state: State): ReadonlySet<Need> {
	const given = new Set<Need>();
	const room = activeRoom(state);
	if (state.pages.lab.lab) given.add('lab');
	if (movementOf(state)) given.add('transfers');
	const transfer = shownTransfer(state);
	if (transfer) given.add('transfer');
	if (transfer && isUnfinished(transfer)) given.add('unfinished');
	if (state.rooms.some(({unread}) => unread > 0) || (room && room.missed > 0)) given.add('unread');
	if (room && room.log.length > 0) given.add('messages');
	const entry = state.selection && messageIn(room, state.selection.id)?.entry;
	if (!entry) return given;
	if (entry.local) given.add('own');
	if (entry.offer && !entry.local) given.add('offer');
	if (entry.local && entry.isWhole) given.add('editable');
	if (linksIn(entry.text).length > 0) given.add('link');
	if (entry.reply) given.add('answer');
	return given;
}

function connectionSpans(state: State, withId: boolean, {paint}: Theme): readonly Span[] {
	const {core, self} = state;
	const id = self && withId ? [span(` · ${shortId(self.peerId)}`, paint.dim)] : [];
	switch (core.state) {
		case 'starting':
			return [span('◌ starting ', paint.dim)];
		case 'restarting':
			return [span(' ▲ core restarting ', paint.alarm)];
		case 'failed':
			return [span(' ✖ core failed ', paint.alarm)];
		case 'running':
			break;
	}
	const count = connectedPeers(state).length;
	const dot = count > 0 ? span('● ', paint.good) : span('○ ', paint.dim);
	return [...mouseSpans(state, paint), dot, span(plural(count, 'peer')), ...id, span(' ')];
}

/** While the mouse is ours, selecting text needs Shift: whoever wonders sees why. */
function mouseSpans({settings}: State, paint: Theme['paint']): readonly Span[] {
	return settings.mouse ? [span('mouse on', paint.accent), span(' · ', paint.dim)] : [];
}
