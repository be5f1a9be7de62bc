/** People in one room who give each other files: what a test does with them, and what it measures. */
import type {Command, CommandName, CommandOf} from '../../source/api/command.ts';
import type {EventOf, Results} from '../../source/api/event.ts';
import type {TransferInfo} from '../../source/api/files.ts';
import type {FilesNews} from '../../source/behaviours/files/io.ts';
import type {NetworkOptions} from '../../source/simulator/conditions.ts';
import type {FileHabits} from '../../source/simulator/files.ts';
import type {NodeOptions, SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation} from '../../source/simulator/simulation.ts';
import type {FileId} from '../../source/wire/file-offer.ts';

export const MIB = 2 ** 20;

export type OfficeOptions = NetworkOptions & {
	readonly seed: number;
	readonly people: number;
	/** Bytes a second, up and down, of whoever has no other habit. */
	readonly speed?: number;
	readonly habits?: (index: number) => FileHabits;
	readonly nodes?: (index: number) => Omit<NodeOptions, 'index' | 'seed' | 'files'>;
	readonly print?: (line: string) => void;
};

/** Milliseconds within which an office knows itself and what is offered in it. */
const SETTLING = 20_000;
const LOOK_INTERVAL = 20;

export class Office {
	readonly simulation: Simulation;
	readonly speed: number;
	#commands = 0;
	/** Bytes that each node accepted, by index. */
	readonly accepted: number[] = [];
	readonly #denied = new Map<number, string[]>();
	/** When each had all of a file, by file and index. */
	readonly #doneAt = new Map<string, number>();

	constructor(options: OfficeOptions) {
		const {people, speed = 4 * MIB, habits, nodes, ...network} = options;
		this.speed = speed;
		this.simulation = new Simulation({
			delay: [0.2, 2],
			...network,
			nodes: {pingInterval: 20_000, segment: 0},
			onNews: (node, news) => this.#news(node, news),
		});
		for (let index = 0; index < people; index++) {
			this.simulation.add({...nodes?.(index), files: {up: speed, down: speed, ...habits?.(index)}});
		}
		this.simulation.run(1);
	}

	node(index: number): SimulatedNode {
		return this.simulation.nodes[index]!;
	}

	/** Indices from one to before another. */
	range(from: number, to = this.simulation.nodes.length): number[] {
		return Array.from({length: to - from}, (_, index) => from + index);
	}

	/** Waits until everyone sees all who are alive, or as many as they bear, and a moment longer, in milliseconds. */
	meet(least = this.simulation.nodes.length - 1, moment = 1_000): void {
		const isThere = () => this.simulation.alive().every(node => node.shownPeers.size >= least);
		this.#until('they see each other', isThere, SETTLING);
		this.simulation.run(moment);
	}

	// --- commands

	/** The answer to a command; or why not, in words. */
	ask<Name extends CommandName>(index: number, command: CommandOf<Name>): Results[Name] | string {
		const reply = this.#reply(index, command as Command);
		this.#until(`node ${index} answers ${command.command}`, () => reply() !== undefined, SETTLING);
		const answer = reply()!;
		return answer.ok ? (answer.result as Results[Name]) : answer.error.message;
	}

