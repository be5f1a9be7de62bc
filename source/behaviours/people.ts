import type {NodeEvent} from '../api/event.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Acquaintances} from './acquaintances.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from './behaviour.ts';

/** Milliseconds that changes wait for others before they are saved, and after a commit that failed. */
export const SAVE_DELAY = 5_000;
export const SAVE_AGAIN = 60_000;

/** People saved at once. */
export const SAVE_LIMIT = 512;

/** Milliseconds between two times that those who are connected are noted: if we are killed, so much is lost at most. */
export const PRESENCE_INTERVAL = 600_000;

/** Who is who: names, keys and when they were last seen, over restarts. What counts stands in `acquaintances.ts`. */
export class People implements Behaviour {
	readonly name = 'people';
	readonly protocol = '/p2p-tui/people/1';
	readonly messages = [] as const;
	readonly commands = [] as const;
	readonly watches = ['peer-connected', 'peer-renamed', 'peer-disconnected', 'notice'] as const;
	readonly #view: View;
	readonly #people: Acquaintances;
	/** Staged with the commit that is under way. */
	#saving: readonly PeerId[] = [];
	#isSaveDue = false;

	constructor({view, people}: {readonly view: View; readonly people: Acquaintances}) {
		this.#view = view;
		this.#people = people;
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'start':
				return [presenceAt(now)];
			case 'event':
				this.#event(input.event);
				return [...this.#conflicts(), ...this.#saveIn(SAVE_DELAY, now)];
			case 'timer':
				return this.#timer(input.timer, now);
			case 'committed':
				return this.#committed(input.failure !== undefined, now);
			case 'stop':
				this.#noteConnected();
				return this.#save(Number.POSITIVE_INFINITY);
			default:
				return [];
		}
	}

	#event(event: NodeEvent): void {
		switch (event.type) {
			case 'peer-connected':
			case 'peer-renamed':
				return this.#people.introduced(event.peer, event.name);
			case 'peer-disconnected':
				return this.#people.seen(event.peer);
			default:
				// A notice: the chronicle has learnt the name in it already.
				return;
		}
	}

	#timer(timer: string, now: Instant): BehaviourOutput[] {
		if (timer === 'presence') {
			this.#noteConnected();
			return [presenceAt(now), ...this.#saveIn(SAVE_DELAY, now)];
		}
		this.#isSaveDue = false;
		return [...this.#save(SAVE_LIMIT), ...this.#saveIn(SAVE_DELAY, now)];
	}

	/** Also after what others have staged: events of rooms tell names, too. */
	#committed(hasFailed: boolean, now: Instant): BehaviourOutput[] {
		if (hasFailed) this.#people.notSaved(this.#saving);
		this.#saving = [];
		return [...this.#conflicts(), ...this.#saveIn(hasFailed ? SAVE_AGAIN : SAVE_DELAY, now)];
	}

	#noteConnected(): void {
		for (const peer of this.#view.connectedPeers()) this.#people.seen(peer);
	}

	#conflicts(): BehaviourOutput[] {
		return this.#people.takeConflicts().map(conflict => ({type: 'emit', event: {type: 'name-conflict', ...conflict}}));
	}

	#save(limit: number): BehaviourOutput[] {
		if (!this.#people.isUnsaved) return [];
		this.#saving = [...this.#saving, ...this.#people.save(limit)];
		return [{type: 'commit'}];
	}

	#saveIn(delay: number, now: Instant): BehaviourOutput[] {
		if (this.#isSaveDue || !this.#people.isUnsaved) return [];
		this.#isSaveDue = true;
		return [{type: 'schedule', timer: 'save', at: now + delay}];
	}
}

function presenceAt(now: Instant): BehaviourOutput {
	return {type: 'schedule', timer: 'presence', at: now + PRESENCE_INTERVAL};
}
