/** Ann's node with rooms and files on one archive, as the swarm drives them; its disk and its clock are the test. */
import type {Command} from '../../../source/api/command.ts';
import type {EventOf, NodeEvent} from '../../../source/api/event.ts';
import type {FileSettings, TransferInfo} from '../../../source/api/files.ts';
import {Bitfield} from '../../../source/base/bitfield.ts';
import {seededRandom} from '../../../source/base/random.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput} from '../../../source/behaviours/behaviour.ts';
import {Chronicle} from '../../../source/behaviours/chronicle.ts';
import {FILES_PROTOCOL} from '../../../source/behaviours/files/access.ts';
import {Files} from '../../../source/behaviours/files/files.ts';
import type {FilesDeed, FilesNews, HeldFile, SavedTransfer} from '../../../source/behaviours/files/io.ts';
import {Receipts} from '../../../source/behaviours/receipts.ts';
import {Rooms} from '../../../source/behaviours/rooms.ts';
import {Archive} from '../../../source/history/archive.ts';
import {MemoryEventStore} from '../../../source/history/memory-store.ts';
import {verifyEvent} from '../../../source/wire/event.ts';
import {type BlockName, type FileId, type FileOffer, pieceCountOf} from '../../../source/wire/file-offer.ts';
import type {Identity} from '../../../source/wire/identity.ts';
import type {EventBody, Message} from '../../../source/wire/messages.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {ANN, addressOf, BOB, CAT, DAN, FakeView, TIMESTAMP} from '../fixtures.ts';
import {annIdentity, publishing, subscribed, written} from '../rooms-fixtures.ts';

const NAMES: Record<string, string> = {[BOB]: 'bob', [CAT]: 'cat', [DAN]: 'dan'};

export const SETTINGS: FileSettings = {folder: '/downloads', accept: []};
export const MIB = 2 ** 20;

/** The id of which every two digits are this number. */
export const idOf = (number: number): FileId => number.toString(16).padStart(2, '0').repeat(32);

export const offerOf = (number: number, more: Partial<FileOffer> = {}): FileOffer => ({
	...{file: idOf(number), name: `file ${number}`, size: 4 * MIB, files: 0, isExecutable: false, manifest: undefined},
	...more,
});

export const heldOf = (offer: FileOffer, rooms: readonly string[] = ['lobby'], isFetched = false): HeldFile => ({
	offer,
	path: `/home/ann/${offer.name}`,
	rooms,
	isFetched,
});

export const savedOf = (offer: FileOffer, rooms: readonly string[] = ['lobby']): SavedTransfer => ({
	...{offer, rooms, from: BOB, folder: '/downloads', isPaused: false, priority: 0, since: TIMESTAMP},
});

export type FilesDeskOptions = {
	readonly rooms?: readonly string[];
	readonly peers?: readonly PeerId[];
	readonly settings?: Partial<FileSettings>;
	readonly held?: readonly HeldFile[];
	readonly saved?: readonly SavedTransfer[];
	/** False: nothing is known of the library yet. */
	readonly hasLibrary?: boolean;
	readonly store?: MemoryEventStore;
};

export class FilesDesk {
	readonly view: FakeView;
	readonly store: MemoryEventStore;
	readonly archive: Archive;
	readonly rooms: Rooms;
	readonly files: Files;
	readonly begun: readonly BehaviourOutput[];
	now = 0;
	isDiskHeld = false;
	readonly #timers = new Map<string, number>();
	readonly #sequences = new Map<string, number>();
	#isStaged = false;

	constructor(options: FilesDeskOptions = {}) {
		const {rooms = ['lobby'], peers = [BOB, CAT], settings, held = [], saved = []} = options;
		const view = new FakeView(ANN);
		this.view = view;
		this.store = options.store ?? new MemoryEventStore(seededRandom(7));
		const archive = new Archive({store: this.store, identity: annIdentity});
		const chronicle = new Chronicle({view, archive});
		const receipts = new Receipts({view, archive});
		const random = seededRandom(1);
		const shared = {view, archive, random};
		this.archive = archive;
		const verify: typeof verifyEvent = (...what) => verifyEvent(...what);
		this.rooms = new Rooms({...shared, chronicle, receipts, rooms, pubsub: 'floodsub', verify});
		const {overlay, talk} = this.rooms;
		this.files = new Files({...shared, overlay, talk, nameOf: peer => NAMES[peer] ?? peer});
		const begun = this.handle({type: 'start'});
		if (options.hasLibrary !== false) {
			begun.push(...this.news({news: 'library', held, saved, settings: {...SETTINGS, ...settings}}));
		}
		for (const peer of peers) {
			this.connect(peer);
			this.handle(subscribed(peer, rooms));
		}
		this.begun = begun;
	}

	/** All that comes of an input, the disk's answer included. */
	handle(input: BehaviourInput): BehaviourOutput[] {
		const outputs = this.#route(input);
		return this.#isStaged && !this.isDiskHeld ? [...outputs, ...this.commit()] : outputs;
	}

	commit(): BehaviourOutput[] {
		this.#isStaged = false;
		const result = this.archive.commit();
		return this.handle(result.ok ? {type: 'committed'} : {type: 'committed', failure: result.failure});
	}

	news(news: FilesNews): BehaviourOutput[] {
		return this.handle({type: 'files', news});
	}

	ask(command: Command): BehaviourOutput[] {
		return this.handle({type: 'command', command: {id: '1', ...command}, timestamp: this.view.timestamp()});
	}

