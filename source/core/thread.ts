/** What passes between the main thread and the core's worker. Plain data only: it is cloned on the way. */
import type {Command} from '../api/command.ts';
import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';

export type WorkerData = {
	readonly config: CoreConfig;
	/** The key of a node without a data directory; kept by the supervisor, so that a restart keeps the peer id. */
	readonly ephemeralSeed: Uint8Array;
};

export type ToWorker =
	| {readonly type: 'commands'; readonly commands: readonly Command[]}
	/** One message of `events` has been dealt with. Until then there are no further ones, but for own deeds. */
	| {readonly type: 'taken'}
	| {readonly type: 'stop'};

export type FromWorker =
	| {readonly type: 'running'}
	| {readonly type: 'events'; readonly events: readonly NodeEvent[]}
	/** Sent at intervals: a worker that says it no more hangs. */
	| {readonly type: 'alive'}
	/** The node could not start; it is not worth another try. */
	| {readonly type: 'failed'; readonly reason: string; readonly hint: string | undefined}
	| {readonly type: 'stopped'};

/** Milliseconds between two signs of life of the worker. */
export const ALIVE_INTERVAL = 500;
