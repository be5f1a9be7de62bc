/**
 * Rooms, their chains and gaps. Rooms and chains are saved with every event, so what is saved of them waits in
 * memory until `flush`: once for a commit, or when somebody reads them.
 */
import type {Gap, Position, StoredChain, StoredRoom} from '../history/event-store.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {toBytes, toHex} from './ids.ts';
import type {Connection, Row} from './sqlite.ts';

/** A chain as the table knows it. `latest`: the greatest place of its events. */
export type Chain = {readonly key: number; latest: number | undefined; isChanged: boolean};

export type ChainName = Pick<StoredChain, 'author' | 'epoch'>;

/** Chains whose numbers are remembered. */
const MAX_CHAINS = 10_000;

const SAVE_ROOM = `UPDATE rooms
	SET peer = ?, digest = ?, events = ?, heads = ?, read_to = ?, read_by_peer = ?, reorder_from = ? WHERE room = ?`;
const SAVE_CHAIN = 'UPDATE chains SET digest = ?, spans = ?, forks = ?, kept_from = ?, tip = ? WHERE chain = ?';

export class RoomTable {
	readonly #connection: Connection;
	readonly #rooms = new Map<string, number>();
	readonly #chains = new Map<string, Chain>();
	readonly #savedRooms = new Map<string, StoredRoom>();
	/** Number of the chain → what is to be saved. */
	readonly #savedChains = new Map<number, StoredChain>();

	constructor(connection: Connection) {
		this.#connection = connection;
	}

	/** Forgets what is not in the tables. */
	reset(): void {
		this.#rooms.clear();
		this.#chains.clear();
		this.#savedRooms.clear();
		this.#savedChains.clear();
	}

