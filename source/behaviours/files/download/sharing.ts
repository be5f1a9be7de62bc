/**
 * Lines to peers, shared by all files that are fetched: of those that have something to ask of a peer, it is always the turn
 * of the one that has had least, for its weight (start-time fair queueing, Goyal et al., 1996). So nothing starves, and
 * whoever was away has no claim to what it has missed.
 */
import type {Random} from '../../../base/random.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from '../../behaviour.ts';
import type {Download} from './download.ts';
import type {DownloadsOptions} from './downloads.ts';
import {Line} from './line.ts';
import {WEIGHTS} from './parameters.ts';
import type {Source} from './sources.ts';

type Sharer = {readonly download: Download; readonly source: Source};

export class Sharing {
	readonly #view: View;
	readonly #random: Random;
	readonly #links: DownloadsOptions['links'];
	readonly #lines = new Map<PeerId, Line>();

	constructor({view, random, links}: DownloadsOptions) {
		this.#view = view;
		this.#random = random;
		this.#links = links;
	}

	lines(): IterableIterator<Line> {
		return this.#lines.values();
	}

	/** The line to a peer, as long as it is known. */
	get(peer: PeerId): Line | undefined {
		return this.#lines.get(peer);
	}

	lineOf(peer: PeerId): Line {
		const known = this.#lines.get(peer);
		if (known) return known;
		const line = new Line(peer, this.#random);
		line.isOpen = this.#links.isOpen(peer);
		this.#lines.set(peer, line);
		return line;
	}

	delete(peer: PeerId): void {
		this.#lines.delete(peer);
	}

	/** Asks one peer for as much as its line may bear. */
	fill(line: Line, downloads: Iterable<Download>, now: Instant): BehaviourOutput[] {
		let sharers = sharersOf(line.peer, downloads);
		if (sharers.length === 0) return [];
		line.isOpen = this.#links.isOpen(line.peer);
		if (!line.isOpen) return line.wants(now) ? this.#links.want(line.peer, now) : [];
		line.roundTrip = this.#view.facts(line.peer).rtt ?? line.roundTrip;
		if (line.isWaitingForMore) return [];
		const outputs: BehaviourOutput[] = [];
		while (sharers.length > 0 && line.hasRoom(now)) {
			const sharer = sharers.reduce((best, other) => (other.source.served < best.source.served ? other : best));
			const asked = ask(sharer, now);
			if (asked.length === 0) sharers = sharers.filter(other => other !== sharer);
			outputs.push(...asked);
		}
		if (sharers.length > 0) line.wasFilled();
		return outputs;
	}
}

/** Files of which there may be something to ask this peer for. */
function sharersOf(peer: PeerId, downloads: Iterable<Download>): Sharer[] {
	const sharers: Sharer[] = [];
	for (const download of downloads) {
		if (!download.isAsking) continue;
		const source = download.exchange.sources.get(peer);
		if (!source || !download.exchange.isUseful(source)) continue;
		source.served = Math.max(source.served, source.line.served);
		sharers.push({download, source});
	}
	return sharers;
}

function ask({download, source}: Sharer, now: Instant): BehaviourOutput[] {
	const before = source.line.bytes;
	const outputs = download.exchange.next(source, download.arePiecesWanted, now);
	if (outputs.length === 0) return outputs;
	source.line.served = source.served;
	source.served += (source.line.bytes - before) / weightOf(download.saved.priority);
	return outputs;
}

function weightOf(priority: number): number {
	if (priority < 0) return WEIGHTS.low;
	return priority > 0 ? WEIGHTS.high : WEIGHTS.normal;
}
