/**
 * Trace: which way a message of a room takes to one of its members. The question goes where messages go, over the links of
 * the mesh; each node hands it on the first time that it comes, as it would a message, and the target answers. The answer
 * goes back over the same links, and each node on the way puts itself in front, with the time between handing on and the
 * answer by its own clock: no two clocks need to agree.
 *
 * Only the first answer of those who were asked counts. What is in it is a claim: a liar can invent what lies behind itself,
 * and nothing about those before it.
 */
import type {CommandOf} from '../api/command.ts';
import type {TraceHop, TraceResult} from '../api/spread.ts';
import {BoundedMap} from '../base/bounded.ts';
import type {Random} from '../base/random.ts';
import {type Rate, TokenBuckets} from '../base/token-bucket.ts';
import {MAX_TRACE_LINKS, TRACE_ID_BYTES} from '../wire/limits.ts';
import type {Trace as Question, Traced, TracedHop} from '../wire/messages.ts';
import {type PeerId, parsePeerId} from '../wire/peer-id.ts';
import {normaliseRoom} from '../wire/text.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';
import type {Overlay} from './overlay.ts';
import {refusal} from './refusal.ts';

export const TRACE_PROTOCOL = '/p2p-tui/trace/1';

/** Milliseconds that whoever asked waits; and that a trace is known by: later it counts as another one. */
export const TRACE_TIMEOUT = 5_000;
export const TRACE_MEMORY = 10_000;

/** Traces known at once. Of those that come at the rate below from every neighbour none is forgotten too soon. */
export const MAX_TRACES = 4_096;

/** What one peer may have handed on, and what we ask ourselves: people ask a few times, and each costs the whole mesh. */
export const TRACES: Rate = {burst: 10, perSecond: 5};

/** Peers whose rates are remembered: more than are ever connected, so that none begins anew. */
const MAX_SOURCES = 1_024;

/** A trace that has come here, or that we have asked. */
type Known = {
	readonly room: string;
	readonly target: PeerId;
	readonly at: Instant;
	/** Whom it was handed on to, and over how many links more it may go from there. */
	readonly asked: ReadonlySet<PeerId>;
	readonly linksLeft: number;
	/** Who handed it to us, and is told; undefined for our own. */
	readonly asker: PeerId | undefined;
	isAnswered: boolean;
};

export type TraceOptions = {
	readonly view: View;
	readonly overlay: Pick<Overlay, 'rooms' | 'mesh' | 'members'>;
	readonly chronicle: Pick<Chronicle, 'authorName'>;
	readonly random: Random;
	/** Whether others may see ways through us: whoever does not tell its neighbours neither answers nor hands on. */
	readonly tells: boolean;
};

export class Trace implements Behaviour {
	readonly name = 'trace';
	readonly protocol = TRACE_PROTOCOL;
	readonly messages = ['trace', 'traced'] as const;
	readonly commands = ['trace'] as const;
	readonly #options: TraceOptions;
	readonly #known = new BoundedMap<string, Known>(MAX_TRACES);
	/** Commands that wait for an answer, by the ids of their traces: few, for they have a rate too. */
	readonly #waiting = new Map<string, CommandOf<'trace'>>();
	readonly #rates = new TokenBuckets<PeerId>(TRACES, MAX_SOURCES);

