/** Everything that is being fetched: whom to ask for what, and when. Knows no contents: see `../io.ts`. */
import type {CommandOf} from '../../../api/command.ts';
import type {RoomName} from '../../../api/event.ts';
import type {TransferError, TransferInfo} from '../../../api/files.ts';
import type {Bitfield} from '../../../base/bitfield.ts';
import type {Random} from '../../../base/random.ts';
import {type FileId, MAX_SEEK_FILES} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from '../../behaviour.ts';
import {refusal} from '../../refusal.ts';
import type {FilesNews, HeldFile, SavedTransfer} from '../io.ts';
import {Download} from './download.ts';
import type {Line} from './line.ts';
import {TICK} from './parameters.ts';
import {Sharing} from './sharing.ts';
import type {Source} from './sources.ts';

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
	/** Whether anybody could be asked for it at all. */
	isInRoomOf(file: FileId): boolean;
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

/** The one timer of all downloads. */
export const DOWNLOAD_TIMER = 'download';

export class Downloads {
	readonly #options: DownloadsOptions;
	readonly #downloads = new Map<FileId, Download>();
	readonly #sharing: Sharing;
	#isTicking = false;

	constructor(options: DownloadsOptions) {
		this.#options = options;
		this.#sharing = new Sharing(options);
	}

	has(file: FileId): boolean {
		return this.#downloads.has(file);
	}

