import type {Random} from '../base/random.ts';
import type {CommitResult, EventStore} from './event-store.ts';

/** What is kept, in memory: for profiles that keep nothing, and for simulations. Bounded. */
export class MemoryEventStore {
	constructor(_random: Random) {}
}

// Not built yet: until then this stands for its methods.
export interface MemoryEventStore extends EventStore {
	commit(): CommitResult;
}
