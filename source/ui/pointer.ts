/** What the mouse means: the wheel moves what is under it, a press chooses it. */
import type {Intent} from '../store/intent.ts';
import {activeRoom, newBelow} from '../store/selectors.ts';
import type {State} from '../store/state.ts';
import type {PageItem} from '../store/surroundings.ts';
import {hit, type Target} from './hit.ts';
import type {MouseInput} from './input/input.ts';
import type {Layout} from './layout.ts';
import type {Theme} from './theme.ts';

/** Rows that the wheel moves. */
const WHEEL_ROWS = 3;

export type PointerScreen = {
	readonly layout: Layout | undefined;
	readonly theme: Theme;
	/** What can be chosen on the page that is open. */
	readonly items: () => readonly PageItem[];
};

/** Reports that were on their way when the mouse was switched off mean nothing. */
export function pointed(state: State, {layout, theme, items}: PointerScreen, input: MouseInput): readonly Intent[] {
	if (!layout || !state.settings.mouse) return [];
	const {action, button, x, y} = input;
	const target = () => hit(state, layout, theme, x, y);
	if (action === 'wheel-up' || action === 'wheel-down') return turned(state, action === 'wheel-up' ? 1 : -1);
	return action === 'press' && button === 'left' ? pressed(state, target(), items) : [];
}

/** Upwards is positive. */
function turned(state: State, direction: 1 | -1): readonly Intent[] {
	if (state.switcher) return [{type: 'complete', step: direction > 0 ? -1 : 1}];
	return [{type: 'scroll-rows', rows: direction * WHEEL_ROWS}];
}

function pressed(state: State, target: Target, items: PointerScreen['items']): readonly Intent[] {
	switch (target.on) {
		case 'room':
			return [{type: 'go', to: {by: 'name', room: target.room}}];
		case 'peer':
			return [{type: 'open-direct', peer: target.peer}];
		case 'link':
			return [{type: 'effect', effect: {type: 'open', url: target.url}}];
		case 'message':
			// Once more lets it go.
			return state.selection?.id === target.id ? [{type: 'back'}] : [{type: 'select', to: {by: 'id', id: target.id}}];
		case 'list':
			return target.index === undefined ? [] : [{type: 'choose', index: target.index}];
		case 'completion':
			return Array.from({length: Math.abs(target.steps)}, () => ({type: 'complete', step: target.steps > 0 ? 1 : -1}));
		case 'page': {
			const index = items().findIndex(({first, rows}) => target.row >= first && target.row < first + rows);
			return index < 0 ? [] : [{type: 'choose', index}];
		}
		case 'elsewhere':
			return [{type: 'go', to: {by: 'unread'}}];
		case 'newest': {
			// The edge says what is new above, or else below.
			const room = activeRoom(state);
			return [{type: room && room.missed > 0 && newBelow(room) === 0 ? 'next-unread' : 'scroll-to-end'}];
		}
		case 'notice':
			return state.selection ? [] : [{type: 'back'}];
		case 'chat':
		case 'composer':
			return state.selection ? [{type: 'back'}] : [];
		case 'nothing':
			// Beside the list is out of the list.
			return state.switcher ? [{type: 'switcher', open: false}] : [];
	}
}
