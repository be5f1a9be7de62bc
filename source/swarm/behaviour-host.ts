/**
 * Runs the behaviours: hands each what concerns it, and turns what it wants into effects. What concerns the peers
 * themselves (let one go, learn something of it) is the swarm's business and handed on.
 */
import type {Command, CommandName} from '../api/command.ts';
import type {NodeEvent} from '../api/event.ts';
import type {Overview, PeerMeasures} from '../api/metrics.ts';
import type {Counters} from '../base/counters.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, BehaviourStats, Instant} from '../behaviours/behaviour.ts';
import {encodeMessage} from '../wire/codec.ts';
import type {Message, MessageType} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {PRIORITY_OF} from '../wire/priority.ts';
import type {ConnectionId} from './io.ts';
import type {Outbox} from './outbox.ts';

/** What a behaviour wants of the swarm. */
export type Request = Extract<BehaviourOutput, {type: 'disconnect' | 'learned' | 'found'}>;

export type BehaviourHostOptions = {
	readonly behaviours: readonly Behaviour[];
	readonly outbox: Outbox;
	readonly counters: Counters;
	/** Messages that were sent, by type. */
	readonly sent: Counters;
	/** The connection that carries a peer. */
	readonly connectionTo: (peer: PeerId) => ConnectionId | undefined;
	readonly onRequest: (request: Request, now: Instant) => void;
	/** A behaviour tells people something: the other behaviours that watch for it hear of it afterwards. */
	readonly onEvent: (event: NodeEvent) => void;
};

export class BehaviourHost {
	readonly #options: BehaviourHostOptions;
	readonly #byName: ReadonlyMap<string, Behaviour>;
	/** In their order: several may read one type of message. */
	readonly #byMessage: ReadonlyMap<MessageType, readonly Behaviour[]>;
	readonly #byCommand: ReadonlyMap<CommandName, Behaviour>;
	readonly #byEvent: ReadonlyMap<NodeEvent['type'], readonly Behaviour[]>;
	readonly #forFiles: readonly Behaviour[];

	constructor(options: BehaviourHostOptions) {
		const {behaviours} = options;
		this.#options = options;
		this.#byName = new Map(behaviours.map(one => [one.name, one]));
		this.#byMessage = indexed(behaviours, one => one.messages);
		this.#byCommand = new Map(behaviours.flatMap(one => one.commands.map(name => [name, one])));
		this.#byEvent = indexed(behaviours, one => one.watches ?? []);
		this.#forFiles = behaviours.filter(one => one.isForFiles);
	}

	/** What the behaviours have to say of themselves. */
	stats(): BehaviourStats {
		return Object.assign({}, ...this.#options.behaviours.map(behaviour => behaviour.stats?.()));
	}

	overview(): Overview {
		return Object.assign({}, ...this.#options.behaviours.map(behaviour => behaviour.overview?.()));
	}

	/** What the behaviours have measured of a connected peer. */
	measured(peer: PeerId, now: Instant, timestamp: number): Partial<PeerMeasures> {
		return Object.assign({}, ...this.#options.behaviours.map(behaviour => behaviour.measured?.(peer, now, timestamp)));
	}

	tellAll(input: BehaviourInput, now: Instant): void {
		for (const behaviour of this.#options.behaviours) this.#tell(behaviour, input, now);
	}

	/** To those alone that deal with files: at full speed this comes a thousand times a second. */
	tellFiles(input: Extract<BehaviourInput, {type: 'files'}>, now: Instant): void {
		for (const behaviour of this.#forFiles) this.#tell(behaviour, input, now);
	}

	/** Returns false if nothing here reads such messages. */
	message(peer: PeerId, message: Message, now: Instant): boolean {
		const readers = this.#byMessage.get(message.type);
		for (const behaviour of readers ?? []) this.#tell(behaviour, {type: 'message', peer, message}, now);
		return readers !== undefined;
	}

	/** `timer` as `schedule` named it: the behaviour's name, a slash, its own name for it. */
	timer(timer: string, now: Instant): void {
		const separator = timer.indexOf('/');
		const behaviour = this.#byName.get(timer.slice(0, separator));
		if (behaviour) this.#tell(behaviour, {type: 'timer', timer: timer.slice(separator + 1)}, now);
	}

	/** Returns false if nothing here answers it. */
	command(command: Command, timestamp: number, now: Instant): boolean {
		const behaviour = this.#byCommand.get(command.command);
		if (behaviour) this.#tell(behaviour, {type: 'command', command, timestamp}, now);
		return behaviour !== undefined;
	}

	/** Encodes once, however many peers. Those that are not connected are passed over. */
	send(peers: readonly PeerId[], message: Message): void {
		const connections: ConnectionId[] = [];
		for (const peer of peers) {
			const connection = this.#options.connectionTo(peer);
			if (connection !== undefined) connections.push(connection);
		}
		this.sendOver(connections, message);
	}

	/** Also to someone whom no behaviour knows of. */
	sendOver(connections: readonly ConnectionId[], message: Message): void {
		if (connections.length === 0) return;
		this.#options.sent.add(message.type, connections.length);
		const priority = PRIORITY_OF[message.type];
		this.#options.outbox.push({type: 'send', connections, body: encodeMessage(message), priority});
	}

	#tell(behaviour: Behaviour, input: BehaviourInput, now: Instant): void {
		for (const output of behaviour.handle(input, now)) this.#output(behaviour, output, now);
	}

	#output(behaviour: Behaviour, output: BehaviourOutput, now: Instant): void {
		const {outbox, counters, onRequest} = this.#options;
		switch (output.type) {
			case 'send':
				return this.send(output.peers, output.message);
			case 'schedule':
				return outbox.schedule(`${behaviour.name}/${output.timer}`, output.at);
			case 'cancel':
				return outbox.cancel(`${behaviour.name}/${output.timer}`);
			case 'emit':
				return this.#emit(output.event, now);
			case 'reply':
				return outbox.reply(output.command, output.result);
			case 'refuse':
				return outbox.refuse(output.command, output.error.code, output.error.message);
			case 'commit':
				return outbox.commit();
			case 'files':
				return outbox.push({type: 'files', deed: output.deed});
			case 'count':
				return counters.add(output.counter, output.by);
			default:
				return onRequest(output, now);
		}
	}

	#emit(event: NodeEvent, now: Instant): void {
		this.#options.outbox.emit(event);
		this.#options.onEvent(event);
		for (const watcher of this.#byEvent.get(event.type) ?? []) this.#tell(watcher, {type: 'event', event}, now);
	}
}

function indexed<Key>(
	behaviours: readonly Behaviour[],
	keysOf: (behaviour: Behaviour) => readonly Key[],
): ReadonlyMap<Key, readonly Behaviour[]> {
	const index = new Map<Key, Behaviour[]>();
	for (const behaviour of behaviours) {
		for (const key of keysOf(behaviour)) index.set(key, [...(index.get(key) ?? []), behaviour]);
	}
	return index;
}