	flush(): void {
		for (const room of this.#savedRooms.values()) this.#writeRoom(room);
		this.#savedRooms.clear();
		for (const [key, chain] of this.#savedChains) this.#writeChain(key, chain);
		this.#savedChains.clear();
		for (const chain of this.#chains.values()) {
			if (!chain.isChanged) continue;
			if (chain.latest !== undefined) this.raise(chain.key, chain.latest);
			chain.isChanged = false;
		}
	}

	/** The room's number; undefined if it has none. */
	find(room: string): number | undefined {
		const known = this.#rooms.get(room);
		if (known !== undefined) return known;
		const row = this.#connection.on('SELECT room FROM rooms WHERE name = ?').get(room) as Row | undefined;
		if (row === undefined) return undefined;
		this.#rooms.set(room, row.room as number);
		return row.room as number;
	}

	/** The room's number; a new one if it has none. */
	enter(room: string): number {
		const known = this.find(room);
		if (known !== undefined) return known;
		const key = Number(this.#connection.on('INSERT INTO rooms (name) VALUES (?)').run(room).lastInsertRowid);
		this.#rooms.set(room, key);
		return key;
	}

	findChain(room: number, {author, epoch}: ChainName): Chain | undefined {
		const name = chainName(room, author, epoch);
		const known = this.#chains.get(name);
		if (known !== undefined) return known;
		const row = this.#connection
			.on('SELECT chain, latest FROM chains WHERE room = ? AND author = ? AND epoch = ?')
			.get(room, author, epoch) as Row | undefined;
		if (row === undefined) return undefined;
		return this.#remember(name, row.chain as number, (row.latest as number | null) ?? undefined);
	}

	enterChain(room: number, chain: ChainName): Chain {
		const known = this.findChain(room, chain);
		if (known !== undefined) return known;
		const {author, epoch} = chain;
		const {lastInsertRowid} = this.#connection
			.on('INSERT INTO chains (room, author, epoch) VALUES (?, ?, ?)')
			.run(room, author, epoch);
		return this.#remember(chainName(room, author, epoch), Number(lastInsertRowid), undefined);
	}

	/** There is an event at this place in the chain. */
	raise(key: number, place: number): void {
		this.#connection.on('UPDATE chains SET latest = max(coalesce(latest, ?1), ?1) WHERE chain = ?2').run(place, key);
	}

	/** There is no event at this place in the chain any more: which place is the latest now? */
	recount(key: number, place: number): void {
		this.flush();
		this.#connection
			.on(
				'UPDATE chains SET latest = (SELECT max(place) FROM events WHERE chain = ?1) WHERE chain = ?1 AND latest <= ?2',
			)
			.run(key, place);
		this.#chains.clear();
	}

	saveRoom(room: StoredRoom): void {
		this.enter(room.room);
		this.#savedRooms.set(room.room, room);
	}

	saveChain(room: string, chain: StoredChain): void {
		this.#savedChains.set(this.enterChain(this.enter(room), chain).key, chain);
	}

	rooms(): readonly StoredRoom[] {
		const rows = this.#connection
			.on('SELECT * FROM rooms WHERE name IS NOT NULL AND digest IS NOT NULL ORDER BY room')
			.all() as Row[];
		return rows.map(toRoom);
	}

	room(name: string): StoredRoom | undefined {
		const row = this.#connection.on('SELECT * FROM rooms WHERE name = ? AND digest IS NOT NULL').get(name) as
			| Row
			| undefined;
		return this.#savedRooms.get(name) ?? (row === undefined ? undefined : toRoom(row));
	}

	chains(room: string): readonly StoredChain[] {
		const key = this.find(room);
		if (key === undefined) return [];
		const rows = this.#connection
			.on('SELECT * FROM chains WHERE room = ? AND digest IS NOT NULL ORDER BY chain')
			.all(key) as Row[];
		return rows.map(toChain);
	}

	gaps(room: string): readonly Gap[] {
		const key = this.find(room);
		if (key === undefined) return [];
		const rows = this.#connection.on('SELECT missing, child FROM gaps WHERE room = ? ORDER BY gap').all(key) as Row[];
		return rows.map(row => ({missing: toHex(row.missing as Uint8Array), child: toHex(row.child as Uint8Array)}));
	}

	addGap(room: string, {missing, child}: Gap): void {
		this.#connection
			.on('INSERT OR IGNORE INTO gaps (room, missing, child) VALUES (?, ?, ?)')
			.run(this.enter(room), toBytes(missing), toBytes(child));
	}

	fillGap(room: string, missing: string): void {
		const key = this.find(room);
		if (key === undefined) return;
		this.#connection.on('DELETE FROM gaps WHERE room = ? AND missing = ?').run(key, toBytes(missing));
	}

	/** Authors with the latest place of each, the latest first. */
	authors(room: number, limit: number): readonly {readonly author: PeerId; readonly order: number}[] {
		return this.#connection
			.on(
				`SELECT author, max(latest) AS "order" FROM chains INDEXED BY chains_by_author
				WHERE room = ? AND latest IS NOT NULL GROUP BY author ORDER BY 2 DESC, 1 LIMIT ?`,
			)
			.all(room, limit) as {author: PeerId; order: number}[];
	}

	/** The room is no longer known by its name, which is free for a new one. Its events are deleted in chunks later. */
	forget(room: string): void {
		const key = this.find(room);
		if (key === undefined) return;
		this.flush();
		this.#connection.on('UPDATE rooms SET name = NULL WHERE room = ?').run(key);
		this.#connection.on('DELETE FROM gaps WHERE room = ?').run(key);
		this.reset();
	}

	/** A room whose events are still to be deleted. */
	forgotten(): number | undefined {
		const row = this.#connection.on('SELECT room FROM rooms WHERE name IS NULL LIMIT 1').get() as Row | undefined;
		return row?.room as number | undefined;
	}

	/** The last of a forgotten room. */
	drop(room: number): void {
		this.#connection.on('DELETE FROM chains WHERE room = ?').run(room);
		this.#connection.on('DELETE FROM rooms WHERE room = ?').run(room);
	}

	#remember(name: string, key: number, latest: number | undefined): Chain {
		if (this.#chains.size >= MAX_CHAINS) {
			this.flush();
			this.#chains.clear();
		}
		const chain = {key, latest, isChanged: false};
		this.#chains.set(name, chain);
		return chain;
	}

	#writeChain(key: number, {digest, spans, forks, keptFrom, tip}: StoredChain): void {
		this.#connection
			.on(SAVE_CHAIN)
			.run(
				digest,
				JSON.stringify(spans),
				JSON.stringify(forks),
				keptFrom,
				tip === undefined ? null : JSON.stringify([tip.sequence, tip.id]),
				key,
			);
	}

	#writeRoom({room, peer, digest, events, heads, readTo, readByPeer, reorderFrom}: StoredRoom): void {
		const positions = heads.map(({order, id}) => [order, id]);
		this.#connection
			.on(SAVE_ROOM)
			.run(
				peer ?? null,
				digest,
				events,
				JSON.stringify(positions),
				packPosition(readTo),
				packPosition(readByPeer),
				packPosition(reorderFrom),
				this.enter(room),
			);
	}
}

function chainName(room: number, author: string, epoch: string): string {
	return `${room} ${author} ${epoch}`;
}

function packPosition(position: Position | undefined): string | null {
	return position === undefined ? null : JSON.stringify([position.order, position.id]);
}

function unpackPosition(text: unknown): Position {
	const [order, id] = JSON.parse(text as string) as [number, string];
	return {order, id};
}

function toRoom(row: Row): StoredRoom {
	const heads = JSON.parse(row.heads as string) as [number, string][];
	return {
		room: row.name as string,
		...(row.peer === null ? {} : {peer: row.peer as PeerId}),
		digest: row.digest as string,
		events: row.events as number,
		heads: heads.map(([order, id]) => ({order, id})),
		...(row.read_to === null ? {} : {readTo: unpackPosition(row.read_to)}),
		...(row.read_by_peer === null ? {} : {readByPeer: unpackPosition(row.read_by_peer)}),
		...(row.reorder_from === null ? {} : {reorderFrom: unpackPosition(row.reorder_from)}),
	};
}

function toChain(row: Row): StoredChain {
	const [sequence, id] = row.tip === null ? [] : (JSON.parse(row.tip as string) as [number, string]);
	return {
		author: row.author as PeerId,
		epoch: row.epoch as string,
		digest: row.digest as string,
		spans: JSON.parse(row.spans as string),
		forks: JSON.parse(row.forks as string),
		keptFrom: row.kept_from as number,
		...(sequence === undefined || id === undefined ? {} : {tip: {sequence, id}}),
	};
}
