import type {BehaviourOutput, Instant} from '../behaviour.ts';

/** One timer for everything that is to be done at some time: each part says when it next has something to do. */
export class Alarm {
	readonly #timer: string;
	#wanted = Number.POSITIVE_INFINITY;
	#scheduled = Number.POSITIVE_INFINITY;

	constructor(timer: string) {
		this.#timer = timer;
	}

	by(at: Instant): void {
		this.#wanted = Math.min(this.#wanted, at);
	}

	/** It rang: whoever has something left to do says so again. */
	rang(): void {
		this.#wanted = this.#scheduled = Number.POSITIVE_INFINITY;
	}

	set(): BehaviourOutput[] {
		if (this.#wanted >= this.#scheduled) return [];
		this.#scheduled = this.#wanted;
		return [{type: 'schedule', timer: this.#timer, at: this.#wanted}];
	}
}
