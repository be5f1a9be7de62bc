/** `transfer` events: at once when a state changes, else twice a second at most, for all files together. */
import type {TransferInfo} from '../../api/files.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';

/** Milliseconds between two events of one file in the same state. */
export const TELL_EVERY = 500;

const TIMER = 'tell';

export class Tellings {
	/** What there is to tell of a file, or of a path that is hashed. */
	readonly #infoOf: (file: string, now: Instant) => TransferInfo | undefined;
	readonly #dirty = new Set<string>();
	#isScheduled = false;

	constructor(infoOf: (file: string, now: Instant) => TransferInfo | undefined) {
		this.#infoOf = infoOf;
	}

	changed(file: string, isState: boolean, now: Instant): BehaviourOutput[] {
		if (isState) return this.#tell(file, now);
		this.#dirty.add(file);
		return this.#schedule(now);
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	timer(now: Instant): BehaviourOutput[] {
		this.#isScheduled = false;
		const files = [...this.#dirty];
		this.#dirty.clear();
		const outputs = files.flatMap(file => this.#tell(file, now));
		return [...outputs, ...(this.#dirty.size > 0 ? this.#schedule(now) : [])];
	}

	#tell(file: string, now: Instant): BehaviourOutput[] {
		this.#dirty.delete(file);
		const info = this.#infoOf(file, now);
		if (!info) return [];
		const told: BehaviourOutput = {type: 'emit', event: {type: 'transfer', ...info}};
		// A speed is told until it is nought.
		if (info.rateIn === 0 && info.rateOut === 0) return [told];
		this.#dirty.add(file);
		return [told, ...this.#schedule(now)];
	}

	#schedule(now: Instant): BehaviourOutput[] {
		if (this.#isScheduled) return [];
		this.#isScheduled = true;
		return [{type: 'schedule', timer: TIMER, at: now + TELL_EVERY}];
	}
}
