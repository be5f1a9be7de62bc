/** Files, between two peers that talk: who holds which pieces. The pieces themselves go over connections of their own. */
import type {FileId} from './file-offer.ts';

/**
 * The sender fetches these files: from now on it wants to know which pieces of them the receiver holds, and tells it the
 * same. `isOn` false: no longer.
 */
export type Seek = {readonly type: 'seek'; readonly files: readonly FileId[]; readonly isOn: boolean};

/** All that the sender holds of a file. Empty if it holds nothing of it, or nothing any more. */
export type Holds = {
	readonly type: 'holds';
	readonly file: FileId;
	/** Bit 7 of the first byte is piece 0, as in BitTorrent (BEP 3); bits after the last piece are 0. */
	readonly pieces: Uint8Array;
};

/** Pieces that the sender has got since it last spoke of the file. */
export type Gained = {readonly type: 'gained'; readonly file: FileId; readonly pieces: readonly number[]};

/** The sender cannot dial the receiver, who dialled it: please open a connection for bulk. */
export type BulkPlease = {readonly type: 'bulk-please'};
