/** One connection for bulk and what is on its way over it, both ways. */
import type {BulkConnection} from '../../net/bulk/connection.ts';
import type {BulkFrame} from '../../wire/bulk.ts';
import type {BlockName, Denial} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import {Arrivals} from './arrivals.ts';
import {Giving} from './giving.ts';
import type {LinkWorld} from './world.ts';

export class Link {
	readonly peer: PeerId;
	readonly connection: BulkConnection;
	readonly #world: LinkWorld;
	readonly #arrivals: Arrivals;
	readonly #giving: Giving;
	readonly #gone: (link: Link, reason: string) => void;
	#isReady = false;
	#isGone = false;

	/** `gone`: told once, after which nothing more is told of it. */
	constructor(connection: BulkConnection, world: LinkWorld, gone: (link: Link, reason: string) => void) {
		this.peer = connection.peer;
		this.connection = connection;
		this.#world = world;
		this.#gone = gone;
		this.#arrivals = new Arrivals(world, {
			peer: this.peer,
			moved: () => connection.bytesIn,
			goOn: () => connection.resume(),
			letGo: () => connection.destroy('slow'),
		});
		this.#giving = new Giving(connection, world);
		connection.start({
			ready: () => {
				this.#isReady = true;
				world.tell({news: 'bulk-opened', peer: this.peer});
			},
			frame: frame => this.#onFrame(frame),
			begin: (block, bytes) => this.#arrivals.begin(block, bytes),
			progress: (_block, done) => this.#arrivals.progress(done),
			end: () => this.#arrivals.end(),
			closed: reason => {
				this.end(reason);
				this.#arrivals.release();
			},
		});
	}

	/** Both sides could speak. */
	get isReady(): boolean {
		return this.#isReady;
	}

	ask(block: BlockName): void {
		this.#arrivals.ask(block);
		this.connection.send({type: 'request', block});
	}

	unask(block: BlockName): void {
		if (this.#arrivals.unask(block)) this.connection.send({type: 'cancel', block});
	}

	give(block: BlockName): void {
		this.#giving.give(block);
	}

	deny(block: BlockName, reason: Denial): void {
		if (!this.#giving.deny(block)) return;
		this.connection.send({type: 'refuse', block, reason});
		this.#wasInVain();
	}

	/** Ends it; `gone` comes a moment later. */
	destroy(reason: string): void {
		this.connection.destroy(reason);
	}

	/** Ends it, and says so before this returns. */
	end(reason: string): void {
		if (this.#isGone) return;
		this.#isGone = true;
		this.connection.destroy(reason);
		this.#arrivals.close();
		this.#giving.close();
		this.#gone(this, reason);
	}

	#onFrame(frame: BulkFrame): void {
		if (this.#isGone || frame.type === 'ready') return;
		const {block} = frame;
		const {tell} = this.#world;
		if (frame.type === 'request') {
			if (this.#giving.requested(block)) tell({news: 'asked', peer: this.peer, block});
			else this.#wasInVain();
		} else if (frame.type === 'cancel') {
			this.#wasInVain();
			if (this.#giving.cancelled(block)) tell({news: 'unasked', peer: this.peer, block});
		} else if (this.#arrivals.refused(block)) {
			tell({news: 'denied', peer: this.peer, block, reason: frame.reason});
		} else this.#wasInVain();
	}

	/** Each costs work; whoever sends more of them than anybody has reason to is let go. */
	#wasInVain(): void {
		if (!this.#world.forgives(this.peer)) this.destroy('bulk-flood');
	}
}