	hear(peer: PeerId, message: Message): BehaviourOutput[] {
		return this.handle({type: 'message', peer, message});
	}

	connect(peer: PeerId, how: {protocols?: readonly string[]; direction?: 'inbound' | 'outbound'} = {}) {
		const {protocols = [FILES_PROTOCOL], direction = 'outbound'} = how;
		this.view.connect(peer, {name: NAMES[peer] ?? peer, protocols});
		const outputs = this.handle({type: 'connected', peer, address: addressOf(1), direction});
		const event = {type: 'peer-connected', peer, name: 'x', address: addressOf(1), direction} as const;
		return [...outputs, ...this.handle({type: 'event', event})];
	}

	disconnect(peer: PeerId): BehaviourOutput[] {
		this.view.disconnect(peer);
		return this.handle({type: 'disconnected', peer, reason: 'closed'});
	}

	/** Lets time pass, and timers fire. */
	pass(milliseconds: number): BehaviourOutput[] {
		const until = this.now + milliseconds;
		const outputs: BehaviourOutput[] = [];
		for (;;) {
			const [next] = [...this.#timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1]);
			if (!next) break;
			const [name, at] = next;
			this.#timers.delete(name);
			this.now = Math.max(this.now, at);
			const separator = name.indexOf('/');
			const owner = name.startsWith('rooms/') ? this.rooms : this.files;
			outputs.push(...this.#one(owner, {type: 'timer', timer: name.slice(separator + 1)}));
			if (this.#isStaged && !this.isDiskHeld) outputs.push(...this.commit());
		}
		this.now = until;
		return outputs;
	}

	/** An event of somebody as it comes live from himself. */
	says(author: Identity, body: EventBody, room = 'lobby', timestamp = TIMESTAMP): BehaviourOutput[] {
		return this.handle(publishing(author.peerId, this.writes(author, body, room, timestamp)));
	}

	writes(author: Identity, body: EventBody, room = 'lobby', timestamp = TIMESTAMP) {
		const key = `${author.peerId} ${room}`;
		const sequence = (this.#sequences.get(key) ?? 0) + 1;
		this.#sequences.set(key, sequence);
		const epoch = sequence.toString(16).padStart(32, '0');
		// Each in an epoch of its own, so that none names another one.
		return written(author, {room, body, epoch, timestamp, clock: TIMESTAMP - 10_000 + sequence});
	}

	offers(author: Identity, offer: FileOffer, room = 'lobby', timestamp = TIMESTAMP): BehaviourOutput[] {
		return this.says(author, {kind: 'file', offer}, room, timestamp);
	}

	transfers(): readonly TransferInfo[] {
		const [reply] = this.ask({command: 'transfers'}).filter(({type}) => type === 'reply');
		return (reply as {result: {transfers: readonly TransferInfo[]}}).result.transfers;
	}

	#route(input: BehaviourInput): BehaviourOutput[] {
		const all = [this.rooms, this.files] as readonly Behaviour[];
		if (input.type === 'message') {
			return all.filter(({messages}) => messages.includes(input.message.type)).flatMap(one => this.#one(one, input));
		}
		if (input.type === 'command') {
			const names = (one: Behaviour): readonly string[] => one.commands;
			return all.filter(one => names(one).includes(input.command.command)).flatMap(one => this.#one(one, input));
		}
		if (input.type === 'event' || input.type === 'files') return this.#one(this.files, input);
		return all.flatMap(one => this.#one(one, input));
	}

	#one(behaviour: Behaviour, input: BehaviourInput): BehaviourOutput[] {
		return behaviour.handle(input, this.now).flatMap(output => {
			if (output.type === 'commit') this.#isStaged = true;
			if (output.type === 'schedule') this.#timers.set(`${behaviour.name}/${output.timer}`, output.at);
			if (output.type === 'cancel') this.#timers.delete(`${behaviour.name}/${output.timer}`);
			const isWatched = output.type === 'emit' && (this.files.watches as readonly string[]).includes(output.event.type);
			if (!isWatched || behaviour === this.files) return [output];
			return [output, ...this.#one(this.files, {type: 'event', event: (output as {event: NodeEvent}).event})];
		});
	}
}

// --- what comes of it

export function deeds<Name extends FilesDeed['deed']>(outputs: readonly BehaviourOutput[], name: Name) {
	return outputs.flatMap(output =>
		output.type === 'files' && output.deed.deed === name ? [output.deed as Extract<FilesDeed, {deed: Name}>] : [],
	);
}

export function told<Type extends NodeEvent['type']>(outputs: readonly BehaviourOutput[], type: Type) {
	return outputs.flatMap(output =>
		output.type === 'emit' && output.event.type === type ? [output.event as EventOf<Type>] : [],
	);
}

/** States of a file, as they are told. */
export const states = (outputs: readonly BehaviourOutput[]) => told(outputs, 'transfer').map(({state}) => state);

/** The answers to commands: what they result in, or why they do not. */
export const answers = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap((output): (Record<string, unknown> | string)[] => {
		if (output.type === 'reply') return [output.result as Record<string, unknown>];
		return output.type === 'refuse' ? [`${output.error.code}: ${output.error.message}`] : [];
	});

export const counters = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap(output => (output.type === 'count' ? [output.counter] : []));

export const piece = (file: FileId, index: number): BlockName => ({file, what: 'piece', index});

export const fullOf = ({size}: FileOffer) => Bitfield.full(pieceCountOf(size)).toBytes();
