/** The one place that reads the terminal's input. Everything that wants keys subscribes here. */
import type {Input} from './input.ts';
import {InputParser} from './parser.ts';
import {realTimer, type SetTimer} from './timer.ts';

export type InputListener = (input: Input) => void;

export type Keyboard = {
	/** Listeners hear every input in the order in which they subscribed. Returns the function that ends it. */
	subscribe(listener: InputListener): () => void;
	/** Stops reading; no listener hears anything any more. */
	close(): void;
};

export type KeyboardOptions = {
	readonly setTimer?: SetTimer;
	/** The stream has ended or failed: nobody is there any more. */
	readonly onEnd?: () => void;
};

/** Owns `stream` until `close`: nothing else may read from it. Raw mode is the terminal's business (terminal.ts). */
export function createKeyboard(stream: NodeJS.ReadableStream, options: KeyboardOptions = {}): Keyboard {
	const {setTimer = realTimer, onEnd} = options;
	const parser = new InputParser();
	const listeners = new Set<InputListener>();
	let stopTimer: (() => void) | undefined;
	let isClosed = false;

	const deliver = (inputs: readonly Input[]) => {
		for (const input of inputs) {
			for (const listener of [...listeners]) if (!isClosed) listener(input);
		}
		if (!isClosed && parser.patience !== undefined) {
			stopTimer = setTimer(() => deliver(parser.flush()), parser.patience);
		}
	};
	const read = (chunk: string | Uint8Array) => {
		stopTimer?.();
		stopTimer = undefined;
		deliver(parser.push(chunk));
	};
	const end = () => {
		if (!isClosed) onEnd?.();
	};
	stream.on('data', read);
	stream.on('end', end);
	stream.on('error', end);

	return {
		subscribe(listener) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
		close() {
			if (isClosed) return;
			isClosed = true;
			stopTimer?.();
			listeners.clear();
			stream.off('data', read);
			stream.off('end', end);
			// The listener for errors stays: a terminal that goes away while the program ends must not crash it.
			stream.pause();
		},
	};
}
