/**
 * One run of people who fetch the same file from each other while lines are slow, some lie, programs are killed and the
 * network splits. When all is mended, every honest one must have all of it, and nobody honest was blamed. A run that breaks
 * this throws, and says how to repeat it.
 */
import {type Random, seededRandom, shuffled} from '../../source/base/random.ts';
import type {FileHabits} from '../../source/simulator/files.ts';
import type {Simulation} from '../../source/simulator/simulation.ts';
import type {FileId} from '../../source/wire/file-offer.ts';
import {type FaultOptions, hasFaults, scheduleFaults} from './faults.ts';
import {MIB, Office, type OfficeOptions} from './files-office.ts';

export type FilesOptions = OfficeOptions & {
	readonly speed: number;
	/** Bytes of the one file; and of a folder how many files are in it. */
	readonly size: number;
	readonly files: number;
	/** Of the people, those who do not play by the rules or have slow lines, by index. The first one is not among them. */
	readonly odd: ReadonlyMap<number, FileHabits>;
	/** Those who want it after a while only, and how long that is in milliseconds. */
	readonly late: ReadonlySet<number>;
	readonly lateBy: number;
	/** Milliseconds in which the faults happen. */
	readonly suffering: number;
	readonly faults: FaultOptions;
	/** The first one leaves for good when every piece is somewhere else too. */
	readonly isLeaving: boolean;
};

export type FilesResult = {
	readonly simulation: Simulation;
	/** Virtual milliseconds until the last one had it, and that one copy over one line takes. */
	readonly took: number;
	readonly ideal: number;
	/** Copies of the file that the first one gave, and all others together. */
	readonly copiesOfFirst: number;
	readonly copiesOfOthers: number;
	/** Bytes that came and were of no use, as part of what had to come. */
	readonly wasted: number;
	/** How many were told that somebody lies, and how many liars there were. */
	readonly dropped: number;
	readonly liars: number;
};

/** Milliseconds within which all have the file when everything is mended, beside what the lines need. */
const PATIENCE = 240_000;

export function runFiles(options: FilesOptions): FilesResult {
	return new FilesScenario(options).run();
}

class FilesScenario {
	readonly #options: FilesOptions;
	readonly #random: Random;
	readonly #office: Office;

	constructor(options: FilesOptions) {
		this.#options = options;
		this.#random = seededRandom(options.seed ^ 0x0f11e5);
		this.#office = new Office({...options, habits: index => options.odd.get(index) ?? {}});
	}

