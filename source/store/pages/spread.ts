/** How one message has spread (a part of its details), how messages of the open room do, and the last trace. */
import type {CommandOf} from '../../api/command.ts';
import type {EventOf, Member, Results} from '../../api/event.ts';
import type {MessageSpread, RoomSpread, TraceResult} from '../../api/spread.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Draft} from '../draft.ts';
import {cleanName} from '../names.ts';

/** With every name made safe to show. */
export type SpreadPage = {
	/** Of the message whose details are looked at. */
	readonly message: MessageSpread | undefined;
	readonly room: RoomSpread | undefined;
	readonly trace: TraceResult | TraceProblem | undefined;
};

export type TraceProblem = {readonly peer: string; readonly room: string; readonly problem: string};

export const EMPTY_SPREAD: SpreadPage = {message: undefined, room: undefined, trace: undefined};

export function spreadCame(draft: Draft, told: Results['spread']): void {
	const {details} = draft.state;
	if (details?.id !== told.messageId || details.room !== told.room) return;
	const holders = told.holders.map(holder => ({
		...holder,
		...cleanMember(holder),
		...(holder.via ? {via: cleanMember(holder.via)} : {}),
	}));
	change(draft, {message: {...told, holders, waiting: told.waiting.map(cleanMember)}});
}

/** Of the message that is looked at: it is asked again at once, and not with the next second. */
export function spreadMoved(draft: Draft, {room, messageId}: EventOf<'message-state'>): void {
	const {view, details, pages} = draft.state;
	if (view !== 'details' || details?.id !== messageId || details.room !== room) return;
	draft.set({pages: {...pages, askedAt: Number.NEGATIVE_INFINITY}});
}

export function roomSpreadCame(draft: Draft, room: Results['room-spread']): void {
	change(draft, {room});
}

export function traceCame(draft: Draft, {room, peer, hops}: Results['trace']): void {
	change(draft, {trace: {room, peer, hops: hops.map(hop => ({...hop, ...cleanMember(hop)}))}});
}

export function traceRefused(draft: Draft, {room, peer}: CommandOf<'trace'>, problem: string): void {
	change(draft, {trace: {room, peer, problem: sanitizeLine(problem)}});
}

function cleanMember({peer, name}: Member): Member {
	return {peer, name: cleanName(name, peer)};
}

function change(draft: Draft, changed: Partial<SpreadPage>): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, spread: {...pages.spread, ...changed}}});
}
