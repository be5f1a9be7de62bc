/** What is kept of files over a restart: the words that the vault and whoever drives it have in common. */
import type {FileSettings, TransferError} from '../../api/files.ts';
import type {FileId, FileOffer} from '../../wire/file-offer.ts';

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

/** One that is to be fetched, with everything that is needed to go on after a restart. */
export type SavedTransfer = {
	readonly offer: FileOffer;
	readonly rooms: readonly string[];
	/** A peer id. */
	readonly from: string | undefined;
	/** Absolute. */
	readonly folder: string;
	readonly isPaused: boolean;
	readonly priority: number;
	/** Unix milliseconds: since when it is wanted. */
	readonly since: number;
};

/** What an earlier run has left. */
export type Library = {
	readonly held: readonly HeldFile[];
	/** Of those, files that are no longer what they were. */
	readonly changed: readonly FileId[];
	readonly saved: readonly SavedTransfer[];
	readonly settings: FileSettings;
};

export type Metadata = 'layer' | 'manifest';

/** What can be written, and what is to be asked for first. */
export type Opened = {
	/** Verified pieces that are here, as a bitfield. */
	readonly pieces: Uint8Array;
	readonly needs: readonly Metadata[];
	/** Slices of each that is needed; of a manifest it is 0 until the first has come. */
	readonly slices: {readonly layer: number; readonly manifest: number};
	/** Where it will lie. */
	readonly path: string;
};

/** Bytes that a block can have: `least` and `most` differ only for slices of a manifest, whose length nobody has told. */
export type Expected = {readonly least: number; readonly most: number};

/** The answer to a slice. `opened`: what is known now, if this slice has changed it. */
export type Collected = {readonly verdict: 'ok' | 'wrong' | 'unwanted'; readonly opened?: Opened};

/** Why something cannot be done with files, for a program and for a person. */
export class FileFailure extends Error {
	override readonly name = 'FileFailure';
	readonly code: TransferError['code'];

	/** `message`: one line. */
	constructor(code: TransferError['code'], message: string, cause?: unknown) {
		super(message, {cause});
		this.code = code;
	}

	get error(): TransferError {
		return {code: this.code, message: this.message};
	}
}

/** Why a block cannot be given: the file is not what was offered, or is gone, or was never here. */
export class NotGiven extends Error {
	override readonly name = 'NotGiven';
	readonly reason: 'changed' | 'missing';

	constructor(reason: 'changed' | 'missing', message: string) {
		super(message);
		this.reason = reason;
	}
}