	run(): FilesResult {
		const {size, files, late, lateBy, people, isLeaving} = this.#options;
		const office = this.#office;
		office.meet(Math.min(people - 1, 12));
		const {simulation} = office;
		const file = office.offer(0, '/home/first/film', size, office.range(0), {files});
		const since = simulation.now;
		office.fetchAll(
			office.range(1).filter(index => !late.has(index)),
			file,
		);
		this.#suffer();
		simulation.run(Math.max(0, since + lateBy - simulation.now));
		office.fetchAll([...late], file);
		const all = office.range(1).filter(index => !this.#isLiar(index));
		if (isLeaving) this.#leave(file, all);
		office.complete(file, all, PATIENCE + this.#needs());
		const took = Math.max(...all.map(index => office.doneAt(index, file)!)) - since;
		simulation.sweep();
		return {...this.#figures(all.length), simulation, took, dropped: this.#blamed()};
	}

	/** Milliseconds that the lines need, if everyone got it from one with the slowest of them. */
	#needs(): number {
		const {size, people} = this.#options;
		const slowest = Math.min(
			...this.#office.range(0).map(index => this.#office.simulation.files.line(this.#office.node(index)).down),
		);
		return (size * 1_000) / slowest + (size * people * 1_000) / this.#office.speed;
	}

	#suffer(): void {
		const {faults, suffering} = this.#options;
		if (!hasFaults(faults)) return;
		scheduleFaults(this.#office.simulation, this.#random, faults, suffering);
		this.#office.simulation.run(suffering);
	}

	/** When others have every piece between them. */
	#leave(file: FileId, honest: readonly number[]): void {
		const {simulation} = this.#office;
		const {files} = simulation;
		const isOut = () => {
			const parts = honest.map(index => files.disk(this.#office.node(index)).parts.get(file)?.pieces);
			const {held} = files.disk(this.#office.node(honest[0]!));
			if (held.has(file) || honest.some(index => this.#office.has(index, file))) return true;
			const size = parts.find(part => part)?.size ?? 0;
			return (
				size > 0 && Array.from({length: size}, (_, piece) => piece).every(piece => parts.some(part => part?.has(piece)))
			);
		};
		const end = simulation.now + PATIENCE + this.#needs();
		while (!isOut()) {
			if (simulation.now > end) throw simulation.failure('the pieces do not get out');
			simulation.run(100);
		}
		simulation.stop(this.#office.node(0));
	}

	#isLiar(index: number): boolean {
		const {wrong, answers, claimsAll} = this.#options.odd.get(index) ?? {};
		return wrong !== undefined || answers !== undefined || claimsAll !== undefined;
	}

	/** How many were blamed; throws if somebody honest was. */
	#blamed(): number {
		const {simulation} = this.#office;
		const blamed = new Set(simulation.nodes.flatMap(node => node.eventsOf('source-dropped').map(({peer}) => peer)));
		for (const node of simulation.nodes) {
			const gaveRubbish = this.#options.odd.get(node.index)?.answers === 'rubbish';
			const isWrong = (this.#options.odd.get(node.index)?.wrong ?? 0) > 0 || gaveRubbish;
			if (blamed.has(node.peerId) && !isWrong)
				throw simulation.failure(`node ${node.index} was blamed and gave nothing wrong`);
		}
		return blamed.size;
	}

	#figures(takers: number): Omit<FilesResult, 'simulation' | 'took' | 'dropped'> {
		const {size, odd} = this.#options;
		const {files} = this.#office.simulation;
		const sum = (values: readonly number[]) => values.reduce((total, value) => total + (value ?? 0), 0);
		return {
			ideal: (size * 1_000) / this.#office.speed,
			copiesOfFirst: (files.given[0] ?? 0) / size,
			copiesOfOthers: sum(files.given.slice(1)) / size,
			wasted: sum(files.wasted) / (size * takers),
			liars: [...odd.keys()].filter(index => this.#isLiar(index)).length,
		};
	}
}

const ODDITIES: readonly ((random: Random, speed: number) => FileHabits)[] = [
	(random, speed) => ({up: speed * (0.01 + 0.2 * random.float())}),
	(random, speed) => ({down: speed * (0.1 + 0.4 * random.float())}),
	() => ({answers: 'rubbish', claimsAll: true}),
	random => ({wrong: 0.05 + 0.4 * random.float()}),
	() => ({answers: 'denial', claimsAll: true}),
	() => ({answers: 'silence', claimsAll: true}),
];

/** A scenario drawn from its seed: 5 to 50 people, and some of every trouble. */
export function randomFiles(seed: number): FilesOptions {
	const random = seededRandom(seed ^ 0x5a7f11e5);
	const between = (least: number, most: number) => least + (most - least) * random.float();
	const perhaps = (least: number, most: number) => (random.float() < 0.4 ? between(least, most) : 0);
	/** Mostly few: many take longer, and find the same mistakes. */
	const people = Math.round(5 + 45 * random.float() ** 16);
	const speed = between(1, 8) * MIB;
	const others = shuffled(
		Array.from({length: people - 1}, (_, index) => index + 1),
		random,
	);
	const odd = others.slice(0, Math.floor(between(0, 0.4) * people)).map(index => {
		return [index, ODDITIES[Math.floor(random.float() * ODDITIES.length)]!(random, speed)] as const;
	});
	const faults = {
		churn: perhaps(0.1, 0.6),
		sleep: perhaps(0.05, 0.3),
		unplug: perhaps(0.05, 0.3),
		partition: perhaps(1_000, 20_000),
		oneWay: 0,
	};
	return {
		seed,
		people,
		speed,
		size: Math.round(between(0.5, 40 / Math.sqrt(people)) * MIB),
		files: random.float() < 0.2 ? 3 : 0,
		odd: new Map(odd),
		late: new Set(others.slice(-Math.floor(perhaps(0, 0.3) * people) || others.length)),
		lateBy: between(500, 10_000),
		suffering: 15_000,
		faults,
		isLeaving: random.float() < 0.3,
		delay: [0.2, between(1, 40)],
		linkLoss: perhaps(0, 0.05),
		breaks: random.float() < 0.2 ? between(10_000, 60_000) : Number.POSITIVE_INFINITY,
		nodes: () => ({limits: {target: 16, max: 32}}),
	};
}
