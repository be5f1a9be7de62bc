/**
 * Files in the simulator: does what the behaviours want done, as `core/files` does in the program, with disks and lines that
 * are only figures. Some nodes do not play by the rules: see `FileHabits`.
 */
import {Bitfield} from '../base/bitfield.ts';
import type {FilesDeed, FilesNews} from '../behaviours/files/io.ts';
import {decodeMessage, encodeMessage} from '../wire/codec.ts';
import {type BlockName, type FileId, type FileOffer, pieceCountOf} from '../wire/file-offer.ts';
import {MESSAGE_NUMBERS, type Message} from '../wire/messages.ts';
import {type Happening, Later} from './agenda.ts';
import {Bulk, type BulkEnd, keyOf, type Sending} from './bulk.ts';
import type {Conditions} from './conditions.ts';
import {bytesOfBlock, type Content, Disk} from './disk.ts';
import {DiskWork} from './disk-work.ts';
import {FileInvariants, roomsOf} from './file-invariants.ts';
import {type Line, Lines} from './lines.ts';
import type {SimulatedNode} from './simulated-node.ts';
import type {World} from './streams.ts';
import {messageNumber} from './trace.ts';

/** How the machine of a node does with files, and how honest the node is. */
export type FileHabits = {
	/** Bytes a second, to others and from them. */
	readonly up?: number;
	readonly down?: number;
	/** Bytes that fit on its disk. */
	readonly space?: number;
	/** Part of the blocks that it gives wrongly. */
	readonly wrong?: number;
	/** It says that it holds all of every file. */
	readonly claimsAll?: boolean;
	/** How it answers requests for pieces: as its program does, if this is left out; with rubbish, not at all, or with a refusal. */
	readonly answers?: 'rubbish' | 'silence' | 'denial';
	/** Its program hears nothing of files: a test does everything in its name. */
	readonly isByHand?: boolean;
	/** It asks for what nobody has told it of. */
	readonly isPrying?: boolean;
};

export type FilesOptions = {
	readonly random: () => number;
	/** Told of all that nodes are told of files. */
	readonly onNews: ((node: SimulatedNode, news: FilesNews) => void) | undefined;
	readonly isChecked: boolean;
};

/** A gigabit a second, in bytes. */
const USUAL_SPEED = 125_000_000;
const USUAL_SPACE = 2 ** 50;
/** Milliseconds between two looks at blocks that take long. */
const PROGRESS_INTERVAL = 250;

const SAYS = new Set([MESSAGE_NUMBERS.holds, MESSAGE_NUMBERS.gained, MESSAGE_NUMBERS.seek]);

export class SimulatedFiles {
	/** Bytes of pieces that went from one node to another, by the index of the giver; and of those that nobody could use. */
	readonly given: number[] = [];
	readonly wasted: number[] = [];
	readonly #world: World;
	readonly #options: FilesOptions;
	readonly #lines: Lines;
	readonly #bulk: Bulk;
	readonly #work: DiskWork;
	readonly #invariants: FileInvariants | undefined;
	/** By index of the machine: they outlive the programs. */
	readonly #disks = new Map<number, Disk>();
	readonly #lineOf = new Map<number, Line>();
	/** All that was ever offered anywhere. */
	readonly #offers = new Map<FileId, FileOffer>();
	readonly #contents = new Map<FileId, Content>();
	#isWatching = false;
	/** Deeds that are being done. */
	#deeds = 0;