	#reply(index: number, command: Command): () => EventOf<'reply'> | undefined {
		const id = `f${this.#commands++}`;
		const node = this.node(index);
		this.simulation.command(node, {...command, id});
		return () => node.eventsOf('reply').find(event => event.id === id);
	}

	/** Somebody puts a file on the disk and offers it; waits until those have heard of it. */
	offer(index: number, path: string, size: number, listeners = this.range(0), more: {files?: number} = {}): FileId {
		const {simulation} = this;
		simulation.files.put(this.node(index), path, {size, key: path, ...more});
		const reply = this.ask<'offer-file'>(index, {command: 'offer-file', path, room: 'lobby'});
		if (typeof reply === 'string') throw simulation.failure(`node ${index} does not offer ${path}: ${reply}`);
		const {file, messageId} = reply;
		const haveHeard = () => listeners.every(one => this.node(one).store.hasCommitted('lobby', messageId));
		this.#until('they have heard of it', haveHeard, SETTLING);
		return file;
	}

	fetch(index: number, file: FileId, priority = 0): void {
		this.fetchAll([index], file, priority);
	}

	/** All of them want it at the same moment. */
	fetchAll(indices: readonly number[], file: FileId, priority = 0): void {
		const replies = indices.map(index => this.#reply(index, {command: 'fetch-file', file, priority}));
		this.#until('they are answered', () => replies.every(reply => reply() !== undefined), SETTLING);
		replies.forEach((reply, place) => {
			const answer = reply()!;
			if (answer.ok) return;
			throw this.simulation.failure(`node ${indices[place]} does not fetch: ${answer.error.message}`);
		});
	}

	transfer(index: number, file: FileId): TransferInfo | undefined {
		const reply = this.ask<'transfers'>(index, {command: 'transfers', file});
		return typeof reply === 'string' ? undefined : reply.transfers[0];
	}

	// --- what comes of it

	#news(node: SimulatedNode, news: FilesNews): void {
		if (news.news === 'arrived' && news.verdict === 'ok' && news.block.what === 'piece') {
			this.accepted[node.index] = (this.accepted[node.index] ?? 0) + news.bytes;
		}
		if (news.news === 'denied') this.#denied.set(node.index, [...this.denied(node.index), news.reason]);
		if (news.news === 'finished') this.#doneAt.set(`${node.index} ${news.file}`, this.simulation.now);
	}

	/** With what reasons it was refused what it asked for. */
	denied(index: number): readonly string[] {
		return this.#denied.get(index) ?? [];
	}

	has(index: number, file: FileId): boolean {
		return this.simulation.files.holds(this.node(index), file);
	}

	/** When it had all of it; undefined if it has not. */
	doneAt(index: number, file: FileId): number | undefined {
		return this.#doneAt.get(`${index} ${file}`);
	}

	/** Lets time pass until these have all of it; returns how long that took. */
	complete(file: FileId, indices: readonly number[], limit: number): number {
		const since = this.simulation.now;
		try {
			this.#until('everyone has it', () => indices.every(index => this.has(index, file)), limit);
		} catch (error) {
			throw new Error(`${this.#states(file, indices)}\n${(error as Error).message}`, {cause: error});
		}
		return this.simulation.now - since;
	}

	/** Bytes that came to any of these takers and were of no use, as part of what had to come. */
	wasted(size: number, takers: number): number {
		return this.simulation.files.wasted.reduce((sum, bytes) => sum + (bytes ?? 0), 0) / (size * takers);
	}

	/** Copies of so many bytes that a node has given. */
	copies(index: number, size: number): number {
		return (this.simulation.files.given[index] ?? 0) / size;
	}

	#states(file: FileId, indices: readonly number[]): string {
		const missing = indices.filter(index => !this.has(index, file) && this.node(index).isAlive);
		const states = missing.map(index => {
			const info = this.node(index)
				.eventsOf('transfer')
				.findLast(one => one.file === file);
			const sources = info?.sources.map(
				one => `${one.peer.slice(-6)} ${one.pieces}/${one.requests} ${one.dropped ?? ''}`,
			);
			return `node ${index}: ${info?.state} ${info?.done} of ${info?.size} ${info?.error?.code ?? ''} [${sources}]`;
		});
		return states.join('\n');
	}

	/** Looks now and then, not after every step. */
	#until(what: string, condition: () => boolean, limit: number): void {
		const {simulation} = this;
		const end = simulation.now + limit;
		while (!condition()) {
			if (simulation.now >= end) throw simulation.failure(`not within ${limit} ms: ${what}`);
			simulation.run(LOOK_INTERVAL);
		}
	}
}
