/** A node with the topology behaviour alone, and what others state to it. */
import type {Topology} from '../../../source/api/topology.ts';
import {seededRandom} from '../../../source/base/random.ts';
import type {BehaviourInput, BehaviourOutput, PeerFacts} from '../../../source/behaviours/behaviour.ts';
import {TOPOLOGY_PROTOCOL} from '../../../source/behaviours/topology/parameters.ts';
import {TopologyBehaviour} from '../../../source/behaviours/topology/topology.ts';
import type {Identity} from '../../../source/wire/identity.ts';
import type {Neighbours} from '../../../source/wire/messages.ts';
import {decodeStatement, type Statement, signStatement, verifyStatement} from '../../../source/wire/neighbours.ts';
import {ANN, asked, BOB, connected, disconnected, FakeView, IDENTITIES, TIMESTAMP, timer} from '../fixtures.ts';

const [ann] = IDENTITIES;

export const TELLS: Partial<PeerFacts> = {name: 'x', protocols: [TOPOLOGY_PROTOCOL], rtt: 2};

/** ANN, with virtual time of her own: timers fire when they are due. */
export class Node {
	readonly view = new FakeView(ANN);
	now = 0;
	readonly outputs: BehaviourOutput[] = [];
	readonly #behaviour: TopologyBehaviour;
	readonly #timers = new Map<string, number>();

	constructor(tells = true) {
		const overlay = {rooms: () => ['lobby'], mesh: () => [BOB]};
		const [random, verify] = [seededRandom(1), verifyStatement];
		const {view} = this;
		this.#behaviour = new TopologyBehaviour({view, overlay, identity: ann, random, verify, tells, target: 96});
		this.input({type: 'start'});
	}

	get protocol(): string {
		return this.#behaviour.protocol;
	}

	input(input: BehaviourInput): BehaviourOutput[] {
		const outputs = this.#behaviour.handle(input, this.now);
		for (const output of outputs) {
			if (output.type === 'schedule') this.#timers.set(output.timer, output.at);
			else this.outputs.push(output);
		}
		return outputs.filter(({type}) => type !== 'schedule');
	}

	/** Lets time pass; returns what came of it but timers. */
	run(milliseconds: number): BehaviourOutput[] {
		const [end, before] = [this.now + milliseconds, this.outputs.length];
		for (;;) {
			const [name, at] = [...this.#timers].sort((a, b) => a[1] - b[1])[0] ?? ['', Number.POSITIVE_INFINITY];
			if (at > end) break;
			this.#timers.delete(name);
			this.view.wallClock += at - this.now;
			this.now = at;
			this.input(timer(name));
		}
		this.view.wallClock += end - this.now;
		this.now = end;
		return this.outputs.slice(before);
	}

	meet(peer: string, facts: Partial<PeerFacts> = TELLS): void {
		this.input(connected(peer));
		this.view.connect(peer, facts);
		this.input({
			type: 'event',
			event: {type: 'peer-connected', peer, name: 'x', address: '/ip4/192.0.2.1/tcp/1', direction: 'inbound'},
		});
	}

	/** The swarm remembers what it knew of a peer. */
	lose(peer: string, reason: string): void {
		const facts = this.view.facts(peer);
		this.view.disconnect(peer);
		const remembered = this.view.facts.bind(this.view);
		this.view.facts = asked => (asked === peer && !this.view.isConnected(peer) ? facts : remembered(asked));
		this.input(disconnected(peer, reason));
	}

	topology(): Topology {
		const [reply] = this.input(asked({command: 'topology', id: '1'}));
		return (reply as Extract<BehaviourOutput, {type: 'reply'}>).result as Topology;
	}

	edges(): string[] {
		const names = new Map(IDENTITIES.map(({peerId}, index) => [peerId, 'abcdefgh'[index]]));
		return this.topology().edges.map(({a, b}) => `${names.get(a)}${names.get(b)}`);
	}
}

/** What somebody states: whom it names, whom it has lost, and how many seconds ago. */
export function stated(
	author: Identity,
	named: readonly string[],
	more: Partial<Statement> & {age?: number} = {},
): Neighbours {
	const {age = 0, ...rest} = more;
	const statement: Statement = {
		author: author.peerId,
		sequence: 1,
		timestamp: TIMESTAMP,
		validity: 150,
		name: 'somebody',
		rooms: ['lobby'],
		neighbours: named.map(peer => ({peer, rtt: 3_000, rooms: []})),
		lost: [],
		...rest,
	};
	return {type: 'neighbours', ...signStatement(statement, author), age};
}

export const told = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap(output => {
		if (output.type !== 'send' || output.message.type !== 'neighbours') return [];
		return [{to: output.peers, ...decodeStatement(output.message.statement)}];
	});
