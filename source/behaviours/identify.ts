/**
 * Identify: each side tells the other its name, version, addresses and protocols when they connect, and again when
 * something of it changes (after libp2p's identify and identify/push). A peer counts as here for people only once it
 * has introduced itself; one that does not is let go.
 */
import type {CommandOf} from '../api/command.ts';
import type {Direction} from '../api/event.ts';
import {TokenBucket} from '../base/token-bucket.ts';
import type {Identify as IdentifyMessage} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {reachableAt} from '../wire/reachable.ts';
import {normaliseName} from '../wire/validate.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from './behaviour.ts';
import {OWN_NAMES, PEER_INTRODUCTIONS} from './rates.ts';
import {refusal} from './refusal.ts';

/** Milliseconds within which a new peer has to introduce itself. */
export const IDENTIFY_TIMEOUT = 5_000;

export type IdentifyOptions = {
	readonly view: View;
	readonly name: string;
	readonly agent: string;
	readonly instance: string;
	readonly protocols: readonly string[];
};

type Introduction = {
	readonly address: string;
	readonly direction: Direction;
	readonly budget: TokenBucket;
	introduced: boolean;
};

export class Identify implements Behaviour {
	readonly name = 'identify';
	readonly protocol = '/p2p-tui/identify/1';
	readonly messages = ['identify'] as const;
	readonly commands = ['nick'] as const;

	readonly #options: IdentifyOptions;
	readonly #peers = new Map<PeerId, Introduction>();
	readonly #ownNames = new TokenBucket(OWN_NAMES);
	#ownName: string;
	#addresses: readonly string[] = [];

	constructor(options: IdentifyOptions) {
		this.#options = options;
		this.#ownName = options.name;
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'start':
				return [this.#learnSelf()];
			case 'connected':
				return this.#connected(input.peer, input.address, input.direction, now);
			case 'disconnected':
				return this.#disconnected(input.peer, input.reason);
			case 'moved':
				return [{type: 'send', peers: [input.peer], message: this.#message()}];
			case 'message':
				return input.message.type === 'identify' ? this.#introduced(input.peer, input.message, now) : [];
			case 'timer':
				return [{type: 'disconnect', peer: input.timer, reason: 'no-identify'}];
			case 'listening':
				this.#addresses = input.addresses;
				return this.#tellEveryone();
			case 'command':
				return input.command.command === 'nick' ? this.#rename(input.command, now) : [];
			default:
				return [];
		}
	}

	#connected(peer: PeerId, address: string, direction: Direction, now: Instant): BehaviourOutput[] {
		this.#peers.set(peer, {address, direction, budget: new TokenBucket(PEER_INTRODUCTIONS), introduced: false});
		return [
			{type: 'send', peers: [peer], message: this.#message()},
			{type: 'schedule', timer: peer, at: now + IDENTIFY_TIMEOUT},
		];
	}

	#disconnected(peer: PeerId, reason: string): BehaviourOutput[] {
		const introduced = this.#peers.get(peer)?.introduced;
		this.#peers.delete(peer);
		return introduced
			? [{type: 'emit', event: {type: 'peer-disconnected', peer, reason}}]
			: [{type: 'cancel', timer: peer}];
	}

	#introduced(peer: PeerId, message: IdentifyMessage, now: Instant): BehaviourOutput[] {
		const introduction = this.#peers.get(peer);
		if (!introduction) return [];
		if (!introduction.budget.take(now)) {
			return [
				{type: 'count', counter: 'identify-flood'},
				{type: 'disconnect', peer, reason: 'identify-flood', misbehaved: true},
			];
		}
		const {type: _, ...facts} = message;
		const before = this.#options.view.facts(peer).name;
		const outputs: BehaviourOutput[] = [{type: 'learned', peer, facts}];
		if (!introduction.introduced) {
			introduction.introduced = true;
			const {address: remote, direction} = introduction;
			// Of a peer that dialled us the port is its own way out: where it listens is of more use to a person.
			const address = (direction === 'inbound' && reachableAt(remote, message.addresses)[0]) || remote;
			outputs.push(
				{type: 'cancel', timer: peer},
				{type: 'emit', event: {type: 'peer-connected', peer, name: message.name, address, direction}},
			);
		} else if (before !== message.name) {
			outputs.push({type: 'emit', event: {type: 'peer-renamed', peer, name: message.name}});
		}
		return outputs;
	}

	#rename(command: CommandOf<'nick'>, now: Instant): BehaviourOutput[] {
		let name: string;
		try {
			name = normaliseName(command.name);
		} catch (error) {
			return [refusal(command, 'bad-name', error)];
		}
		if (!this.#ownNames.take(now)) return [refusal(command, 'busy', 'renamed too often; wait a moment')];
		this.#ownName = name;
		return [
			this.#learnSelf(),
			{type: 'emit', event: {type: 'name-changed', name}},
			...this.#tellEveryone(),
			{type: 'reply', command, result: {name}},
		];
	}

	#tellEveryone(): BehaviourOutput[] {
		const peers = [...this.#peers.keys()];
		return peers.length === 0 ? [] : [{type: 'send', peers, message: this.#message()}];
	}

	#learnSelf(): BehaviourOutput {
		const {view, agent, instance} = this.#options;
		return {type: 'learned', peer: view.self, facts: {name: this.#ownName, agent, instance}};
	}

	#message(): IdentifyMessage {
		const {agent, instance, protocols} = this.#options;
		return {type: 'identify', name: this.#ownName, agent, instance, addresses: this.#addresses, protocols};
	}
}
