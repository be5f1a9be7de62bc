/**
 * Files between the pure side and the world: what the behaviour wants done (deeds), and what happens (news). Contents never
 * come here: the driver moves them between bulk connections and the disk, verifies them, and tells of whole blocks.
 */
import type {ContainedFile, FileSettings, TransferError} from '../../api/files.ts';
import type {BlockName, Denial, FileId, FileOffer} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';

/** A file or folder as it lies on this disk, whole and hashed. */
export type HeldFile = {
	readonly offer: FileOffer;
	/** Absolute. */
	readonly path: string;
	/** Rooms (ids on the wire) whose members may have it. */
	readonly rooms: readonly string[];
	/** Ours, or got from others. */
	readonly isFetched: boolean;
};

/** One that is to be fetched, as it was written down: everything needed to go on after a restart. */
export type SavedTransfer = {
	readonly offer: FileOffer;
	readonly rooms: readonly string[];
	readonly from: PeerId | undefined;
	/** Absolute, and the name in it that was chosen: never taken before. */
	readonly folder: string;
	readonly isPaused: boolean;
	readonly priority: number;
	/** Unix milliseconds: since when it is wanted. */
	readonly since: number;
};

export type FilesDeed =
	// --- bulk connections: one for a peer at most
	/** `address`: where the peer's chat connection leads, dialled by us. Answer: `bulk-opened` or `bulk-failed`. */
	| {readonly deed: 'open-bulk'; readonly peer: PeerId; readonly address: string}
	/** Answer: `bulk-closed`, as always when one ends. */
	| {readonly deed: 'close-bulk'; readonly peer: PeerId; readonly reason: string}
	/** Asks the peer for a block. Answer: one `arrived` or `denied`, or `bulk-closed` for all. */
	| {readonly deed: 'ask'; readonly peer: PeerId; readonly block: BlockName}
	/** It is no longer wanted: if it comes all the same, it is told as `unwanted`. No answer of its own. */
	| {readonly deed: 'unask'; readonly peer: PeerId; readonly block: BlockName}
	/** Reads it and sends it. Answer: `gave` or `not-given`. */
	| {readonly deed: 'give'; readonly peer: PeerId; readonly block: BlockName}
	| {readonly deed: 'deny'; readonly peer: PeerId; readonly block: BlockName; readonly reason: Denial}
	// --- the disk
	/**
	 * Reads and hashes what lies there. Answers: `hashing` now and then, then `hashed` or `not-hashed`. It is given once it is
	 * kept, and not before: the offer may not come about.
	 */
	| {readonly deed: 'hash'; readonly path: string}
	| {readonly deed: 'stop-hashing'; readonly path: string}
	/**
	 * Makes ready to write: checks space, quota and folder, writes the transfer down, makes or finds the `.part`, verifies what
	 * is in it. Answers: `verifying` now and then, then `opened` or `file-failed`. Also after a change of what is saved.
	 */
	| {readonly deed: 'open'; readonly transfer: SavedTransfer}
	/** Writes down what has changed of it. No answer. */
	| {readonly deed: 'save'; readonly transfer: SavedTransfer}
	/** All pieces are here: gives it its name. Answers: of folders `finishing` now and then, then `finished` or `file-failed`. */
	| {readonly deed: 'finish'; readonly file: FileId}
	/** Lets go of the open file; the `.part` stays. No answer. */
	| {readonly deed: 'close'; readonly file: FileId}
	/** Deletes the `.part` and all that was written down of it. No answer. */
	| {readonly deed: 'discard'; readonly file: FileId}
	/** Gives a whole file no longer; the file itself stays. No answer. */
	| {readonly deed: 'forget'; readonly file: FileId}
	/** Whether a whole file is still what it was. Answer: `changed` if it was and is not, then `looked`. */
	| {readonly deed: 'look'; readonly file: FileId}
	/** Which files a folder has. Answer: `listed`. */
	| {readonly deed: 'list'; readonly file: FileId}
	/** Who may have a whole file has changed. No answer. */
	| {readonly deed: 'keep'; readonly held: HeldFile}
	| {readonly deed: 'settings'; readonly settings: FileSettings};

