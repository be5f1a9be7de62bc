/** Carries out what the pure side wants of files: bulk connections on one side, the disk on the other. Decides nothing. */
import type {FileSettings} from '../../api/files.ts';
import {describeError} from '../../base/errors.ts';
import {type Rate, TokenBuckets} from '../../base/token-bucket.ts';
import type {FilesDeed, FilesNews} from '../../behaviours/files/io.ts';
import type {BulkConnection} from '../../net/bulk/connection.ts';
import type {RateGate} from '../../net/bulk/rate-gate.ts';
import {type Blake3, loadBlake3} from '../../storage/files/blake3.ts';
import {FileFailure} from '../../storage/files/kept.ts';
import type {Vault} from '../../storage/files/vault.ts';
import {parseTcpAddress, type TcpAddress} from '../../wire/multiaddr.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import {DiskDeeds} from './disk-deeds.ts';
import {Link} from './link.ts';
import {ARRIVING_BYTES, GIVING_BYTES, Memory} from './memory.ts';
import type {LinkWorld} from './world.ts';

/** Links at a time: far more than there are takers and sources at once; each costs a socket and what is in it. */
export const MAX_LINKS = 128;

/**
 * Frames of one peer that lead to nothing: requests that are refused or are here already, and what is called off. A long queue
 * that is given up all at once fits into it, and hundreds a second cost us next to nothing.
 */
export const VAIN_FRAMES: Rate = {burst: 4_096, perSecond: 500};

/** Peers of whom it is known how much they have sent in vain, also when they come again. */
const MAX_VAIN = 1_024;

const NO_FILES: FileSettings = {folder: '', accept: []};

export type FilesDriverOptions = {
	tell(news: FilesNews): void;
	/** As `Transport.dialBulk`. */
	dial(address: TcpAddress, peer: PeerId, signal: AbortSignal): Promise<BulkConnection>;
	/** Whether a connection for talk with that peer is up, and it has introduced itself. */
	isKnown(peer: PeerId): boolean;
	/** Of all bulk connections together. */
	readonly up: RateGate;
	readonly down: RateGate;
	/** A connection was turned away or let go for what nobody may send; `reason` names a counter. */
	refused(reason: string): void;
	/** A connection is gone, and no more among `connections`. */
	gone(connection: BulkConnection): void;
	/** Undefined: files are off. Whoever opened it closes it, after the driver. */
	readonly vault: Vault | undefined;
};

export class FilesDriver {
	readonly #options: FilesDriverOptions;
	readonly #links = new Map<PeerId, Link>();
	readonly #dials = new Map<PeerId, AbortController>();
	readonly #arriving = new Memory(ARRIVING_BYTES);
	readonly #giving = new Memory(GIVING_BYTES);
	readonly #vain = new TokenBuckets<PeerId>(VAIN_FRAMES, MAX_VAIN);
	readonly #disk: DiskDeeds | undefined;
	#blake3: Blake3 | undefined;
	#isClosed = false;

	constructor(options: FilesDriverOptions) {
		this.#options = options;
		const {vault} = options;
		if (vault) this.#disk = new DiskDeeds(vault, news => this.#tell(news));
	}

	/** Tells what an earlier run has left: before anything else, and once. */
	begin(): void {
		const {vault, tell} = this.#options;
		if (!vault) return tell({news: 'library', held: [], saved: [], settings: NO_FILES});
		const {changed, ...library} = vault.library;
		this.#limit(library.settings);
		// Peer ids are texts on the disk.
		tell({news: 'library', ...(library as Pick<Extract<FilesNews, {news: 'library'}>, 'held' | 'saved' | 'settings'>)});
		this.#disk?.begin(changed);
	}

	/** Somebody has opened a connection for bulk to us. */
	accept(connection: BulkConnection): void {
		const {isKnown, refused, vault} = this.#options;
		const {peer} = connection;
		if (this.#isClosed || !vault || !isKnown(peer)) {
			connection.destroy('unwanted');
			refused('bulk-stranger');
		} else if (this.#links.size >= MAX_LINKS && !this.#links.has(peer)) {
			connection.destroy('unwanted');
			refused('bulk-limit');
		} else this.#adopt(connection);
	}

	/** Bytes of memory for blocks that are on their way now. */
	get memoryInUse(): number {
		return this.#arriving.used + this.#giving.used;
	}

