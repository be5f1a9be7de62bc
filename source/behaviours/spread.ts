/** What is known of how messages spread: of one, and of all of a room. */
import type {Member} from '../api/event.ts';
import type {MessageSpread, RoomSpread, SpreadHolder} from '../api/spread.ts';
import type {StoredEvent} from '../history/event-store.ts';
import type {RoomEvent} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {View} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';
import type {Overlay} from './overlay.ts';
import type {Receipts} from './receipts.ts';

export type SpreadOptions = {
	readonly view: Pick<View, 'self'>;
	readonly chronicle: Pick<Chronicle, 'authorName' | 'nameOf'>;
	readonly receipts: Pick<Receipts, 'holdersOf' | 'waitingOf' | 'trails'>;
};

/** `stored` is kept, and `event` is what its bytes say. */
export function messageSpread(options: SpreadOptions, stored: StoredEvent, event: RoomEvent): MessageSpread {
	const {view, chronicle, receipts} = options;
	const {room, id, received} = stored;
	const local = event.author === view.self;
	const member = (peer: PeerId): Member => ({peer, name: chronicle.authorName(peer, room)});
	const of = local ? (receipts.holdersOf(id)?.of ?? 1) : 2;
	return {
		room: chronicle.nameOf(room),
		messageId: id,
		local,
		timestamp: local ? event.timestamp : received,
		holders: local ? ownHolders(options, id, member) : otherHolders(options, id, event.author, member),
		waiting: local ? receipts.waitingOf(id).map(member) : [],
		of,
	};
}

/** Ourselves, those whose way is known by the time at which they got it, and the others as they became known. */
function ownHolders({view, receipts}: SpreadOptions, id: string, member: (peer: PeerId) => Member): SpreadHolder[] {
	const holders = receipts.holdersOf(id)?.holders ?? [];
	const steps = receipts.trails.stepsOf(id);
	const known = new Set([view.self, ...steps.map(([peer]) => peer)]);
	return [
		{...member(view.self), after: 0, hops: 0},
		...steps.map(([peer, {after, hops, via}]) => ({
			...member(peer),
			...(after !== undefined && {after: toMicroseconds(after)}),
			...(hops !== undefined && {hops}),
			...(via !== undefined && {via: member(via)}),
		})),
		...holders.filter(peer => !known.has(peer)).map(member),
	];
}

/** Of others' it is only certain that they are here, and where they were written. */
function otherHolders(
	{view, receipts}: SpreadOptions,
	id: string,
	author: PeerId,
	member: (peer: PeerId) => Member,
): SpreadHolder[] {
	const path = receipts.trails.pathOf(id);
	const us = {...member(view.self), ...(path && {hops: path.hops, via: member(path.via)})};
	return [{...member(author), hops: 0}, us];
}

/** Of a named room that we are in, or were. */
export function roomSpread(
	{receipts}: {readonly receipts: Pick<Receipts, 'holdersOf' | 'trails'>},
	overlay: Pick<Overlay, 'router' | 'members' | 'mesh' | 'meter'>,
	room: string,
): RoomSpread {
	const {delivered, duplicates, flood, bytes, control} = overlay.meter.flow(room);
	return {
		room,
		router: overlay.router,
		members: overlay.members(room).length,
		mesh: overlay.mesh(room).length,
		...deliveryOf(receipts, room),
		...coverageOf(receipts, room),
		delivered,
		duplicates,
		floodDuplicates: flood,
		payloadBytes: bytes,
		controlBytes: control,
	};
}

function deliveryOf({trails}: Pick<Receipts, 'trails'>, room: string): Pick<RoomSpread, 'delivery'> {
	const delivery = trails.deliveryIn(room);
	const [p50, p99] = [delivery?.quantile(0.5), delivery?.quantile(0.99)];
	if (!delivery || p50 === undefined || p99 === undefined) return {};
	return {delivery: {p50: toMicroseconds(p50), p99: toMicroseconds(p99), count: delivery.count}};
}

/** Ourselves left out: that we hold what we said says nothing. */
function coverageOf(
	receipts: Pick<Receipts, 'holdersOf' | 'trails'>,
	room: string,
): Pick<RoomSpread, 'followed' | 'coverage'> {
	const spreads = receipts.trails.trailsIn(room).flatMap(id => receipts.holdersOf(id) ?? []);
	const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
	const others = sum(spreads.map(({of}) => of - 1));
	const holders = sum(spreads.map(one => one.holders.length - 1));
	return {followed: spreads.length, ...(others > 0 && {coverage: holders / others})};
}

function toMicroseconds(milliseconds: number): number {
	return Math.round(milliseconds * 1_000) / 1_000;
}
