/** The signals that ask this program to leave, and the exit status that each stands for: 128 + its number. */
import type {EventEmitter} from 'node:events';

const STATUS = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143} as const;

/** Calls `onSignal` for each signal to leave; the function returned stops listening. */
export function listenForSignals(signals: EventEmitter, onSignal: (status: number) => void): () => void {
	const listeners = Object.entries(STATUS).map(([name, status]) => {
		const listener = () => onSignal(status);
		signals.on(name, listener);
		return () => signals.off(name, listener);
	});
	return () => {
		for (const stop of listeners) stop();
	};
}