	constructor(options: TraceOptions) {
		this.#options = options;
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'disconnected':
				this.#rates.delete(input.peer);
				return [];
			case 'message':
				if (input.message.type === 'trace') return this.#asked(input.peer, input.message, now);
				return input.message.type === 'traced' ? this.#traced(input.peer, input.message, now) : [];
			case 'timer':
				return this.#timeout(input.timer);
			case 'command':
				return input.command.command === 'trace' ? this.#command(input.command, now) : [];
			default:
				return [];
		}
	}

	// --- asking

	#command(command: CommandOf<'trace'>, now: Instant): BehaviourOutput[] {
		const {view, overlay, random} = this.#options;
		let room: string;
		try {
			room = normaliseRoom(command.room);
		} catch (error) {
			return [refusal(command, 'bad-room', error)];
		}
		if (!overlay.rooms().includes(room)) return [refusal(command, 'unknown-room', `not in #${room}; join it first`)];
		const target = peerOf(command.peer);
		if (target === undefined) return [refusal(command, 'bad-peer', 'not a peer id; one begins with 12D3KooW')];
		if (target === view.self) return [refusal(command, 'bad-peer', 'that is yourself')];
		const links = overlay.mesh(room);
		if (links.length === 0) return [refusal(command, 'not-connected', `nobody in #${room} is connected`)];
		if (!this.#rates.take(view.self, now)) return [refusal(command, 'busy', 'too many traces; wait a moment')];
		const id = Buffer.from(random.bytes(TRACE_ID_BYTES)).toString('hex');
		const known = {room, target, at: now, linksLeft: MAX_TRACE_LINKS, asker: undefined};
		this.#waiting.set(id, command);
		return [this.#handOn(id, known, links), {type: 'schedule', timer: id, at: now + TRACE_TIMEOUT}];
	}

	#timeout(id: string): BehaviourOutput[] {
		const command = this.#waiting.get(id);
		if (!command) return [];
		this.#waiting.delete(id);
		const reason = `no answer within ${TRACE_TIMEOUT / 1_000} s: that peer is not in the room, or tells nobody its way`;
		return [refusal(command, 'trace-timeout', reason)];
	}

	// --- handing on

	#asked(source: PeerId, {id, room, target, linksLeft}: Question, now: Instant): BehaviourOutput[] {
		const {view, overlay, tells} = this.#options;
		if (!tells) return [];
		const known = this.#known.get(id);
		if (known && now - known.at < TRACE_MEMORY) return [];
		if (!overlay.rooms().includes(room) || !overlay.members(room).includes(source)) return [count('stray')];
		if (!this.#rates.take(source, now)) return [count('rate')];
		const links = target === view.self || linksLeft === 0 ? [] : overlay.mesh(room).filter(peer => peer !== source);
		const next = {room, target, at: now, linksLeft: linksLeft - 1, asker: source};
		const handedOn = this.#handOn(id, next, links);
		if (target === view.self) return [answer(source, id, [{peer: view.self, microseconds: 0}])];
		return links.length === 0 ? [] : [handedOn];
	}

	#handOn(id: string, trace: Omit<Known, 'asked' | 'isAnswered'>, links: readonly PeerId[]): BehaviourOutput {
		const {room, target, linksLeft} = trace;
		this.#known.set(id, {...trace, asked: new Set(links), isAnswered: false});
		return {type: 'send', peers: links, message: {type: 'trace', id, room, target, linksLeft}};
	}

	// --- the answer

	#traced(source: PeerId, {id, hops}: Traced, now: Instant): BehaviourOutput[] {
		const {self} = this.#options.view;
		const known = this.#known.get(id);
		const isLoop = hops.some(({peer}) => peer === self);
		if (!known?.asked.has(source) || isLoop || !isPlausible(hops, source, known)) return [count('stray')];
		// Another way was faster, or it comes too late for anybody.
		if (known.isAnswered || now - known.at >= TRACE_MEMORY) return [];
		known.isAnswered = true;
		const {asker, room, target, at} = known;
		const microseconds = Math.round((now - at) * 1_000);
		if (asker !== undefined) return [answer(asker, id, [{peer: self, microseconds}, ...hops])];
		const command = this.#waiting.get(id);
		if (!command) return [];
		this.#waiting.delete(id);
		const result: TraceResult = {room, peer: target, hops: this.#hops(microseconds, hops, room)};
		return [
			{type: 'cancel', timer: id},
			{type: 'reply', command, result},
		];
	}

	/**
	 * Each node measured from itself to the target and back, so that the difference of two is what lies between them.
	 * `whole`: what we measured, in microseconds.
	 */
	#hops(whole: number, hops: readonly TracedHop[], room: string): TraceHop[] {
		let before = whole;
		return hops.map(({peer, microseconds}) => {
			// Whoever claims to have waited longer than we did for its answer lies.
			const rest = Math.min(before, microseconds);
			const [total, link] = [(whole - rest) / 1_000, (before - rest) / 1_000];
			before = rest;
			return {peer, name: this.#options.chronicle.authorName(peer, room), total, link};
		});
	}
}

/** From the one who sends it to the target, over no more links than it might, and through nobody twice. */
function isPlausible(hops: readonly TracedHop[], source: PeerId, {target, linksLeft}: Known): boolean {
	const isComplete = hops[0]?.peer === source && hops.at(-1)?.peer === target;
	return isComplete && hops.length <= linksLeft + 1 && new Set(hops.map(({peer}) => peer)).size === hops.length;
}

function answer(peer: PeerId, id: string, hops: readonly TracedHop[]): BehaviourOutput {
	return {type: 'send', peers: [peer], message: {type: 'traced', id, hops}};
}

function peerOf(text: string): PeerId | undefined {
	try {
		return parsePeerId(text);
	} catch {
		return undefined;
	}
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