	constructor(world: World, conditions: Conditions, options: FilesOptions) {
		this.#world = world;
		this.#options = options;
		this.#lines = new Lines(world);
		this.#invariants = options.isChecked ? new FileInvariants() : undefined;
		const tell = (node: SimulatedNode, news: FilesNews) => this.#tell(node, news);
		this.#bulk = new Bulk(world, conditions, this.#lines, {
			tell,
			asked: (end, block) => this.#asked(end, block),
			arrived: (end, sending) => this.#arrived(end, sending),
			lineOf: node => this.line(node),
		});
		this.#work = new DiskWork({
			now: world.now,
			add: (at: number, happening: Happening) => world.add(at, happening),
			tell,
			diskOf: node => this.disk(node),
			offered: offer => this.#offers.set(offer.file, offer),
		});
	}

	// --- what a test does

	/** A file or folder appears at a path. Returns what an offer of it would say. */
	put(node: SimulatedNode, path: string, content: Partial<Content> & {readonly size: number}): FileOffer {
		const whole = {key: path, files: 0, ...content};
		const offer = this.disk(node).put(path, whole);
		this.#offers.set(offer.file, offer);
		return offer;
	}

	disk({index, options}: SimulatedNode): Disk {
		let disk = this.#disks.get(index);
		if (!disk) {
			disk = new Disk(options.files?.space ?? USUAL_SPACE, '/downloads', this.#contents);
			this.#disks.set(index, disk);
		}
		return disk;
	}

	/** Its line: of the machine, so it stays as it is over a restart. */
	line({index, options}: SimulatedNode): Line {
		let line = this.#lineOf.get(index);
		if (!line) {
			line = {up: options.files?.up ?? USUAL_SPEED, down: options.files?.down ?? USUAL_SPEED};
			this.#lineOf.set(index, line);
		}
		return line;
	}

	setLine(node: SimulatedNode, line: Partial<Line>): void {
		Object.assign(this.line(node), line);
		this.#lines.changed();
	}

	/** Whether it holds all of it, under its final name. */
	holds(node: SimulatedNode, file: FileId): boolean {
		const held = this.disk(node).held.get(file);
		return held !== undefined && this.disk(node).isUnchanged(held) === true;
	}

	/** Peers with whom it has a bulk connection. */
	linksOf(node: SimulatedNode): string[] {
		return this.#bulk
			.endsOf(node)
			.filter(({isOpen}) => isOpen)
			.map(({other}) => other.node.peerId);
	}

	// --- what happens to machines

	started(node: SimulatedNode): void {
		this.#work.started(node);
	}

	/** Its program is gone. */
	killed(node: SimulatedNode): void {
		this.#work.ended(node);
		this.#bulk.resetAll(node);
	}

	crashed(node: SimulatedNode): void {
		this.#work.ended(node);
		this.disk(node).lose(this.#world.now());
		this.#bulk.dropAll(node);
	}

	/** Who reaches whom, and who is awake, is not as it was. */
	changed(): void {
		this.#bulk.changed();
	}

	// --- deeds

	do(node: SimulatedNode, deed: FilesDeed): void {
		this.#deeds++;
		this.#do(node, deed);
		this.#deeds--;
	}

	#do(node: SimulatedNode, deed: FilesDeed): void {
		switch (deed.deed) {
			case 'open-bulk':
				return this.#bulk.open(node, deed.peer, deed.address);
			case 'close-bulk': {
				const end = this.#bulk.endTo(node, deed.peer);
				return end && this.#bulk.close(end, deed.reason);
			}
			case 'ask':
			case 'unask':
			case 'give':
			case 'deny':
				return this.#about(node, deed);
			case 'settings':
				this.disk(node).settings = deed.settings;
				return this.#limit(node);
			default:
				return this.#work.do(node, deed);
		}
	}

	#about(node: SimulatedNode, deed: Extract<FilesDeed, {deed: 'ask' | 'unask' | 'give' | 'deny'}>): void {
		const {peer, block} = deed;
		const end = this.#bulk.endTo(node, peer);
		// It has just been closed, or never was there: whoever asks or gives hears of that by `bulk-closed`.
		if (!end) {
			if (deed.deed === 'give') this.#tell(node, {news: 'not-given', peer, block, reason: 'closed'});
			return;
		}
		switch (deed.deed) {
			case 'ask':
				if (!node.options.files?.isPrying) {
					this.#invariants?.asks(end, block, this.disk(node), this.#work.isWriting(node, block));
				}
				return this.#bulk.ask(end, block);
			case 'unask':
				return this.#bulk.unask(end, block);
			case 'give':
				return this.#give(end, block);
			case 'deny':
				this.#invariants?.denies(end, block);
				return this.#bulk.deny(end, block, deed.reason);
		}
	}

	#give(end: BulkEnd, block: BlockName): void {
		const {node, other} = end;
		const disk = this.disk(node);
		const refusal = this.#work.isWriting(node, block) ? undefined : disk.refusal(block);
		const offer = this.#offers.get(block.file);
		const bytes = offer ? bytesOfBlock(offer, block) : 0;
		if (refusal !== undefined || bytes === 0) {
			const reason = refusal ?? 'missing';
			return this.#tell(node, {news: 'not-given', peer: other.node.peerId, block, reason});
		}
		const rooms = roomsOf(disk.held.get(block.file), disk.saved.get(block.file));
		this.#invariants?.gives(end, block, bytes, rooms, this.#world.now());
		const {wrong = 0} = node.options.files ?? {};
		this.#send(end, block, bytes, !(wrong > 0 && this.#options.random() < wrong));
	}

	#send(end: BulkEnd, block: BlockName, bytes: number, isRight: boolean): void {
		if (block.what === 'piece') this.given[end.node.index] = (this.given[end.node.index] ?? 0) + bytes;
		this.#bulk.give(end, block, bytes, isRight);
		this.#watch();
	}

	/** By the rules of the settings. */
	#limit(node: SimulatedNode): void {
		const {maxUpload, maxDownload} = this.disk(node).settings;
		const {up = USUAL_SPEED, down = USUAL_SPEED} = node.options.files ?? {};
		this.setLine(node, {up: Math.min(up, maxUpload || up), down: Math.min(down, maxDownload || down)});
	}

	// --- what comes

	#asked(end: BulkEnd, block: BlockName): void {
		const {node, other} = end;
		const answers = block.what === 'piece' ? node.options.files?.answers : undefined;
		switch (answers) {
			case undefined:
				return this.#tell(node, {news: 'asked', peer: other.node.peerId, block});
			case 'denial':
				return this.#bulk.deny(end, block, 'not-here');
			case 'rubbish':
				return this.#send(end, block, bytesOfBlock(this.#offers.get(block.file)!, block), false);
		}
	}

	#arrived(end: BulkEnd, {block, bytes, isRight}: Sending): void {
		const {node, other} = end;
		const peer = other.node.peerId;
		const wasAsked = end.asked.delete(keyOf(block));
		const verdict = wasAsked ? this.#work.take(node, block, isRight, this.#invariants) : 'unwanted';
		if (verdict !== 'ok') this.wasted[node.index] = (this.wasted[node.index] ?? 0) + bytes;
		this.#tell(node, {news: 'arrived', peer, block, bytes, verdict});
	}

	/** As long as something is under way. */
	#watch(): void {
		if (this.#isWatching) return;
		this.#isWatching = true;
		const look = new Later(() => {
			this.#isWatching = false;
			this.#bulk.tellProgress();
			if (this.#bulk.isBusy) this.#watch();
		});
		this.#world.add(this.#world.now() + PROGRESS_INTERVAL, look);
	}

	// --- what is said over the chat

	/** A frame is about to leave: liars say something else. */
	leaving({options}: SimulatedNode, body: Uint8Array): Uint8Array {
		if (!options.files?.claimsAll || messageNumber(body) !== MESSAGE_NUMBERS.holds) return body;
		const message = decodeMessage(body) as Extract<Message, {type: 'holds'}>;
		return this.#claim(message.file) ?? body;
	}

	/** A frame has come to a node. Returns frames that its liar answers with. */
	arriving(node: SimulatedNode, peer: string, body: Uint8Array): readonly Uint8Array[] {
		if (!SAYS.has(messageNumber(body) as never)) return [];
		const message = decodeMessage(body);
		if (!message) return [];
		this.#invariants?.heard(node, peer, message);
		if (message.type !== 'seek' || !message.isOn || !node.options.files?.claimsAll) return [];
		return message.files.flatMap(file => this.#claim(file) ?? []);
	}

	#claim(file: FileId): Uint8Array | undefined {
		const offer = this.#offers.get(file);
		return offer && encodeMessage({type: 'holds', file, pieces: Bitfield.full(pieceCountOf(offer.size)).toBytes()});
	}

	// --- news

	/** At once, but for a node that is doing something: not in the middle of that. */
	#tell(node: SimulatedNode, news: FilesNews): void {
		if (this.#deeds === 0) return this.#told(node, news);
		this.#world.add(this.#world.now(), new Later(() => this.#told(node, news)));
	}

	#told(node: SimulatedNode, news: FilesNews): void {
		if (!node.isAlive) return;
		if (node.isAsleep) {
			node.overdue.push(new Later(() => this.#told(node, news)));
			return;
		}
		if (!node.options.files?.isByHand) this.#world.input(node, {type: 'files', news});
		this.#options.onNews?.(node, news);
	}
}
