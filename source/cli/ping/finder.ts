/** Finds a peer by its name or its peer id among those who are discovered. */
import type {NodeEvent} from '../../api/event.ts';
import {UserError} from '../../base/errors.ts';
import {sanitizeLine} from '../../base/sanitize.ts';

/**
 * Milliseconds without anybody new after which those of a name are all there: a round of answers, and the time that a
 * busy machine takes to connect to whoever was heard.
 */
export const SETTLE = 700;

/** So many times that at most, in a crowd that never ends. */
const MAX_SETTLES = 4;

/** Names of others that are told when the one who is wanted is not there. */
const MAX_TOLD = 8;

export type Wanted = {readonly name: string} | {readonly peer: string};

export type FinderOptions = {
	readonly wanted: Wanted;
	/** Milliseconds. */
	readonly timeout: number;
	readonly settle: number;
	/** A peer id is where: no need to wait until it is its turn. */
	dial(address: string): void;
};

export class PeerFinder {
	/** The peer id. Rejects with a `UserError` if nobody, or more than one, is there. */
	readonly found: Promise<string>;
	readonly #options: FinderOptions;
	/** Names by peer id of all who are connected. */
	readonly #present = new Map<string, string>();
	readonly #timeout: NodeJS.Timeout;
	#settling: NodeJS.Timeout | undefined;
	/** When it is decided, whoever comes. */
	#latest: number | undefined;
	#settle!: {resolve(peer: string): void; reject(error: Error): void};

	constructor(options: FinderOptions) {
		this.#options = options;
		this.found = new Promise((resolve, reject) => {
			this.#settle = {resolve, reject};
		});
		// Whoever waits may have been interrupted.
		this.found.catch(() => {});
		this.#timeout = setTimeout(() => this.#giveUp(), options.timeout);
	}

	event(event: NodeEvent): void {
		const {wanted, dial} = this.#options;
		switch (event.type) {
			case 'peer-discovered':
				this.#settleAnew();
				if ('peer' in wanted && event.peer === wanted.peer) dial(`${event.address}/p2p/${event.peer}`);
				return;
			case 'peer-connected':
			case 'peer-renamed':
				this.#present.set(event.peer, event.name);
				this.#settleAnew();
				return this.#look();
			case 'peer-disconnected':
				this.#present.delete(event.peer);
		}
	}

	close(): void {
		clearTimeout(this.#timeout);
		clearTimeout(this.#settling);
	}

	#look(): void {
		if (this.#matches().length === 0) return;
		if ('peer' in this.#options.wanted) this.#decide();
		else this.#settleSoon();
	}

	#settleSoon(): void {
		const {settle} = this.#options;
		this.#latest ??= performance.now() + MAX_SETTLES * settle;
		this.#settling ??= setTimeout(() => this.#decide(), Math.min(settle, this.#latest - performance.now()));
	}

	/** Somebody new is there, so another of that name may be just behind. */
	#settleAnew(): void {
		if (this.#settling === undefined) return;
		clearTimeout(this.#settling);
		this.#settling = undefined;
		this.#settleSoon();
	}

	/** Who is meant: those whose name is written like that; only if there are none, in whatever case. */
	#matches(): readonly string[] {
		const {wanted} = this.#options;
		if ('peer' in wanted) return this.#present.has(wanted.peer) ? [wanted.peer] : [];
		const folded = wanted.name.toLowerCase();
		const alike = [...this.#present].filter(([, name]) => name.toLowerCase() === folded);
		const same = alike.filter(([, name]) => name === wanted.name);
		return (same.length > 0 ? same : alike).map(([peer]) => peer);
	}

	#decide(): void {
		const {wanted} = this.#options;
		const [peer, ...others] = this.#matches();
		this.#settling = undefined;
		if (peer === undefined) return;
		this.close();
		if (others.length === 0 || 'peer' in wanted) this.#settle.resolve(peer);
		else this.#settle.reject(ambiguous(wanted.name, [peer, ...others]));
	}

	#giveUp(): void {
		this.#decide();
		const {wanted, timeout} = this.#options;
		const who = 'peer' in wanted ? `Peer ${wanted.peer}` : `Nobody called ${JSON.stringify(wanted.name)}`;
		const was = 'peer' in wanted ? 'was not found' : 'was found';
		this.#settle.reject(new UserError(`${who} ${was} within ${timeout / 1000} s`, {hint: this.#whoIsThere()}));
	}

	#whoIsThere(): string {
		const names = [...new Set(this.#present.values())].sort();
		if (names.length === 0) return 'Nobody was: p2p-tui doctor finds out why';
		const told = names.slice(0, MAX_TOLD).map(sanitizeLine).join(', ');
		return `There are ${told}${names.length > MAX_TOLD ? ` and ${names.length - MAX_TOLD} more` : ''}`;
	}
}

function ambiguous(name: string, peers: readonly string[]): UserError {
	return new UserError(`${peers.length} peers are called ${JSON.stringify(name)}`, {
		hint: 'Name one by its peer id',
		details: [...peers].sort(),
	});
}
