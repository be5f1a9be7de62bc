/**
 * One file or folder on its way, from the wish to its final name. What happens on the disk comes as news; whom to ask for
 * what is the exchange's business; this knows where in its life it is.
 */
import type {TransferError, TransferInfo, TransferState} from '../../../api/files.ts';
import type {FileId} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../../behaviour.ts';
import type {NewsOf, SavedTransfer} from '../io.ts';
import type {DownloadsOptions} from './downloads.ts';
import {Exchange} from './exchange.ts';
import {atRest, bytesHere, infoOf, sourcesOf} from './info.ts';
import type {Line} from './line.ts';
import {deed, seekMessage} from './outputs.ts';
import {DISK_PAUSE, MAX_DISK_PAUSE, priorityOf, RETRIED} from './parameters.ts';
import {RateMeter} from './rate-meter.ts';
import type {Source} from './sources.ts';

/**
 * - `opening`: the disk makes ready. `preparing`: metadata is missing. `fetching`: pieces are.
 * - `finishing`: nothing is. `failed`: the disk did not do what it was to do; nothing is open.
 * - `over`: finished or cancelled.
 */
type Phase = 'opening' | 'preparing' | 'fetching' | 'finishing' | 'failed' | 'over';

export class Download {
	readonly file: FileId;
	readonly exchange: Exchange;
	readonly #options: DownloadsOptions;
	#saved: SavedTransfer;
	#phase: Phase = 'opening';
	#error: TransferError | undefined;
	#retryAt: Instant | undefined;
	/** Times that it was tried again by itself. */
	#retries = 0;
	#path: string | undefined;
	/** Bytes that were verified so far, of those that are here from before. */
	#verified: number | undefined;
	#isSomeHere = false;
	/** Peers that know that we look for it. */
	readonly #sought = new Set<PeerId>();
	readonly #meter = new RateMeter();
	#received = 0;
	#told: TransferState | undefined;
	#isCancelled = false;
	/** Who gave what, once all is here. */
	#givers: TransferInfo['sources'] | undefined;
	#isProven = false;

	constructor(saved: SavedTransfer, options: DownloadsOptions) {
		this.file = saved.offer.file;
		this.#saved = {...saved, priority: priorityOf(saved.priority)};
		this.#options = options;
		this.exchange = new Exchange(saved.offer, options.random);
	}

	get saved(): SavedTransfer {
		return this.#saved;
	}

	/** Whether others may be asked for something now. */
	get isAsking(): boolean {
		return !this.#saved.isPaused && (this.#phase === 'preparing' || this.#phase === 'fetching');
	}

	get arePiecesWanted(): boolean {
		return this.#phase === 'fetching';
	}

	/** Whether it is of interest who holds what; to whoever looks at the map also while it is paused. */
	get isSeeking(): boolean {
		return this.#phase !== 'finishing' && this.#phase !== 'over';
	}

	get isOver(): boolean {
		return this.#phase === 'over';
	}

	/** Whether what was offered is known to fit its id. */
	get isProven(): boolean {
		return this.#isProven;
	}

	/** It has failed before anything of it came: there is nothing to lose. */
	get isNothingHere(): boolean {
		return this.#phase === 'failed' && !this.#isSomeHere && this.#done === 0;
	}

	/** Why it has failed. */
	get failure(): TransferError | undefined {
		return this.#phase === 'failed' ? this.#error : undefined;
	}

