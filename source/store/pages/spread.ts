/** How one message has spread (a part of its details), how messages of the open room do, and the last trace. */
import type {Results} from '../../api/event.ts';
import type {MessageSpread, RoomSpread, TraceResult} from '../../api/spread.ts';
import type {Draft} from '../draft.ts';

export type SpreadPage = {
	readonly message: MessageSpread | undefined;
	readonly room: RoomSpread | undefined;
	readonly trace: TraceResult | undefined;
};

export const EMPTY_SPREAD: SpreadPage = {message: undefined, room: undefined, trace: undefined};

export function spreadCame(draft: Draft, message: Results['spread']): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, spread: {...pages.spread, message}}});
}

export function roomSpreadCame(draft: Draft, room: Results['room-spread']): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, spread: {...pages.spread, room}}});
}

export function traceCame(draft: Draft, trace: Results['trace']): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, spread: {...pages.spread, trace}}});
}
