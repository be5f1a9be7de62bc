/** The layout as the state wants it at this moment. */
import type {State} from '../store/state.ts';
import {type Layout, layoutFor, type Rect} from './layout.ts';
import {writingRows} from './panes/composer.ts';

let known: Layout | undefined;

/** The same objects until a pane really moves, so that nothing is drawn again while somebody writes. */
export function layoutNow(state: State, columns: number, rows: number): Layout | undefined {
	const {rooms, hidden} = state;
	const writing = (cells: number) => writingRows(state, cells);
	const layout = layoutFor(columns, rows, {rooms: rooms.length, hidden, writing});
	known = layout && known ? settled(known, layout) : layout;
	return known;
}

/** `next` with the rectangles of `before` wherever they are the same. */
function settled(before: Layout, next: Layout): Layout {
	const names = Object.keys(next) as (keyof Layout)[];
	const same = names.filter(name => isSame(before[name], next[name]));
	if (same.length === names.length) return before;
	return {...next, ...Object.fromEntries(same.map(name => [name, before[name]]))};
}

function isSame(a: Rect | undefined, b: Rect | undefined): boolean {
	if (!a || !b) return a === b;
	return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}
