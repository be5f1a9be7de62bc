/** Files, as screens and scripts see them: what is offered, what is on its way, and what one may ask for. */

/** What an entry of kind `file` offers. */
export type OfferedFile = {
	/** Names its content: 64 hex digits. */
	readonly file: string;
	/** As its author calls it: a claim, and never safe as a path. */
	readonly name: string;
	/** Bytes in all. */
	readonly size: number;
	/** Files in the folder; 0 for one file. */
	readonly files: number;
	readonly isExecutable: boolean;
};

/**
 * - `hashing`: being read to be offered; it has no id yet, and is named by its path.
 * - `waiting`: nobody who has it is here, or others go first.
 * - `preparing`: hashes of the pieces and, of a folder, the list of its files are being fetched.
 * - `verifying`: what is here from before is read again.
 * - `fetching` · `paused` · `finishing` (all is here; it is saved to the disk) · `done` (all is here and given to others).
 * - `kept`: fetched, whole and here, and given to nobody any more: somebody here has said so, or the offer was taken back.
 * - `failed`: see `error`; `resume` tries again.
 * - `cancelled`: told once, then forgotten.
 * - `changed`: offered by us, and no longer what it was: it is not given any more.
 */
export type TransferState =
	| 'hashing'
	| 'waiting'
	| 'preparing'
	| 'verifying'
	| 'fetching'
	| 'paused'
	| 'finishing'
	| 'done'
	| 'kept'
	| 'failed'
	| 'cancelled'
	| 'changed';

/** Why a transfer failed, for a program and for a person. */
export type TransferError = {
	readonly code:
		| 'disk-full'
		| 'quota'
		| 'too-large'
		| 'no-folder'
		| 'not-readable'
		| 'not-writable'
		| 'bad-manifest'
		/** What was said of it when it was offered does not fit its id. */
		| 'bad-offer'
		| 'changed'
		| 'io';
	readonly message: string;
};

/** Somebody who gives us pieces. */
export type TransferSource = {
	readonly peer: string;
	readonly name: string;
	/** Pieces that it holds. */
	readonly pieces: number;
	/** Pieces asked for and not here. */
	readonly requests: number;
	/** Bytes a second. */
	readonly rate: number;
	/** Bytes got from it. */
	readonly bytes: number;
	/** Why nothing is asked of it any more: it sent what does not match the hash. */
	readonly dropped?: string;
};

/** Somebody who takes it, from us or from others, or has got it from us; of our own offer, also who has all of it anyhow. */
export type TransferTaker = {
	readonly peer: string;
	readonly name: string;
	/** Pieces that it holds, as far as we were told. */
	readonly pieces: number;
	readonly rate: number;
	/** Bytes that we have given to it. */
	readonly bytes: number;
};

/** One file or folder that is fetched, given, or both. */
export type TransferInfo = {
	/** Its id; while it is hashed, its path. */
	readonly file: string;
	readonly name: string;
	readonly size: number;
	/** Files in the folder; 0 for one file. */
	readonly files: number;
	readonly state: TransferState;
	readonly error?: TransferError;
	/** Other names under which the same content is offered: claims. */
	readonly otherNames?: readonly string[];
	/** Where it was offered: `RoomName`s. */
	readonly rooms: readonly string[];
	/** Who offered it, as far as that is known; ourselves, if we did. */
	readonly from?: string;
	/** It came from others, or is to come. */
	readonly isFetched: boolean;
	/** Verified bytes that are here; while hashing, bytes read; while finishing a folder, bytes that are safe on the disk. */
	readonly done: number;
	/** Bytes a second, in and out. */
	readonly rateIn: number;
	readonly rateOut: number;
	/** Bytes got from others in this run, what was thrown away included, and bytes given. */
	readonly received: number;
	readonly given: number;
	/**
	 * Why nothing comes, as far as that is known. `nobody`: nobody who has any of it is here; `rest`: those who are here have
	 * nothing of what is missing; `gone`: who offered it is here, and holds nothing of it any more; `asking`: nobody has answered
	 * yet; `turn`: others go first; `left`: we are in no room any more in which it is offered.
	 */
	readonly waits?: 'nobody' | 'rest' | 'gone' | 'asking' | 'turn' | 'left';
	/** Bytes of what is missing that nobody here has. */
	readonly nowhere?: number;
	/** Milliseconds until it is here at this rate; undefined if there is no telling. */
	readonly left?: number;
	/** The higher, the sooner: -1 low, 0, 1 high. */
	readonly priority: number;
	/** Where it lies or will lie. */
	readonly path?: string;
	readonly sources: readonly TransferSource[];
	readonly takers: readonly TransferTaker[];
	readonly pieces: number;
	readonly pieceBytes: number;
	/**
	 * The pieces in order, in at most 256 cells of equal length: `have` one hex digit each (0 none, f all of them here), `seen`
	 * one digit each: how many others hold the rarest piece of the cell, 9 for nine or more. `asked`: 1 where one is on its way.
	 */
	readonly map: {readonly have: string; readonly seen: string; readonly asked: string};
};

