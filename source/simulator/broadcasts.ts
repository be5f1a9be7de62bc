/** Announcements between simulated nodes: datagrams, of which each may get lost, be late or come twice. */
import type {SwarmInput} from '../swarm/io.ts';
import {type Announcement, decodeAnnouncement, encodeAnnouncement} from '../wire/announcement.ts';
import {Later} from './agenda.ts';
import type {Conditions} from './conditions.ts';
import type {SimulatedNode} from './simulated-node.ts';
import type {World} from './streams.ts';

/** What broadcasts need of the simulation around them. */
type Air = Pick<World, 'now' | 'add' | 'input'> & {readonly nodeOf: (index: number) => SimulatedNode | undefined};

export class Broadcasts {
	readonly #air: Air;
	readonly #conditions: Conditions;
	/** Indexes of the nodes that hear each other's announcements. */
	readonly #segments = new Map<number, number[]>();

	constructor(air: Air, conditions: Conditions) {
		this.#air = air;
		this.#conditions = conditions;
	}

	add({index, segment}: SimulatedNode): void {
		const members = this.#segments.get(segment) ?? [];
		this.#segments.set(segment, members);
		members.push(index);
	}

	/** To everyone who hears this node, itself included. */
	announce(from: SimulatedNode, said: Announcement): void {
		this.#send(from, said, this.#segments.get(from.segment) ?? []);
	}

	/** To one, if there is anybody. */
	answer(from: SimulatedNode, said: Announcement, to: SimulatedNode | undefined): void {
		this.#send(from, said, to === undefined ? [] : [to.index]);
	}

	/** All who hear it share the decoded announcement, since nobody changes it. */
	#send(from: SimulatedNode, said: Announcement, targets: readonly number[]): void {
		const announcement = decodeAnnouncement(encodeAnnouncement(said));
		const input: SwarmInput = {type: 'announcement', announcement, host: from.host, port: 50_000, family: 4};
		for (const index of targets) {
			for (const delay of this.#conditions.datagram(from, this.#air.nodeOf(index)!)) {
				this.#air.add(this.#air.now() + delay, new Later(() => this.#arrived(from, index, input)));
			}
		}
	}

	#arrived(from: SimulatedNode, index: number, input: SwarmInput): void {
		// It may have been started again meanwhile.
		const target = this.#air.nodeOf(index)!;
		if (target.isAsleep || !from.isAlive || !this.#conditions.reaches(from, target)) return;
		this.#air.input(target, input);
	}
}
