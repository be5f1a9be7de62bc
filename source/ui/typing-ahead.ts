/** Keys that are pressed before a room is open that was asked for, or left: they wait, for they were not meant for this one. */
import type {State} from '../store/state.ts';
import {type Input, keyName} from './input/input.ts';

/** Inputs that may wait. More than that nobody types; what is pasted is one. */
const MAX_WAITING = 10_000;

export type TypingAhead = {
	readonly handle: (input: Input) => void;
	/** To be called whenever the state has changed. */
	readonly resume: () => void;
};

export function createTypingAhead(getState: () => State, handle: (input: Input) => void): TypingAhead {
	let waiting: Input[] = [];
	let isResuming = false;
	/** Commands for whose answers nobody waits any more. */
	let givenUp: ReadonlySet<string> = new Set();
	/** What stood at the bottom when a room was asked for; undefined while none is. */
	let asked: Pick<State, 'notice'> | undefined;
	/** False while an answer is awaited. After a refusal nothing is left to be said: the room that it was for is not there. */
	const mayGoOn = () => {
		const state = getState();
		if (isMoving(state, givenUp)) {
			asked ??= {notice: state.notice};
			return false;
		}
		if (asked && isRefused(state, asked)) waiting = [];
		asked = undefined;
		return true;
	};
	const resume = () => {
		if (isResuming) return;
		isResuming = true;
		try {
			while (mayGoOn() && waiting.length > 0) handle(waiting.shift() as Input);
		} finally {
			isResuming = false;
		}
	};
	return {
		handle(input) {
			// Whoever wants to leave does not wait, and does not want what was typed before.
			if (input.type === 'key' && keyName(input) === 'ctrl+c') {
				waiting = [];
				givenUp = new Set(getState().pending.keys());
				return handle(input);
			}
			if (waiting.length < MAX_WAITING) waiting.push(input);
			resume();
		},
		resume,
	};
}

/** The core has not answered yet: in a moment another room is open. */
function isMoving({pending}: State, givenUp: ReadonlySet<string>): boolean {
	for (const [id, {command, isQuiet}] of pending)
		if (MOVING.has(command.command) && !isQuiet && !givenUp.has(id)) return true;
	return false;
}

const MOVING: ReadonlySet<string> = new Set(['join', 'leave', 'forget']);

function isRefused({core, notice}: State, asked: Pick<State, 'notice'>): boolean {
	return core.state !== 'running' || (notice?.level === 'error' && notice !== asked.notice);
}
