/**
 * When to ask and when to answer on one link, so that a link of a thousand nodes stays quiet (RFC 6762, sections 5.2,
 * 6 and 7.3):
 * - a question at the start, then ever more seldom, up to one a minute;
 * - answers go to all, so whoever asks, asks for all: a question heard puts ours off. However many nodes there are,
 *   the link carries about one question a minute of theirs;
 * - an answer comes after a short random while, in which one answer serves all who ask, and at most one a second. One
 *   that is due too early is put off, not left out: who asked is new here.
 *
 * Our own question comes back to us and is answered like any other, as libp2p's specification wants it: so those that
 * do not ask hear of us as well, and a start is announced by the first questions.
 */
import type {Random} from '../base/random.ts';

/** Milliseconds before a question at the start and before an answer: nodes that start together do not speak at once. */
const MIN_DELAY = 20;
const MAX_DELAY = 120;

/** Milliseconds after the first question; the interval grows by this factor up to its largest. */
const FIRST_INTERVAL = 1_000;
const GROWTH = 3;
/** Less than half of the time that a record is good for, also with the jitter, so that one answer may be lost. */
const MAX_INTERVAL = 48_000;
/** Intervals are longer by up to this fraction. */
const JITTER = 0.2;

/** Milliseconds between two answers. */
const ANSWER_INTERVAL = 1_000;

export type ScheduleOptions = {
	readonly random: Random;
	ask(): void;
	answer(wanted: {services: boolean}): void;
};

export class MdnsSchedule {
	readonly #options: ScheduleOptions;
	#asking: NodeJS.Timeout | undefined;
	#interval = 0;
	/** Our last question has not come back yet. */
	#isEchoDue = false;
	#answering: NodeJS.Timeout | undefined;
	#wantsServices = false;
	#lastAnswer = Number.NEGATIVE_INFINITY;

	constructor(options: ScheduleOptions) {
		this.#options = options;
	}

	/** Asks soon, and often for a while: at the start, and when the network or our addresses have changed. */
	start(): void {
		this.#interval = 0;
		this.#askIn(this.#delay());
		this.answerSoon();
	}

	stop(): void {
		clearTimeout(this.#asking);
		clearTimeout(this.#answering);
		this.#asking = undefined;
		this.#answering = undefined;
	}

	/** A question that asks for all was heard, perhaps our own. */
	heardQuestion(): void {
		if (this.#isEchoDue) {
			this.#isEchoDue = false;
			return;
		}
		// Our first one is never put off.
		if (this.#asking !== undefined && this.#interval > 0) this.#askLater();
	}

	answerSoon({services = false} = {}): void {
		this.#wantsServices ||= services;
		if (this.#answering !== undefined) return;
		const quiet = this.#lastAnswer + ANSWER_INTERVAL - performance.now();
		this.#answering = setTimeout(() => this.#answer(), Math.max(quiet, this.#delay()));
	}

	#answer(): void {
		const services = this.#wantsServices;
		this.#answering = undefined;
		this.#wantsServices = false;
		this.#lastAnswer = performance.now();
		this.#options.answer({services});
	}

	#ask(): void {
		this.#isEchoDue = true;
		this.#askLater();
		this.#options.ask();
	}

	/** After a question of anyone's. */
	#askLater(): void {
		this.#interval = this.#interval === 0 ? FIRST_INTERVAL : Math.min(this.#interval * GROWTH, MAX_INTERVAL);
		this.#askIn(this.#interval * (1 + this.#options.random.float() * JITTER));
	}

	#askIn(delay: number): void {
		clearTimeout(this.#asking);
		this.#asking = setTimeout(() => this.#ask(), delay);
	}

	#delay(): number {
		return MIN_DELAY + this.#options.random.float() * (MAX_DELAY - MIN_DELAY);
	}
}