	/** Files that are being fetched, in the order in which they were wanted. */
	files(): readonly FileId[] {
		return [...this.#downloads.keys()];
	}

	/** Where and how it is being fetched. */
	saved(file: FileId): SavedTransfer | undefined {
		return this.#downloads.get(file)?.saved;
	}

	/** Why it has failed. */
	failure(file: FileId): TransferError | undefined {
		return this.#downloads.get(file)?.failure;
	}

	/** Whether what was offered is known to fit the id. */
	isProven(file: FileId): boolean {
		return this.#downloads.get(file)?.isProven ?? false;
	}

	/** It has failed before anything of it came: there is nothing to lose. */
	isNothingHere(file: FileId): boolean {
		return this.#downloads.get(file)?.isNothingHere ?? false;
	}

	/** Verified pieces of one that is open and not finished: they are given to others. */
	held(file: FileId): Bitfield | undefined {
		const download = this.#downloads.get(file);
		return download?.isOpen ? download.exchange.here : undefined;
	}

	/** Without `takers`, `rateOut` and `given`: whoever gives knows them. */
	info(file: FileId, now: Instant): TransferInfo | undefined {
		return this.#downloads.get(file)?.info(now);
	}

	infos(now: Instant): TransferInfo[] {
		return [...this.#downloads.values()].map(download => download.info(now));
	}

	// --- what people want

	/** A new one, or one of an earlier run. One that is here already only gets the rooms added. */
	begin(transfer: SavedTransfer, now: Instant): BehaviourOutput[] {
		const {file} = transfer.offer;
		const known = this.#downloads.get(file);
		if (known) {
			const outputs = [...known.addRooms(transfer.rooms), ...known.seek(this.#options.peersOf(file))];
			return this.#settle([known], outputs, now);
		}
		const download = new Download(transfer, this.#options);
		this.#downloads.set(file, download);
		const outputs = [...download.open(), ...download.seek(this.#options.peersOf(file))];
		return this.#settle([download], outputs, now);
	}

	/** It is offered no more in these rooms: whoever is in none of the others is not asked any more. Without any it ends. */
	withdrawn(file: FileId, rooms: readonly string[], now: Instant): BehaviourOutput[] {
		const download = this.#downloads.get(file);
		if (!download) return [];
		return this.#settle([download], download.withdrawn(rooms), now);
	}

	/** `command.file` is a whole id. Undefined: not one of these. Otherwise the answer is among the outputs. */
	command(command: DownloadCommand, now: Instant): BehaviourOutput[] | undefined {
		const download = this.#downloads.get(command.file);
		if (!download) return undefined;
		if (['cancel', 'pause'].includes(command.command) && download.state === 'finishing') {
			return [refusal(command, 'busy', 'all of it is here, and is being saved to the disk; try again when it is done')];
		}
		const outputs = carryOut(command, download);
		outputs.push({type: 'reply', command, result: {file: download.file}});
		// Who has what was heard all the time.
		return this.#settle([download], outputs, now, command.command === 'resume');
	}

	// --- what others say

	/** All that the peer holds of it, as it said. Only from those who may be asked for it: the caller has looked. */
	holds(peer: PeerId, file: FileId, pieces: Uint8Array, now: Instant): BehaviourOutput[] {
		return this.#heard(peer, file, now, (download, source) => [
			...download.exchange.holds(source, pieces, now),
			...download.reconsider(source),
		]);
	}

	gained(peer: PeerId, file: FileId, pieces: readonly number[], now: Instant): BehaviourOutput[] {
		return this.#heard(peer, file, now, (download, source) => download.exchange.gained(source, pieces, now));
	}

	/** The peer fetches it too: so it knows of it, and is asked what it holds unless it has told. */
	sought(peer: PeerId, file: FileId, now: Instant): BehaviourOutput[] {
		const download = this.#downloads.get(file);
		if (!download?.isSeeking) return [];
		return this.#settle([download], download.seek([peer]), now);
	}

	/** Connected, or come into a room: there may be more that `peersOf` names it for. May be said again. */
	peerCame(peer: PeerId, now: Instant): BehaviourOutput[] {
		const files = [...this.#downloads.values()].filter(
			download => download.unaware([peer]).length > 0 && this.#options.peersOf(download.file).includes(peer),
		);
		for (const download of files) download.seek([peer]);
		const outputs: BehaviourOutput[] = [];
		for (let first = 0; first < files.length; first += MAX_SEEK_FILES) {
			const some = files.slice(first, first + MAX_SEEK_FILES).map(({file}) => file);
			outputs.push({type: 'send', peers: [peer], message: {type: 'seek', files: some, isOn: true}});
		}
		return this.#settle([], outputs, now);
	}

	/** Another connection carries it: what it was told last may be lost, so it is told again. */
	peerMoved(peer: PeerId, now: Instant): BehaviourOutput[] {
		for (const download of this.#downloads.values()) download.forgetSought(peer);
		return this.peerCame(peer, now);
	}

	/** No longer connected. What was asked of it is asked of others. */
	peerGone(peer: PeerId, now: Instant): BehaviourOutput[] {
		const downloads = [...this.#downloads.values()].filter(({exchange}) => exchange.sources.get(peer));
		// Its bulk connection may last a moment longer than the other one.
		const isLost = !this.#options.links.isOpen(peer);
		const outputs = [...this.#downloads.values()].flatMap(download => download.peerGone(peer, isLost));
		this.#sharing.delete(peer);
		return this.#settle(downloads, outputs, now);
	}

	/** No longer in a room: whatever `peersOf` does not name it for any more is not asked of it any more. */
	peerLeft(peer: PeerId, now: Instant): BehaviourOutput[] {
		const downloads = [...this.#downloads.values()].filter(({file}) => !this.#options.peersOf(file).includes(peer));
		const outputs = downloads.flatMap(download => download.peerGone(peer, false));
		return this.#settle(downloads, outputs, now);
	}

	// --- what happens

	/** Everything that is told of files: what does not concern downloads is passed over. */
	news(news: FilesNews, now: Instant): BehaviourOutput[] {
		switch (news.news) {
			case 'bulk-opened':
			case 'bulk-failed':
			case 'bulk-closed':
				return this.#linkNews(news, now);
			case 'arrived':
			case 'coming':
			case 'denied':
				return this.#blockNews(news, now);
			case 'opened':
			case 'verifying':
			case 'finishing':
			case 'finished':
			case 'file-failed':
				return this.#diskNews(news, now);
			default:
				return [];
		}
	}

	isTimer(timer: string): boolean {
		return timer === DOWNLOAD_TIMER;
	}

	timer(_timer: string, now: Instant): BehaviourOutput[] {
		this.#isTicking = false;
		const downloads = [...this.#downloads.values()].filter(({needsTicks}) => needsTicks);
		const outputs = downloads.flatMap(download => download.tick(now));
		for (const line of this.#sharing.lines()) {
			if (!line.isGivenUp(now)) continue;
			line.rest(now);
			outputs.push(
				...this.#sources(line.peer).flatMap(({download, source}) => download.exchange.release(source, false)),
			);
		}
		return this.#settle(downloads, outputs, now, true);
	}

	#linkNews(news: FilesNews & {readonly peer: PeerId}, now: Instant): BehaviourOutput[] {
		const line = this.#sharing.get(news.peer);
		if (!line) return [];
		if (news.news === 'bulk-opened') {
			line.linkOpened();
			return this.#settle([], this.#sharing.fill(line, this.#downloads.values(), now), now);
		}
		// Our own dial failed, and the other side's is open: nothing is lost.
		if (news.news === 'bulk-failed' && this.#options.links.isOpen(news.peer)) return [];
		const sources = this.#sources(news.peer);
		if (news.news === 'bulk-failed' || line.requests > 0) line.linkFailed(now);
		line.isOpen = false;
		for (const {download, source} of sources) this.#lose(download, source, now);
		const downloads = sources.map(({download}) => download);
		return this.#settle(downloads, [], now);
	}

	/** What was asked of it is lost with its connection, and is to be asked of others. */
	#lose({exchange}: Download, source: Source, now: Instant): void {
		exchange.release(source, true);
		exchange.metadata.failed(source.peer, now);
	}

	#blockNews(news: FilesNews & {readonly news: 'arrived' | 'coming' | 'denied'}, now: Instant): BehaviourOutput[] {
		const download = this.#downloads.get(news.block.file);
		if (!download) return [];
		if (news.news === 'arrived') return this.#settle([download], download.arrived(news, now), now);
		if (news.news === 'denied') return this.#settle([download], download.denied(news, now), now);
		download.coming(news, now);
		return this.#settle([download], [], now);
	}

	#diskNews(
		news: FilesNews & {readonly news: 'opened' | 'verifying' | 'finishing' | 'finished' | 'file-failed'},
		now: Instant,
	): BehaviourOutput[] {
		const download = this.#downloads.get(news.file);
		if (!download) return [];
		const outputs: BehaviourOutput[] = [];
		if (news.news === 'opened') outputs.push(...download.opened(news, now));
		else if (news.news === 'verifying' || news.news === 'finishing') download.checked(news.done);
		else if (news.news === 'file-failed') outputs.push(...download.failed(news.error, now, news.isSomeHere));
		else outputs.push(...download.finished(news.path, now));
		return this.#settle([download], outputs, now, news.news === 'opened');
	}

	#heard(
		peer: PeerId,
		file: FileId,
		now: Instant,
		hear: (download: Download, source: Source) => BehaviourOutput[],
	): BehaviourOutput[] {
		const download = this.#downloads.get(file);
		const source = download?.source(peer, other => this.#sharing.lineOf(other));
		return download && source ? this.#settle([download], hear(download, source), now) : [];
	}

	#sources(peer: PeerId): readonly {readonly download: Download; readonly source: Source}[] {
		return [...this.#downloads.values()].flatMap(download => {
			const source = download.exchange.sources.get(peer);
			return source ? {download, source} : [];
		});
	}

	/** After something has happened: asks for what can be asked for now, tells what has changed, and sets the clock. */
	#settle(
		touched: readonly Download[],
		outputs: BehaviourOutput[],
		now: Instant,
		areAllRestless = false,
	): BehaviourOutput[] {
		outputs.push(...this.#fill(areAllRestless, now));
		for (const download of touched) outputs.push(...download.tell(now));
		for (const download of touched) if (download.isOver) this.#downloads.delete(download.file);
		if (this.#isTicking || !this.#needTicks()) return outputs;
		this.#isTicking = true;
		outputs.push({type: 'schedule', timer: DOWNLOAD_TIMER, at: now + TICK});
		return outputs;
	}

	#needTicks(): boolean {
		for (const download of this.#downloads.values()) if (download.needsTicks) return true;
		return false;
	}

	#fill(areAllRestless: boolean, now: Instant): BehaviourOutput[] {
		const restless = new Set<Line>();
		let areAll = areAllRestless;
		for (const {exchange} of this.#downloads.values()) {
			if (exchange.takeRestless(restless)) areAll = true;
		}
		const outputs: BehaviourOutput[] = [];
		for (const line of areAll ? this.#sharing.lines() : restless) {
			outputs.push(...this.#sharing.fill(line, this.#downloads.values(), now));
		}
		return outputs;
	}
}

/** What the command wants, without the answer. */
function carryOut(command: DownloadCommand, download: Download): BehaviourOutput[] {
	switch (command.command) {
		case 'pause':
			return download.pause();
		case 'resume':
			return download.resume();
		case 'cancel':
			return download.cancel();
		case 'prioritise':
			return download.prioritise(command.priority);
	}
}
