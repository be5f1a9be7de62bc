/** Turns the core's events back into answers, for a command that asks and waits. */
import type {Command} from '../../api/command.ts';
import type {Core, CoreConfig, StartCore} from '../../api/core.ts';
import type {Failure, NodeEvent, Results} from '../../api/event.ts';
import {UserError} from '../../base/errors.ts';

const HINTS: Readonly<Partial<Record<Failure['code'], string>>> = {
	'dial-refused': 'Is p2p-tui running there, and is the port right? It changes at each start unless --listen fixes it',
	'dial-timeout': 'Check the address and the port; a firewall may be in between as well',
	'dial-unreachable': 'Is this machine on the same network?',
	'dial-wrong-peer': 'Leave out /p2p/… to see who answers there',
};

export type ClientOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	/** Hears everything that is no reply. */
	onEvent(event: NodeEvent): void;
};

export class Client {
	/** Rejects when nothing works any more. */
	readonly failed: Promise<never>;
	readonly #core: Core;
	#nextId = 1;
	readonly #waiting = new Map<string, {resolve(result: never): void; reject(error: Error): void}>();
	#failure: Error | undefined;
	#rejectAll!: (error: Error) => void;

	constructor({config, startCore, onEvent}: ClientOptions) {
		this.failed = new Promise((_, reject) => {
			this.#rejectAll = reject;
		});
		this.failed.catch(() => {});
		this.#core = startCore(config, {
			events: events => {
				for (const event of events) {
					if (event.type === 'reply') this.#replied(event);
					else onEvent(event);
				}
			},
			state: state => {
				if (state.state === 'failed') this.fail(new UserError(state.reason, hintOf(state.hint)));
			},
		});
	}

	/** Rejects with a `Refused`, or with what ended everything. */
	ask<Name extends keyof Results>(command: Command & {readonly command: Name}): Promise<Results[Name]> {
		const id = String(this.#nextId++);
		return new Promise((resolve, reject) => {
			if (this.#failure !== undefined) {
				reject(this.#failure);
				return;
			}
			this.#waiting.set(id, {resolve, reject});
			this.#core.send({...command, id});
		});
	}

	/** One round trip in milliseconds, or undefined if no answer came in time. */
	async ping(peer: string): Promise<number | undefined> {
		try {
			return (await this.ask({command: 'ping', peer, count: 1})).rtts[0];
		} catch (error) {
			if (error instanceof Refused && error.code === 'ping-timeout') return undefined;
			throw error;
		}
	}

	/** Nothing that is asked, now or later, is answered any more. */
	fail(error: Error): void {
		this.#failure ??= error;
		this.#rejectAll(error);
		for (const {reject} of this.#waiting.values()) reject(error);
		this.#waiting.clear();
	}

	stop(): Promise<void> {
		return this.#core.stop();
	}

	#replied(event: Extract<NodeEvent, {type: 'reply'}>): void {
		const waiting = this.#waiting.get(event.id);
		this.#waiting.delete(event.id);
		if (event.ok) waiting?.resolve(event.result as never);
		else waiting?.reject(new Refused(event.error));
	}
}

export class Refused extends UserError {
	readonly code: Failure['code'];

	constructor({code, message}: Failure) {
		super(message, hintOf(HINTS[code]));
		this.code = code;
	}
}

function hintOf(hint: string | undefined): {hint?: string} {
	return hint === undefined ? {} : {hint};
}
