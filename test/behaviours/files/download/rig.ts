/** Downloads by themselves: everything around them is filled in by the test. */
import type {TransferInfo} from '../../../../source/api/files.ts';
import {type Random, seededRandom} from '../../../../source/base/random.ts';
import type {BehaviourOutput, Instant} from '../../../../source/behaviours/behaviour.ts';
import {Downloads} from '../../../../source/behaviours/files/download/downloads.ts';
import type {FilesDeed, FilesNews, HeldFile, SavedTransfer} from '../../../../source/behaviours/files/io.ts';
import type {Denial, FileId, FileOffer} from '../../../../source/wire/file-offer.ts';
import {
	bytesOfPiece,
	MAX_PIECE_BYTES,
	MIN_PIECE_BYTES,
	PIECES_WANTED,
	pieceCountOf,
} from '../../../../source/wire/file-offer.ts';
import type {PeerId} from '../../../../source/wire/peer-id.ts';
import {ANN, FakeView, TIMESTAMP} from '../../fixtures.ts';

export const FILE: FileId = 'f1'.repeat(32);
export const PIECE = MIN_PIECE_BYTES;
export const FOLDER = '/home/me/Downloads';
export const PATH = `${FOLDER}/a.bin`;

/** Of so many pieces of 64 KiB; of many, they are the largest that there are. */
export function offerOf(pieces: number, file = FILE, more: Partial<FileOffer> = {}): FileOffer {
	const size = pieces * (pieces > PIECES_WANTED ? MAX_PIECE_BYTES : PIECE);
	return {file, name: 'a.bin', size, files: 0, isExecutable: false, manifest: undefined, ...more};
}

export function savedOf(offer: FileOffer, more: Partial<SavedTransfer> = {}): SavedTransfer {
	const rest = {rooms: ['lobby'], from: ANN, folder: FOLDER, isPaused: false, priority: 0, since: TIMESTAMP};
	return {offer, ...rest, ...more};
}

/** Bits of these pieces. */
export function bits(size: number, pieces: Iterable<number>): Uint8Array {
	const bytes = new Uint8Array(Math.ceil(size / 8));
	for (const piece of pieces) bytes[piece >> 3]! |= 0x80 >> (piece & 7);
	return bytes;
}

export const range = (from: number, to: number) => Array.from({length: to - from}, (_, index) => from + index);

export const piece = (index: number, file = FILE) => ({file, what: 'piece', index}) as const;

export class Rig {
	readonly view = new FakeView(ANN);
	readonly downloads: Downloads;
	/** Peers who may be asked for anything. */
	readonly peers = new Set<PeerId>();
	readonly open = new Set<PeerId>();
	readonly finished: HeldFile[] = [];
	finishedAs: TransferInfo | undefined;
	readonly gained: number[] = [];
	readonly states: string[] = [];
	resets = 0;
	now: Instant = 1_000;

	constructor(random: Random = seededRandom(1)) {
		this.downloads = new Downloads({
			...{view: this.view, random},
			peersOf: () => [...this.peers],
			links: {isOpen: peer => this.open.has(peer), want: peer => [openBulk(peer)]},
			isInRoomOf: () => true,
			roomName: room => room,
			nameOf: peer => `name of ${peer}`,
			onGained: (_file, pieces) => {
				this.gained.push(...pieces);
				return [];
			},
			onReset: () => {
				this.resets++;
				return [];
			},
			onFinished: (held, info) => {
				this.finished.push(held);
				this.finishedAs = info;
				return [];
			},
			onChanged: (file, isState) => {
				if (isState) this.states.push(this.downloads.info(file, this.now)!.state);
				return [];
			},
		});
	}

	news(news: FilesNews): BehaviourOutput[] {
		return this.downloads.news(news, this.now);
	}

	begin(offer: FileOffer, more: Partial<SavedTransfer> = {}): BehaviourOutput[] {
		return this.downloads.begin(savedOf(offer, more), this.now);
	}

	/** The disk is ready; `here` are pieces that are there from before. */
	opened(offer: FileOffer, here: readonly number[] = [], needs: readonly ('layer' | 'manifest')[] = []) {
		const pieces = bits(pieceCountOf(offer.size), here);
		return this.news({
			...{news: 'opened', file: offer.file, pieces, needs, path: PATH},
			slices: {layer: Math.ceil((pieceCountOf(offer.size) * 32) / 2 ** 20), manifest: 0},
		});
	}

	/** Begun, open, and with bulk connections to these peers, who have said nothing yet. */
	start(offer: FileOffer, peers: readonly PeerId[], here: readonly number[] = []): void {
		for (const peer of peers) this.connect(peer);
		this.begin(offer);
		this.opened(offer, here);
	}

	connect(...peers: readonly PeerId[]): void {
		for (const peer of peers) {
			this.peers.add(peer);
			this.open.add(peer);
			this.view.connect(peer, {rtt: 1});
		}
	}

	holds(peer: PeerId, offer: FileOffer, pieces: Iterable<number>): BehaviourOutput[] {
		return this.downloads.holds(peer, offer.file, bits(pieceCountOf(offer.size), pieces), this.now);
	}

	gain(peer: PeerId, offer: FileOffer, ...pieces: readonly number[]): BehaviourOutput[] {
		return this.downloads.gained(peer, offer.file, pieces, this.now);
	}

	arrived(peer: PeerId, offer: FileOffer, index: number, verdict: 'ok' | 'wrong' | 'unwanted' = 'ok') {
		const bytes = bytesOfPiece(offer.size, index);
		return this.news({news: 'arrived', peer, block: piece(index, offer.file), bytes, verdict});
	}

	denied(peer: PeerId, offer: FileOffer, index: number, reason: Denial): BehaviourOutput[] {
		return this.news({news: 'denied', peer, block: piece(index, offer.file), reason});
	}

	command(command: 'pause' | 'resume' | 'cancel', file = FILE): BehaviourOutput[] | undefined {
		return this.downloads.command({command, file}, this.now);
	}

	/** Time goes by, as long as a timer is wanted. */
	wait(milliseconds: number): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		const end = this.now + milliseconds;
		while (this.now + 500 <= end) {
			this.now += 500;
			outputs.push(...this.downloads.timer('download', this.now));
		}
		this.now = end;
		return outputs.filter(({type}) => type !== 'schedule');
	}

	info(file = FILE) {
		return this.downloads.info(file, this.now)!;
	}
}

// --- outputs

export const deedsOf = (outputs: readonly BehaviourOutput[] | undefined): FilesDeed[] =>
	(outputs ?? []).flatMap(output => (output.type === 'files' ? [output.deed] : []));

/** `ask bob 3`, `unask bob 3`, `ask bob layer 0`: in the order of the outputs. */
export const asksOf = (outputs: readonly BehaviourOutput[] | undefined): string[] =>
	deedsOf(outputs).flatMap(deed => {
		if (deed.deed !== 'ask' && deed.deed !== 'unask') return [];
		const {what, index} = deed.block;
		return `${deed.deed} ${deed.peer} ${what === 'piece' ? '' : `${what} `}${index}`;
	});

export const openBulk = (peer: PeerId): BehaviourOutput => ({
	type: 'files',
	deed: {deed: 'open-bulk', peer, address: '/ip4/192.0.2.1/tcp/4001'},
});

export const deed = (wanted: FilesDeed): BehaviourOutput => ({type: 'files', deed: wanted});

export const seek = (peers: readonly PeerId[], files: readonly FileId[], isOn: boolean): BehaviourOutput => ({
	type: 'send',
	peers,
	message: {type: 'seek', files, isOn},
});
