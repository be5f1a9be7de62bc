import type {Command} from '../api/command.ts';
import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';

/**
 * What a restarted core has to be told so that the person notices as little as possible: the rooms, the name and the
 * peers of now instead of those of the start; and which commands will never be answered.
 */
export class Session {
	readonly #config: CoreConfig;
	readonly #rooms = new Set<string>();
	readonly #peers: Set<string>;
	#name: string;
	#isFirst = true;
	/** Commands without a reply yet, by id. */
	readonly #waiting = new Map<string, Command>();

	constructor(config: CoreConfig) {
		this.#config = config;
		this.#name = config.name;
		this.#peers = new Set(config.peers);
	}

	/** The configuration for the next start. */
	config(): CoreConfig {
		if (this.#isFirst) return this.#config;
		return {
			...this.#config,
			name: this.#name,
			rooms: [...this.#rooms],
			// What was left meanwhile stays left, though the list of it may not have been written.
			...(this.#config.rememberedRooms !== undefined && {rememberedRooms: 'replace'}),
			peers: [...this.#peers],
		};
	}

	sent(command: Command): void {
		if (command.id !== undefined) this.#waiting.set(command.id, command);
	}

	received(event: NodeEvent): void {
		switch (event.type) {
			case 'ready':
				this.#isFirst = false;
				return;
			case 'room-joined':
				// Conversations with one peer are opened again by themselves.
				if (!event.direct) this.#rooms.add(event.room);
				return;
			case 'room-left':
				this.#rooms.delete(event.room);
				return;
			case 'name-changed':
				this.#name = event.name;
				return;
			case 'reply':
				return this.#replied(event.id, event.ok);
		}
	}

	#replied(id: string, ok: boolean): void {
		const command = this.#waiting.get(id);
		this.#waiting.delete(id);
		// A peer dialled by hand may not be within reach of announcements.
		if (ok && command?.command === 'dial') this.#peers.add(command.address);
	}

	/** The core failed or ended: a refusal for every command that it still had. */
	lost(): readonly NodeEvent[] {
		const error = {code: 'busy', message: 'the core ended before it answered'} as const;
		const events = [...this.#waiting.keys()].map(id => ({type: 'reply', id, ok: false, error}) as const);
		this.#waiting.clear();
		return events;
	}
}