	/** Somebody holds it whose hashes may fit where all others' did not. */
	reconsider(source: Source): BehaviourOutput[] {
		if (this.failure?.code !== 'bad-offer' || this.#saved.isPaused) return [];
		const isNew = source.isHolder && source.dropped === undefined;
		return isNew && !this.exchange.metadata.isContradictedBy(source.peer) ? this.open() : [];
	}

	/** Whether pieces can be read. */
	get isOpen(): boolean {
		return this.#phase === 'preparing' || this.#phase === 'fetching' || this.#phase === 'finishing';
	}

	/** Whether time alone may change something. */
	get needsTicks(): boolean {
		if (this.#saved.isPaused) return this.exchange.sources.hasUnread;
		if (this.#phase === 'failed') return this.#retryAt !== undefined;
		if (!this.isAsking) return false;
		return this.exchange.hasUseful || [...this.exchange.sources.all()].some(({seekAt}) => seekAt !== undefined);
	}

	get state(): TransferState {
		if (this.#isCancelled) return 'cancelled';
		if (this.#phase === 'over') return 'done';
		if (this.#phase === 'finishing') return 'finishing';
		if (this.#saved.isPaused) return 'paused';
		if (this.#phase === 'failed' || (this.#phase === 'opening' && this.#error)) return 'failed';
		if (this.#phase === 'opening') return this.#verified === undefined ? 'waiting' : 'verifying';
		return this.exchange.hasUseful ? this.#phase : 'waiting';
	}

	// --- what people want

	open(): BehaviourOutput[] {
		this.#error = undefined;
		this.#retries = 0;
		return this.#open();
	}

	#open(): BehaviourOutput[] {
		this.#phase = 'opening';
		this.#retryAt = undefined;
		this.#verified = undefined;
		return [deed({deed: 'open', transfer: this.#saved})];
	}

	/** It was offered in further rooms. */
	addRooms(rooms: readonly string[]): BehaviourOutput[] {
		const all = [...new Set([...this.#saved.rooms, ...rooms])];
		return all.length === this.#saved.rooms.length ? [] : this.#save({rooms: all});
	}

	/** It is offered no more in these rooms. Without any room it ends: nobody may be asked for it. */
	withdrawn(rooms: readonly string[]): BehaviourOutput[] {
		const left = this.#saved.rooms.filter(room => !rooms.includes(room));
		if (left.length === this.#saved.rooms.length) return [];
		if (left.length === 0 && this.#phase !== 'finishing') {
			return this.cancel({code: 'changed', message: 'taken back'});
		}
		const outputs = this.#save({rooms: left});
		const peers = new Set(this.#options.peersOf(this.file));
		const known = new Set([...this.#sought, ...[...this.exchange.sources.all()].map(({peer}) => peer)]);
		return [...outputs, ...[...known].filter(peer => !peers.has(peer)).flatMap(peer => this.peerGone(peer, false))];
	}

	pause(): BehaviourOutput[] {
		if (this.#saved.isPaused) return [];
		this.#retryAt = undefined;
		this.#meter.reset();
		return [...this.#save({isPaused: true}), ...this.exchange.releaseAll()];
	}

	/** Also another try of one that failed. */
	resume(): BehaviourOutput[] {
		const outputs = this.#saved.isPaused ? this.#save({isPaused: false}) : [];
		this.exchange.metadata.forgive();
		if (this.#phase === 'failed') outputs.push(...this.open());
		return [...outputs, ...this.seek(this.#options.peersOf(this.file))];
	}

	prioritise(priority: number): BehaviourOutput[] {
		return this.#save({priority: priorityOf(priority)});
	}

	/** `error`: why, if nobody has asked for it. */
	cancel(error?: TransferError): BehaviourOutput[] {
		if (this.#phase === 'over') return [];
		this.#error = error;
		const outputs = [...this.exchange.releaseAll(), ...this.#seekNoMore(), deed({deed: 'discard', file: this.file})];
		this.#phase = 'over';
		this.#isCancelled = true;
		return outputs;
	}

	// --- who is there

	/** Tells those that do not know it yet that we look for it. */
	seek(peers: readonly PeerId[]): BehaviourOutput[] {
		const unaware = this.unaware(peers);
		for (const peer of unaware) this.#sought.add(peer);
		return unaware.length === 0 ? [] : [seekMessage(unaware, this.file, true)];
	}

	/** Those of them that are still to be told. */
	unaware(peers: readonly PeerId[]): readonly PeerId[] {
		return this.isSeeking ? peers.filter(peer => !this.#sought.has(peer)) : [];
	}

	/** What it was told may be lost. */
	forgetSought(peer: PeerId): void {
		this.#sought.delete(peer);
	}

	/** It is not to be asked any more. `isLost`: there is no way to it. */
	peerGone(peer: PeerId, isLost: boolean): BehaviourOutput[] {
		this.#sought.delete(peer);
		const source = this.exchange.sources.get(peer);
		return source ? this.exchange.remove(source, isLost) : [];
	}

	/** One that has said something of it. */
	source(peer: PeerId, lineOf: (peer: PeerId) => Line): Source | undefined {
		if (!this.isSeeking) return undefined;
		return this.exchange.sources.get(peer) ?? this.exchange.add(peer, lineOf(peer));
	}

	// --- what happens

	/** So many bytes were read again, or, while it is finished, are safe on the disk. */
	checked(done: number): void {
		if (this.#phase === 'opening' || this.#phase === 'finishing') this.#verified = done;
	}

	opened({pieces, needs, slices, path}: NewsOf<'opened'>, now: Instant): BehaviourOutput[] {
		if (this.#phase === 'finishing' || this.#phase === 'failed' || this.#phase === 'over') return [];
		const isFirst = this.#phase === 'opening';
		this.#path = path;
		this.#error = undefined;
		this.#verified = undefined;
		if (isFirst) {
			this.exchange.metadata.reset();
			this.exchange.reset(pieces);
		}
		this.exchange.metadata.needs(needs, slices);
		this.#phase = needs.length > 0 ? 'preparing' : 'fetching';
		this.#isProven = !needs.includes('layer');
		const liars = this.#isProven ? this.exchange.metadata.settle() : [];
		const outputs = isFirst ? this.#options.onReset(this.file, now) : [];
		outputs.push(...liars.flatMap(peer => this.#drop(peer, 'layer')));
		if (needs.length === 0 && this.exchange.here.isFull) return [...outputs, ...this.#finish()];
		return [...outputs, ...this.seek(this.#options.peersOf(this.file))];
	}

	/** `isSomeHere`: it could not be opened, and nobody knows how much of it there is. */
	failed(error: TransferError, now: Instant, isSomeHere = false): BehaviourOutput[] {
		if (this.#phase === 'failed' || this.#phase === 'over') return [];
		this.#isSomeHere = isSomeHere;
		const wasOpen = this.isOpen;
		this.#phase = 'failed';
		this.#error = error;
		this.#retryAt = RETRIED.includes(error.code) ? now + this.#nextPause() : undefined;
		const outputs = this.exchange.releaseAll();
		this.exchange.metadata.reset();
		if (!wasOpen) return outputs;
		this.#verified = undefined;
		return [...outputs, deed({deed: 'close', file: this.file}), ...this.#options.onReset(this.file, now)];
	}

	finished(path: string, now: Instant): BehaviourOutput[] {
		if (this.#phase !== 'finishing') return [];
		this.#phase = 'over';
		this.#verified = undefined;
		this.#path = path;
		const {offer, rooms} = this.#saved;
		return this.#options.onFinished({offer, path, rooms, isFetched: true}, this.info(now), now);
	}

	coming({peer, block, bytes}: NewsOf<'coming'>, now: Instant): void {
		const source = this.exchange.sources.get(peer);
		if (source && this.exchange.coming(source, block, bytes, now)) this.#count(bytes, now);
	}

	arrived({peer, block, bytes, verdict}: NewsOf<'arrived'>, now: Instant): BehaviourOutput[] {
		const source = this.exchange.sources.get(peer);
		const isWanted = this.#phase === (block.what === 'piece' ? 'fetching' : 'preparing');
		const result = this.exchange.arrived(
			source,
			block,
			bytes,
			verdict === 'ok' && !isWanted ? 'unwanted' : verdict,
			now,
		);
		this.#count(result.bytes, now);
		const {outputs} = result;
		// Hashes that do not fit may be the offer's fault.
		if (verdict === 'wrong' && block.what === 'layer') {
			if (source) this.exchange.contradicted(source, 'unfit', now);
			return [...outputs, ...this.#checkOffer(now)];
		}
		if (verdict === 'wrong' && source) outputs.push(...this.#drop(peer, block.what));
		if (!result.isNew) return outputs;
		outputs.push(...this.#options.onGained(this.file, [block.index], now));
		if (this.exchange.here.isFull) outputs.push(...this.#finish());
		return outputs;
	}

	denied({peer, block, reason}: NewsOf<'denied'>, now: Instant): BehaviourOutput[] {
		const source = this.exchange.sources.get(peer);
		if (!source || !this.exchange.denied(source, block, now)) return [];
		const isFewer = block.what === 'layer' && block.index > 0 && reason === 'not-here';
		if (isFewer) this.exchange.contradicted(source, 'fewer', now);
		if (reason !== 'busy') return this.exchange.disclaim(source, now);
		source.line.wasBusy(now);
		return [];
	}

	tick(now: Instant): BehaviourOutput[] {
		if (this.#saved.isPaused) return this.exchange.readAll(now);
		if (this.#retryAt !== undefined && now >= this.#retryAt) return this.#open();
		if (!this.isSeeking) return [];
		const outputs = [...this.exchange.checkMetadata(now), ...this.#checkOffer(now)];
		outputs.push(...this.exchange.readAll(now));
		for (const source of this.exchange.sources.all()) {
			if (source.seekAt === undefined || now < source.seekAt) continue;
			source.seekAt = undefined;
			outputs.push(seekMessage([source.peer], this.file, true));
		}
		return outputs;
	}

	// --- what is to be seen

	/** The news that it has changed; at once if its state has. */
	tell(now: Instant): BehaviourOutput[] {
		const {state} = this;
		const isOther = state !== this.#told;
		this.#told = state;
		return this.#options.onChanged(this.file, isOther, now);
	}

	info(now: Instant): TransferInfo {
		const {exchange, state, isAsking} = this;
		const meter = this.#meter;
		const error = state === 'failed' || state === 'cancelled' ? this.#error : undefined;
		const parts = {saved: this.#saved, exchange, state, isAsking, meter, error, done: this.#done, path: this.#path};
		return infoOf({...parts, received: this.#received, givers: this.#givers}, this.#options, now);
	}

	// --- in parts

	get #done(): number {
		return this.#verified ?? bytesHere(this.exchange, this.#saved.offer.size);
	}

	#save(change: Partial<SavedTransfer>): BehaviourOutput[] {
		this.#saved = {...this.#saved, ...change};
		return [deed({deed: 'save', transfer: this.#saved})];
	}

	#nextPause(): number {
		return Math.min(MAX_DISK_PAUSE, DISK_PAUSE * 2 ** Math.min(this.#retries++, 16));
	}

	#finish(): BehaviourOutput[] {
		this.#phase = 'finishing';
		this.#givers = atRest(sourcesOf(this.exchange, peer => this.#options.nameOf(peer), 0));
		return [...this.exchange.releaseAll(), deed({deed: 'finish', file: this.file}), ...this.#seekNoMore()];
	}

	/** Others need not tell us any more what they hold, and what they told will not be true for long. */
	#seekNoMore(): BehaviourOutput[] {
		const peers = [...this.#sought];
		this.#sought.clear();
		for (const source of [...this.exchange.sources.all()]) this.exchange.remove(source, true);
		return peers.length === 0 ? [] : [seekMessage(peers, this.file, false)];
	}

	/** It sent what is wrong, and is named. */
	#drop(peer: PeerId, what: string): BehaviourOutput[] {
		const {exchange} = this;
		if (exchange.dropped.has(peer)) return [];
		const reason = `sent ${what === 'piece' ? 'a piece' : `a ${what}`} that does not match its hash`;
		const source = exchange.sources.get(peer);
		const outputs = source ? exchange.drop(source, reason) : [];
		exchange.dropped.set(peer, reason);
		const event = {type: 'source-dropped', file: this.file, peer, name: this.#options.nameOf(peer), reason} as const;
		return [...outputs, {type: 'emit', event}];
	}

	/** If what all have does not fit what was offered, nothing can be fetched as it was offered. */
	#checkOffer(now: Instant): BehaviourOutput[] {
		if (this.#phase !== 'preparing') return [];
		const peers = this.exchange.metadata.contradicting(this.exchange.sources.all());
		if (peers.length === 0) return [];
		const {from} = this.#saved;
		const names = peers.slice(0, 3).map(peer => this.#options.nameOf(peer));
		const offerer = from === undefined ? 'was' : `${this.#options.nameOf(from)} has`;
		const message = `What ${names.join(', ')} can give does not fit what ${offerer} offered`;
		return this.failed({code: 'bad-offer', message}, now);
	}

	#count(bytes: number, now: Instant): void {
		if (bytes <= 0) return;
		this.#received += bytes;
		this.#meter.add(bytes, now);
	}
}
