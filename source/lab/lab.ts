/** The driver of the laboratory: virtual time from real time, what the person asks, and what the screen is told. */
import type {Command} from '../api/command.ts';
import type {CoreConfig} from '../api/core.ts';
import type {ErrorCode, NodeEvent, Results} from '../api/event.ts';
import type {LabOptions, LabRouterFigures, LabState} from '../api/lab.ts';
import {UserError} from '../base/errors.ts';
import {fail} from '../core/fault.ts';
import type {Start} from '../core/run-worker.ts';
import {Clock} from './clock.ts';
import {type ComparisonOptions, compareRouters} from './comparison.ts';
import {Person} from './person.ts';
import {LabWorld, type WorldDeed} from './world.ts';

/** Real milliseconds: between two turns, and what one may take of the thread, so that commands get through. */
const TURN = 25;
const WORK = 20;
/** Virtual milliseconds at a time within a turn. */
const SLICE = 2;
/** Real milliseconds between two `lab` events, and two of `traffic`. */
const LAB_INTERVAL = 500;
const TRAFFIC_INTERVAL = 1_000;
/** Messages a virtual second that somebody says by himself. */
const CHATTER = 1 / 3;
const MAX_SPEED = 100;

type Hooks = Parameters<Start>[2];

export const startLab: Start = async (config, _seed, hooks) => {
	if (config.lab === undefined) throw new UserError('there is no laboratory without a number of nodes');
	const node = new Lab(config, config.lab, hooks);
	return {node, stop: async () => node.stop()};
};

export class Lab {
	readonly #hooks: Hooks;
	readonly #config: CoreConfig;
	readonly #world: LabWorld;
	readonly #clock = new Clock(performance.now());
	readonly #person = new Person();
	readonly #intervals: readonly NodeJS.Timeout[];
	#turn: NodeJS.Timeout | undefined;
	#comparing: Generator<undefined, readonly LabRouterFigures[]> | undefined;
	#compared: readonly LabRouterFigures[] | undefined;
	/** Whether something has changed since the screen was told. */
	#hasNews = true;

	constructor(config: CoreConfig, {nodes, seed, loss, delay}: LabOptions, hooks: Hooks) {
		this.#hooks = hooks;
		this.#config = config;
		const {name, rooms, pubsub: router} = config;
		const startsAt = Date.now();
		const onEvent = (event: NodeEvent) => hooks.emit(event);
		this.#world = new LabWorld({nodes, seed, loss, delay, name, rooms, router, startsAt, chatter: CHATTER, onEvent});
		const {peerId, place} = this.#world.self;
		const self = {peerId, name, addresses: [place]};
		hooks.emit({type: 'ready', ...self});
		if (config.forScreen) hooks.emit({type: 'snapshot', ...self, interfaces: ['simulated'], rooms: [], peers: []});
		this.#intervals = [
			setInterval(() => this.#tell(), LAB_INTERVAL),
			setInterval(() => hooks.emit(this.#person.traffic(this.#world.self)), TRAFFIC_INTERVAL),
		];
		this.#advance();
		this.#tell();
	}

	command(command: Command): void {
		const {self, now} = this.#world;
		switch (command.command) {
			case 'lab':
				return this.#do(command);
			case 'stats':
				return this.#reply(command, this.#person.stats(self, now));
			case 'network':
				return this.#reply(command, this.#person.network(self, now));
			case 'dial':
				return this.#refuse(command, 'bad-command', 'nobody real can be reached from the laboratory');
			case 'shutdown':
				this.#reply(command, {});
				return this.#hooks.onShutdown();
			case 'fault':
				if (!this.#config.faults) return this.#refuse(command, 'fault-refused', 'start with P2P_TUI_FAULTS=1');
				this.#reply(command, {});
				return fail(command.kind);
			default:
				this.#hasNews = true;
				return this.#world.command(command);
		}
	}

	stop(): void {
		clearTimeout(this.#turn);
		for (const interval of this.#intervals) clearInterval(interval);
		this.#person.close();
	}

	#do(command: Extract<Command, {readonly command: 'lab'}>): void {
		this.#hasNews = true;
		const problem = this.#deed(command);
		if (problem === undefined) this.#reply(command, {});
		else this.#refuse(command, 'bad-command', problem);
		this.#tell();
	}

	#deed(deed: Extract<Command, {readonly command: 'lab'}>): string | undefined {
		switch (deed.deed) {
			case 'speed':
				this.#clock.set(Math.min(MAX_SPEED, Math.max(0, deed.value)), performance.now());
				break;
			case 'compare':
				if (this.#comparing) return 'the two are being compared already';
				this.#comparing = compareRouters(this.#likeNow());
				break;
			default:
				return this.#world.do(deed satisfies WorldDeed);
		}
		this.#advance();
		return undefined;
	}

	/** A network of the same seed, of as many nodes as there are now, in the same weather. */
	#likeNow(): ComparisonOptions {
		const {seed, loss, delay} = this.#world.state();
		return {seed, nodes: Math.max(2, this.#world.aliveCount), loss, delay};
	}

	/** As much virtual time as is due, or as a turn may take. */
	#advance(): void {
		clearTimeout(this.#turn);
		const [clock, world] = [this.#clock, this.#world];
		clock.tick(performance.now());
		const deadline = performance.now() + WORK;
		while (clock.owed > 0 && performance.now() < deadline) {
			const step = Math.min(clock.owed, SLICE);
			world.runTo(world.now + step);
			clock.passed(step);
			this.#hasNews = true;
		}
		this.#compare();
		if (clock.speed === 0 && !this.#comparing) return;
		const isBehind = clock.owed > 0 || this.#comparing !== undefined;
		this.#turn = setTimeout(() => this.#advance(), isBehind ? 1 : TURN);
	}

	#compare(): void {
		const deadline = performance.now() + WORK;
		while (this.#comparing && performance.now() < deadline) {
			const next = this.#comparing.next();
			if (!next.done) continue;
			this.#compared = next.value;
			this.#comparing = undefined;
			this.#hasNews = true;
		}
	}

	#tell(): void {
		if (!this.#hasNews || !this.#config.forScreen) return;
		this.#hasNews = false;
		const comparison: LabState['comparison'] = this.#comparing ? 'running' : this.#compared;
		const {speed, actualSpeed} = this.#clock;
		const lab = {...this.#world.state(), speed, actualSpeed, ...(comparison && {comparison})};
		this.#hooks.emit({type: 'lab', lab});
	}

	#reply({id}: Command, result: Results[keyof Results]): void {
		if (id !== undefined) this.#hooks.emit({type: 'reply', id, ok: true, result});
	}

	#refuse({id}: Command, code: ErrorCode, message: string): void {
		if (id !== undefined) this.#hooks.emit({type: 'reply', id, ok: false, error: {code, message}});
	}
}
