/** Everything that is being fetched: whom to ask for what, and when. Knows no contents: see `../io.ts`. */
import type {CommandOf} from '../../../api/command.ts';
import type {RoomName} from '../../../api/event.ts';
import type {TransferInfo} from '../../../api/files.ts';
import type {Bitfield} from '../../../base/bitfield.ts';
import type {Random} from '../../../base/random.ts';
import type {FileId} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from '../../behaviour.ts';
import type {FilesNews, HeldFile, SavedTransfer} from '../io.ts';

export type DownloadsOptions = {
	readonly view: View;
	readonly random: Random;
	/** Peers who are connected, may hold it, and may be talked to about it. */
	peersOf(file: FileId): readonly PeerId[];
	/** Up to date before the news of it comes to `news`. */
	readonly links: {
		isOpen(peer: PeerId): boolean;
		/** Asks for a bulk connection, whoever dials it. May be said again. Answer: the news `bulk-opened` or `bulk-failed`. */
		want(peer: PeerId, now: Instant): BehaviourOutput[];
	};
	roomName(roomId: string): RoomName;
	nameOf(peer: PeerId): string;
	/** Pieces are here that were not: seekers are to hear of it (batched by whoever listens; one call for each piece). */
	onGained(file: FileId, pieces: readonly number[], now: Instant): BehaviourOutput[];
	/** What is held is another set than was told piece by piece: `holds` for seekers, from `held(file)`. */
	onReset(file: FileId, now: Instant): BehaviourOutput[];
	/** Once, when it has its name. It is gone from here then; `info` is what was last known of it, with state `done`. */
	onFinished(held: HeldFile, info: TransferInfo, now: Instant): BehaviourOutput[];
	/** Its `info` has changed. `isState`: to be told at once, and `info` still answers; else when it suits. Cheap: comes often. */
	onChanged(file: FileId, isState: boolean, now: Instant): BehaviourOutput[];
};

export type DownloadCommand = CommandOf<'pause' | 'resume' | 'cancel' | 'prioritise'>;

export class Downloads {
	constructor(_options: DownloadsOptions) {}

	has(_file: FileId): boolean {
		return false;
	}

	/** Files that are being fetched, in the order in which they were wanted. */
	files(): readonly FileId[] {
		return [];
	}

	/** Where and how it is being fetched. */
	saved(_file: FileId): SavedTransfer | undefined {
		return undefined;
	}

	/** A new one, or one of an earlier run. One that is here already only gets the rooms added. */
	begin(_transfer: SavedTransfer, _now: Instant): BehaviourOutput[] {
		return [];
	}

	/** `command.file` is a whole id. Undefined: not one of these. Otherwise the answer is among the outputs. */
	command(_command: DownloadCommand, _now: Instant): BehaviourOutput[] | undefined {
		return undefined;
	}

	/** Everything that is told of files: what does not concern downloads is passed over. */
	news(_news: FilesNews, _now: Instant): BehaviourOutput[] {
		return [];
	}

	/** All that the peer holds of it, as it said. Only from those who may be asked for it: the caller has looked. */
	holds(_peer: PeerId, _file: FileId, _pieces: Uint8Array, _now: Instant): BehaviourOutput[] {
		return [];
	}

	gained(_peer: PeerId, _file: FileId, _pieces: readonly number[], _now: Instant): BehaviourOutput[] {
		return [];
	}

	/** The peer fetches it too. */
	sought(_peer: PeerId, _file: FileId, _now: Instant): BehaviourOutput[] {
		return [];
	}

	/** Connected, or come into a room: there may be more that `peersOf` names it for. May be said again. */
	peerCame(_peer: PeerId, _now: Instant): BehaviourOutput[] {
		return [];
	}

	/** No longer connected. What was asked of it is asked of others. */
	peerGone(_peer: PeerId, _now: Instant): BehaviourOutput[] {
		return [];
	}

	/** No longer in a room: whatever `peersOf` does not name it for any more is not asked of it any more. */
	peerLeft(_peer: PeerId, _now: Instant): BehaviourOutput[] {
		return [];
	}

	isTimer(timer: string): boolean {
		return timer === DOWNLOAD_TIMER;
	}

	timer(_timer: string, _now: Instant): BehaviourOutput[] {
		return [];
	}

	/** Verified pieces of one that is open and not finished: they are given to others. */
	held(_file: FileId): Bitfield | undefined {
		return undefined;
	}

	/** Without `takers`, `rateOut` and `given`: whoever gives knows them. */
	info(_file: FileId, _now: Instant): TransferInfo | undefined {
		return undefined;
	}

	infos(now: Instant): TransferInfo[] {
		return this.files().flatMap(file => this.info(file, now) ?? []);
	}
}

/** The one timer of all downloads. */
export const DOWNLOAD_TIMER = 'download';