export type FilesNews =
	/** First, once: what an earlier run has left. */
	| {
			readonly news: 'library';
			readonly held: readonly HeldFile[];
			readonly saved: readonly SavedTransfer[];
			readonly settings: FileSettings;
	  }
	| {readonly news: 'bulk-opened'; readonly peer: PeerId}
	| {readonly news: 'bulk-failed'; readonly peer: PeerId; readonly message: string}
	/** What was asked and not answered will not be. */
	| {readonly news: 'bulk-closed'; readonly peer: PeerId; readonly reason: string}
	/** The peer wants a block; wants it no longer. */
	| {readonly news: 'asked'; readonly peer: PeerId; readonly block: BlockName}
	| {readonly news: 'unasked'; readonly peer: PeerId; readonly block: BlockName}
	/**
	 * A block came, of so many bytes. `ok`: verified and, if it is a piece, on its way to the disk (a failure of which is a
	 * `file-failed`). `wrong`: it does not match its hash, and was thrown away. `unwanted`: nobody had asked any more.
	 */
	| {
			readonly news: 'arrived';
			readonly peer: PeerId;
			readonly block: BlockName;
			readonly bytes: number;
			readonly verdict: 'ok' | 'wrong' | 'unwanted';
	  }
	/** Bytes of a block that is not complete, since it was told last: slow lines are to be seen moving. */
	| {readonly news: 'coming'; readonly peer: PeerId; readonly block: BlockName; readonly bytes: number}
	| {readonly news: 'denied'; readonly peer: PeerId; readonly block: BlockName; readonly reason: Denial}
	/** Bytes of a block that is not all out, since it was told last, roughly: what else went out there counts too. */
	| {readonly news: 'giving'; readonly peer: PeerId; readonly block: BlockName; readonly bytes: number}
	/** The system has taken all of it. */
	| {readonly news: 'gave'; readonly peer: PeerId; readonly block: BlockName; readonly bytes: number}
	| {
			readonly news: 'not-given';
			readonly peer: PeerId;
			readonly block: BlockName;
			/** `changed`: the file is not what was offered; `missing`: gone or not readable; `closed`: nobody there any more. */
			readonly reason: 'changed' | 'missing' | 'closed';
	  }
	| {readonly news: 'hashing'; readonly path: string; readonly done: number; readonly size: number}
	/** `skipped`: files of a folder that are not offered: hidden ones, links, devices. */
	| {readonly news: 'hashed'; readonly path: string; readonly held: HeldFile; readonly skipped: number}
	| {readonly news: 'not-hashed'; readonly path: string; readonly error: TransferError}
	| {readonly news: 'verifying'; readonly file: FileId; readonly done: number}
	/**
	 * Pieces can be written. `pieces`: which are here already, as bits. `needs`: metadata that is to be asked for first, block by
	 * block; it is told again once they are here.
	 */
	| {
			readonly news: 'opened';
			readonly file: FileId;
			readonly pieces: Uint8Array;
			readonly needs: readonly ('layer' | 'manifest')[];
			/** Slices of each that is needed; of a manifest it is 0 until the first has come, which tells its size. */
			readonly slices: {readonly layer: number; readonly manifest: number};
			/** Where it will lie. */
			readonly path: string;
	  }
	/** So many bytes are safe on the disk. */
	| {readonly news: 'finishing'; readonly file: FileId; readonly done: number}
	| {readonly news: 'finished'; readonly file: FileId; readonly path: string}
	| {
			readonly news: 'file-failed';
			readonly file: FileId;
			readonly error: TransferError;
			/** It could not be opened, and some of it may lie where it was. */
			readonly isSomeHere?: true;
	  }
	/** A file that we hold is not what it was, or gone: noticed before anybody has asked. */
	| {readonly news: 'changed'; readonly file: FileId}
	| {readonly news: 'looked'; readonly file: FileId}
	/** Undefined: the list is not here. */
	| {readonly news: 'listed'; readonly file: FileId; readonly files: readonly ContainedFile[] | undefined};

export type NewsOf<Name extends FilesNews['news']> = Extract<FilesNews, {readonly news: Name}>;
