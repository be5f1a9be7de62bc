/** When nobody reads what is printed any more, as in `p2p-tui get … --json | head -1`. */
import type {EventEmitter} from 'node:events';
import {UserError} from '../base/errors.ts';

/** Calls `onGone` with what to say then. The function returned no longer calls it; what goes wrong later is not told. */
export function untilUnread(output: EventEmitter | undefined, onGone: (error: UserError) => void): () => void {
	let isOver = false;
	output?.on('error', (error: NodeJS.ErrnoException) => {
		if (isOver) return;
		const reason = error.code === 'EPIPE' ? 'nobody reads its output any more' : `its output: ${error.message}`;
		onGone(new UserError(`Ended before it was done: ${reason}`));
	});
	return () => {
		isOver = true;
	};
}