	/** Those that are there. */
	connections(): BulkConnection[] {
		return [...this.#links.values()].map(link => link.connection);
	}

	do(deed: FilesDeed): void {
		if (this.#isClosed) return;
		switch (deed.deed) {
			case 'open-bulk':
				void this.#open(deed.peer, deed.address);
				return;
			case 'close-bulk':
				this.#dials.get(deed.peer)?.abort();
				return this.#links.get(deed.peer)?.destroy(deed.reason);
			case 'ask':
				if (!this.#blake3) void this.#load();
				return this.#links.get(deed.peer)?.ask(deed.block);
			case 'unask':
				return this.#links.get(deed.peer)?.unask(deed.block);
			case 'give':
				return this.#links.get(deed.peer)?.give(deed.block);
			case 'deny':
				return this.#links.get(deed.peer)?.deny(deed.block, deed.reason);
			default:
				if (deed.deed === 'settings') this.#limit(deed.settings);
				if (this.#disk) return this.#disk.do(deed);
				return this.#refuse(deed);
		}
	}

	/** Resolves when nothing is left that reads, writes or dials. */
	async close(): Promise<void> {
		this.#isClosed = true;
		for (const dial of this.#dials.values()) dial.abort();
		for (const link of [...this.#links.values()]) link.end('shutdown');
		await this.#disk?.close();
	}

	async #open(peer: PeerId, address: string): Promise<void> {
		const link = this.#links.get(peer);
		// Ready later, it says so itself.
		if (link?.isReady) queueMicrotask(() => this.#tell({news: 'bulk-opened', peer}));
		if (link || this.#dials.has(peer)) return;
		const controller = new AbortController();
		this.#dials.set(peer, controller);
		try {
			const connection = await this.#options.dial(parseTcpAddress(address), peer, controller.signal);
			this.#dials.delete(peer);
			// Meanwhile the other side has opened one.
			if (this.#isClosed || this.#links.has(peer)) connection.destroy('unwanted');
			else this.#adopt(connection);
		} catch (error) {
			this.#dials.delete(peer);
			if (!this.#links.has(peer)) this.#tell({news: 'bulk-failed', peer, message: describeError(error)});
		}
	}

	#adopt(connection: BulkConnection): void {
		const {peer} = connection;
		// Whoever opens another one knows that the first is dead.
		this.#links.get(peer)?.end('replaced');
		this.#links.set(peer, new Link(connection, this.#world(), (link, reason) => this.#gone(link, reason)));
	}

	#gone(link: Link, reason: string): void {
		const {peer, isReady} = link;
		this.#links.delete(peer);
		this.#options.gone(link.connection);
		if (reason.startsWith('bulk-') || reason === 'no-progress' || reason === 'slow') this.#options.refused(reason);
		if (this.#links.size === 0) for (const memory of [this.#arriving, this.#giving]) memory.trim();
		if (isReady) this.#tell({news: 'bulk-closed', peer, reason});
		else this.#tell({news: 'bulk-failed', peer, message: `the connection for files ended: ${reason}`});
	}

	#world(): LinkWorld {
		return {
			store: this.#options.vault!,
			arriving: this.#arriving,
			giving: this.#giving,
			blake3: () => this.#blake3,
			tell: news => this.#tell(news),
			forgives: peer => this.#vain.take(peer, performance.now()),
			epoch: file => this.#disk!.epoch(file),
			failed: (file, error) => this.#disk!.failed(file, error),
		};
	}

	/** Until it is here the vault hashes by itself. */
	async #load(): Promise<void> {
		this.#blake3 = await loadBlake3();
	}

	#limit({maxUpload, maxDownload}: FileSettings): void {
		this.#options.up.setRate(maxUpload);
		this.#options.down.setRate(maxDownload);
		this.#giving.setRate(maxUpload);
		this.#arriving.setRate(maxDownload);
	}

	#tell(news: FilesNews): void {
		if (!this.#isClosed) this.#options.tell(news);
	}

	#refuse(deed: FilesDeed): void {
		const {error} = new FileFailure('no-folder', 'Files are off here: no folder was given for them');
		queueMicrotask(() => {
			if (deed.deed === 'hash') this.#tell({news: 'not-hashed', path: deed.path, error});
			if (deed.deed === 'open') this.#tell({news: 'file-failed', file: deed.transfer.offer.file, error});
		});
	}
}