/** What is taken without asking: up to so many bytes, of one person or of anybody (`*`). */
export type AcceptRule = {readonly from: string; readonly bytes: number};

/** How files are dealt with. */
export type FileSettings = {
	/** Where they go, an absolute path. */
	readonly folder: string;
	readonly accept: readonly AcceptRule[];
	/** Bytes a second, of all files together; undefined: as fast as it goes. */
	readonly maxUpload?: number;
	readonly maxDownload?: number;
	/** Bytes that may be in the folder, by all that was ever fetched and is still there, and what is on its way. */
	readonly quota?: number;
};

/** A file in a folder. */
export type ContainedFile = {
	/** Below the folder, with slashes, as it is called on this disk; of a folder that comes from others safe as a path. */
	readonly path: string;
	readonly size: number;
};

export type FileCommand =
	/** Answered when it is hashed, and the offer is durable. `room` may be `@` and a peer id. */
	| {readonly command: 'offer-file'; readonly path: string; readonly room: string}
	/** Answered once it has begun. `file`: its id, or the beginning of one (8 digits or more) if that is unique. */
	| {
			readonly command: 'fetch-file';
			readonly file: string;
			/** Of the offer that is meant: its size and name count, and no other's. */
			readonly messageId?: string;
			/** Another folder than the usual: an absolute path. */
			readonly folder?: string;
			readonly priority?: number;
	  }
	/** All of them, or one. */
	| {readonly command: 'transfers'; readonly file?: string}
	/** The files of a folder, in the order of its pieces: `limit` of them at most (1000), after the first `skip`. */
	| {readonly command: 'contents'; readonly file: string; readonly skip?: number; readonly limit?: number}
	| {readonly command: 'pause'; readonly file: string}
	| {readonly command: 'resume'; readonly file: string}
	/**
	 * What is here of it is deleted; a complete one stays where it is and is not given any more. One that was fetched is `kept`
	 * then, and forgotten if it is cancelled once more.
	 */
	| {readonly command: 'cancel'; readonly file: string}
	| {readonly command: 'prioritise'; readonly file: string; readonly priority: number}
	/** Offers seen in our rooms, the newest first. */
	| {readonly command: 'offers'; readonly room?: string; readonly limit?: number}
	/** What is given takes the place of what was; the rest stays. Without anything it asks. */
	| {readonly command: 'file-settings'; readonly settings?: Partial<FileSettings>};

/** An offer as it stands in a room. */
export type Offer = OfferedFile & {
	readonly room: string;
	readonly messageId: string;
	readonly from: string;
	readonly timestamp: number;
};

export type FileResults = {
	'offer-file': {
		readonly messageId: string;
		readonly file: string;
		readonly size: number;
		readonly files: number;
		/** Hidden files, links and devices that were left out of a folder. */
		readonly skipped: number;
	};
	'fetch-file': {
		readonly file: string;
		readonly path: string;
		/** Nothing had to be fetched: it lies there already, perhaps under another name. */
		readonly isHere?: true;
	};
	transfers: {readonly transfers: readonly TransferInfo[]};
	/** `isKnown`: false while the list of them is not here yet. */
	contents: {
		readonly file: string;
		readonly isKnown: boolean;
		readonly files: readonly ContainedFile[];
		readonly total: number;
	};
	pause: {readonly file: string};
	resume: {readonly file: string};
	cancel: {readonly file: string};
	prioritise: {readonly file: string};
	offers: {readonly offers: readonly Offer[]};
	'file-settings': FileSettings;
};

export type FileEvent =
	/** One that has changed: at once if its state has, else twice a second at most. */
	| ({readonly type: 'transfer'} & TransferInfo)
	/** Somebody sent bytes that do not match their hash: it is not asked for this file any more. */
	| {
			readonly type: 'source-dropped';
			readonly file: string;
			readonly peer: string;
			readonly name: string;
			readonly reason: string;
	  };
