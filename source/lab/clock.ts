/** How much virtual time is due: real time, as many times as fast as was asked for, as far as this machine keeps up. */

/** Real milliseconds that may be made up for: of more, the rest is let go. */
const MAX_LAG = 250;
/** Real milliseconds over which the speed is measured. */
const MEASURED = 2_000;

export class Clock {
	#speed = 1;
	#actual = 1;
	/** Virtual milliseconds that are due. */
	#owed = 0;
	#last: number;
	#measured: {readonly since: number; done: number};

	/** `real`: milliseconds of a clock that only goes forward, here and below. */
	constructor(real: number) {
		this.#last = real;
		this.#measured = {since: real, done: 0};
	}

	get speed(): number {
		return this.#speed;
	}

	/** Virtual seconds in a real one, of late. */
	get actualSpeed(): number {
		return this.#actual;
	}

	get owed(): number {
		return this.#owed;
	}

	set(speed: number, real: number): void {
		this.#speed = speed;
		this.#actual = speed;
		this.#owed = 0;
		this.#last = real;
		this.#measured = {since: real, done: 0};
	}

	/** Real time has passed. */
	tick(real: number): void {
		this.#owed = Math.min(this.#owed + (real - this.#last) * this.#speed, MAX_LAG * this.#speed);
		this.#last = real;
		const {since, done} = this.#measured;
		if (real - since < MEASURED) return;
		this.#actual = done / (real - since);
		this.#measured = {since: real, done: 0};
	}

	/** So much virtual time has passed. */
	passed(milliseconds: number): void {
		this.#owed = Math.max(0, this.#owed - milliseconds);
		this.#measured.done += milliseconds;
	}
}
