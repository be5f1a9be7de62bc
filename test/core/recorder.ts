/** A listener of a core that keeps what it is told, in order, and waits for what is still to come. */
import type {CoreListener, CoreState} from '../../source/api/core.ts';
import type {EventOf, NodeEvent, Reply} from '../../source/api/event.ts';

/** Milliseconds: less than a test gets, so that what was heard is told. */
const PATIENCE = 45_000;

type Heard = {readonly state: CoreState} | {readonly event: NodeEvent};
type Waiter = {readonly check: () => boolean};

export class Recorder {
	readonly heard: Heard[] = [];
	/** How many events came with each call. */
	readonly batches: number[] = [];
	readonly #waiters = new Set<Waiter>();

	get states(): readonly CoreState[] {
		return this.heard.flatMap(one => ('state' in one ? [one.state] : []));
	}

	get stateNames(): readonly CoreState['state'][] {
		return this.states.map(({state}) => state);
	}

	get events(): readonly NodeEvent[] {
		return this.heard.flatMap(one => ('event' in one ? [one.event] : []));
	}

	all<Type extends NodeEvent['type']>(type: Type): readonly EventOf<Type>[] {
		return this.events.filter((event): event is EventOf<Type> => event.type === type);
	}

	#say(state: CoreState): void {
		this.heard.push({state});
		this.#check();
	}

	#take(events: readonly NodeEvent[]): void {
		this.batches.push(events.length);
		for (const event of events) this.heard.push({event});
		this.#check();
	}

	/** What the core is given. */
	get listener(): CoreListener {
		return {state: state => this.#say(state), events: events => this.#take(events)};
	}

	/** Resolves when `find` finds something. */
	waitFor<Found>(what: string, find: (recorder: this) => Found | undefined, patience = PATIENCE): Promise<Found> {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#waiters.delete(waiter);
				reject(new Error(`Time is up waiting for ${what}. Heard: ${JSON.stringify(this.heard, undefined, '\t')}`));
			}, patience);
			const check = () => {
				const found = find(this);
				if (found === undefined) return false;
				clearTimeout(timer);
				resolve(found);
				return true;
			};
			const waiter: Waiter = {check};
			if (!check()) this.#waiters.add(waiter);
		});
	}

	/** The `count`th time that the core is in this state. */
	waitForState<Name extends CoreState['state']>(name: Name, count = 1): Promise<Extract<CoreState, {state: Name}>> {
		return this.waitFor(`state ${name} ×${count}`, ({states}) => {
			const found = states.filter(({state}) => state === name)[count - 1];
			return found as Extract<CoreState, {state: Name}> | undefined;
		});
	}

	waitForEvent<Type extends NodeEvent['type']>(type: Type, count = 1): Promise<EventOf<Type>> {
		return this.waitFor(`event ${type} ×${count}`, recorder => recorder.all(type)[count - 1]);
	}

	reply(id: string): Promise<Reply> {
		return this.waitFor(`the reply to ${id}`, recorder => recorder.all('reply').find(reply => reply.id === id));
	}

	#check(): void {
		for (const waiter of [...this.#waiters]) if (waiter.check()) this.#waiters.delete(waiter);
	}
}
