/** What must never happen with files, whatever the network, the disks and the liars do. */
import {Bitfield} from '../base/bitfield.ts';
import type {HeldFile, SavedTransfer} from '../behaviours/files/io.ts';
import {directRoomOf} from '../wire/direct-room.ts';
import {type BlockName, type FileId, MAX_PIECE_BYTES} from '../wire/file-offer.ts';
import type {Message} from '../wire/messages.ts';
import {type BulkEnd, keyOf} from './bulk.ts';
import type {Disk} from './disk.ts';
import type {SimulatedNode} from './simulated-node.ts';

/** Blocks of one file that are asked of one peer at a time. */
const MAX_DEPTH = 64;
/** Bytes that a node reads and has not sent yet: pieces of every slot, and the next one of each. */
const MAX_GIVEN_BYTES = 32 * MAX_PIECE_BYTES;
/** Milliseconds in which it may be unknown to others that somebody has left a room. */
const ROOM_GRACE = 10_000;

/** Bits of a claim: more than any file of a simulation has. */
const CLAIM_BITS = 8_192;

export class FileInvariants {
	/** What each node was told by each peer to hold of each file. */
	readonly #claims = new WeakMap<SimulatedNode, Map<string, Bitfield>>();
	/** When a taker was last seen to be in a room of the file, by giver, taker and file. */
	readonly #seen = new Map<string, number>();

	/** A message of a peer has arrived. */
	heard(node: SimulatedNode, peer: string, message: Message): void {
		if (message.type !== 'holds' && message.type !== 'gained') return;
		const claims = this.#claims.get(node) ?? new Map<string, Bitfield>();
		this.#claims.set(node, claims);
		const name = `${peer} ${message.file}`;
		if (message.type === 'holds') claims.set(name, new Bitfield(CLAIM_BITS, message.pieces));
		else {
			const claim = claims.get(name) ?? new Bitfield(CLAIM_BITS);
			for (const piece of message.pieces) claim.add(piece);
			claims.set(name, claim);
		}
	}

	asks({node, other, asked}: BulkEnd, block: BlockName, {parts, held}: Disk, isWriting: boolean): void {
		const {file, what, index} = block;
		const claim = this.#claims.get(node)?.get(`${other.node.peerId} ${file}`);
		const text = `${what} ${index} of ${file.slice(0, 8)}`;
		if (!claim) fail(node, `asks node ${other.node.index} for ${text}, which never spoke of that file`);
		if (what === 'piece' && !claim.has(index)) fail(node, `asks node ${other.node.index} for ${text}, not claimed`);
		if (asked.has(keyOf(block))) fail(node, `asks node ${other.node.index} twice for ${text}`);
		if (isWriting || held.has(file) || (what === 'piece' && parts.get(file)?.pieces.has(index))) {
			fail(node, `asks for ${text}, which is here`);
		}
		let depth = 1;
		for (const {file: other} of asked.values()) if (other === file) depth++;
		if (depth > MAX_DEPTH) fail(node, `asks node ${other.node.index} for ${depth} blocks of one file at once`);
	}

	accepts(node: SimulatedNode, {file, index}: BlockName, {parts}: Disk): void {
		if (parts.get(file)?.pieces.has(index)) fail(node, `accepts piece ${index} of ${file.slice(0, 8)} twice`);
	}

	gives(end: BulkEnd, block: BlockName, bytes: number, rooms: readonly string[], now: number): void {
		const {node, other, owed, sending} = end;
		const text = `${block.what} ${block.index} of ${block.file.slice(0, 8)} to node ${other.node.index}`;
		if (!owed.has(keyOf(block))) fail(node, `gives ${text}, which has not asked for it`);
		this.#isFor(node, other.node, block.file, rooms, now, `gives ${text}`);
		const under = sending.reduce((sum, one) => sum + one.bytes, bytes);
		if (under > MAX_GIVEN_BYTES) fail(node, `gives ${under} bytes at once to node ${other.node.index}`);
	}

	denies({node, other, owed}: BulkEnd, block: BlockName): void {
		if (!owed.has(keyOf(block))) fail(node, `denies node ${other.node.index} what it has not asked for`);
	}

	#isFor(
		giver: SimulatedNode,
		taker: SimulatedNode,
		file: FileId,
		rooms: readonly string[],
		now: number,
		what: string,
	): void {
		const direct = directRoomOf(giver.peerId, taker.peerId);
		const [own, others] = [giver.overlay.rooms(), taker.overlay.rooms()];
		const name = `${giver.index} ${taker.index} ${file}`;
		if (rooms.some(room => room === direct || (own.includes(room) && others.includes(room)))) {
			this.#seen.set(name, now);
			return;
		}
		if (now - (this.#seen.get(name) ?? Number.NEGATIVE_INFINITY) > ROOM_GRACE) {
			fail(giver, `${what}, which is in none of its rooms: ${rooms.join(', ')}`);
		}
	}
}

/** Rooms whose members may have a file. */
export function roomsOf(held: HeldFile | undefined, saved: SavedTransfer | undefined): readonly string[] {
	return [...(held?.rooms ?? []), ...(saved?.rooms ?? [])];
}

export function fail(node: SimulatedNode, what: string): never {
	throw new Error(`invariant broken at node ${node.index}: it ${what}`);
}
