/**
 * Topology: each node states who its neighbours are, signed, so that everyone sees the network as a whole, and whom it has
 * lost. Beside this file: what is in our own statement, and when it is made anew (`own`); those of others (`known`), and to
 * whom they are handed on (`relay`); who is connected to whom by all of them (`graph`, `report`); who has fallen silent
 * (`losses`), and who is unreachable by it (`unreachable`).
 *
 * Whoever does not tell is named by nobody, hands nothing on, and hears from its neighbours about themselves only.
 */
import type {CommandOf} from '../../api/command.ts';
import type {Overview} from '../../api/metrics.ts';
import type {Unreachable} from '../../api/topology.ts';
import {WireError} from '../../base/errors.ts';
import type {Random} from '../../base/random.ts';
import {TokenBuckets} from '../../base/token-bucket.ts';
import type {Identity} from '../../wire/identity.ts';
import {MAX_NEIGHBOURS} from '../../wire/limits.ts';
import type {Neighbours} from '../../wire/messages.ts';
import {decodeStatement, type Statement, type StatementVerifier, signStatement} from '../../wire/neighbours.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from '../behaviour.ts';
import type {Overlay} from '../overlay.ts';
import type {Claims} from './graph.ts';
import {type Known, KnownStatements} from './known.ts';
import {Losses} from './losses.ts';
import {type Change, OwnStatement, tells} from './own.ts';
import {
	DOUBTFUL_VALIDITY,
	FEW_AUTHORS,
	GREETING_DELAY,
	JUDGE_DELAY,
	JUDGE_PER_AUTHOR,
	LOOK_INTERVAL,
	PEER_STATEMENTS,
	PICTURE_PER_AUTHOR,
	READER_PROTOCOL,
	RELAY_BATCH,
	RELAY_DELAY,
	RELAY_STEPS,
	SEQUENCE_MEMORY,
	TOPOLOGY_PROTOCOL,
} from './parameters.ts';
import {Relay} from './relay.ts';
import {type Picture, pictureOf, report} from './report.ts';
import {UnreachablePeers} from './unreachable.ts';

export type TopologyOptions = {
	readonly view: View;
	readonly overlay: Pick<Overlay, 'rooms' | 'mesh'>;
	readonly identity: Identity;
	readonly random: Random;
	readonly verify: StatementVerifier;
	/** Whether others are told who our neighbours are. */
	readonly tells: boolean;
	/** Peers that a node wants to be connected to. */
	readonly target: number;
};

export class TopologyBehaviour implements Behaviour {
	readonly name = 'topology';
	readonly protocol: string;
	readonly messages = ['neighbours'] as const;
	readonly commands = ['topology'] as const;
	readonly watches = ['peer-connected'] as const;

	readonly #options: TopologyOptions;
	readonly #known = new KnownStatements();
	readonly #losses = new Losses();
	readonly #own: OwnStatement;
	readonly #unreachable: UnreachablePeers;
	readonly #budgets = new TokenBuckets<PeerId>(PEER_STATEMENTS, MAX_NEIGHBOURS);
	/** Authors whose statements came since the last round of handing on, and what is left of the rounds before. */
	readonly #fresh = new Set<PeerId>();
	/**
	 * Those that came since the last look, and before it. Where links come and go, who is to hand on what is decided by
	 * views that differ; some seconds later they agree, and what was left undone is done.
	 */
	#young = new Set<PeerId>();
	#ripe = new Set<PeerId>();
	/** What is to be handed on: statements by their author, always the newest, and to whom. */
	readonly #errands = new Map<PeerId, Set<PeerId>>();
	/** Newcomers that are to be told of all others. */
	readonly #newcomers = new Map<PeerId, Instant>();
	#statement: Neighbours | undefined;
	#statedAt: Instant = 0;
	/** What was answered last, and when, and what it must agree with. */
	#picture: {picture: Picture; at: Instant; connected: string; unreachable: readonly Unreachable[]} | undefined;
	/** When timers fire that are under way. */
	readonly #timers = new Map<string, Instant>();

	constructor(options: TopologyOptions) {
		const {view, overlay, target} = options;
		this.#options = options;
		this.protocol = options.tells ? TOPOLOGY_PROTOCOL : READER_PROTOCOL;
		this.#own = new OwnStatement({...options, authors: () => this.#known.size});
		this.#unreachable = new UnreachablePeers({
			view,
			known: this.#known,
			losses: this.#losses,
			rooms: () => overlay.rooms(),
			target,
			seesAll: () => options.tells && this.#seesAll(),
		});
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'start':
				return this.#schedule('look', now + LOOK_INTERVAL * (1 + this.#options.random.float()));
			case 'connected':
				return this.#losses.connected(input.peer) ? this.#judgeSoon(now) : [];
			case 'event':
				return input.event.type === 'peer-connected' ? this.#arrived(input.event.peer, now) : [];
			case 'moved':
				return this.#repeat(input.peer, now);
			case 'disconnected':
				return this.#left(input.peer, input.reason, now);
			case 'message':
				return input.message.type === 'neighbours' ? this.#heard(input.peer, input.message, now) : [];
			case 'timer':
				this.#timers.delete(input.timer);
				return this.#timer(input.timer, now);
			case 'command':
				return input.command.command === 'topology' ? this.#answer(input.command, now) : [];
			default:
				return [];
		}
	}

	overview(): Overview {
		return {topology: {authors: this.#known.size, unreachable: this.#unreachable.list.length}};
	}

	#timer(timer: string, now: Instant): BehaviourOutput[] {
		switch (timer) {
			case 'state':
				return this.#state(now);
			case 'relay':
				return this.#handOn(now);
			case 'judge':
				return this.#judge(now);
			default:
				return this.#look(now);
		}
	}

	// --- our own statement

	/** It has introduced itself, so we know whether it tells. */
	#arrived(peer: PeerId, now: Instant): BehaviourOutput[] {
		if (!this.#isListener(peer)) return [];
		const {tells: isTelling, view} = this.#options;
		if (!isTelling) return [];
		const changed = this.#changed('neighbours', now);
		if (!tells(view, peer)) return changed;
		this.#newcomers.set(peer, now + GREETING_DELAY);
		return [...changed, ...this.#schedule('relay', now + GREETING_DELAY)];
	}

	/** What was said last to it may not have arrived. */
	#repeat(peer: PeerId, now: Instant): BehaviourOutput[] {
		if (!this.#statement || !this.#isListener(peer)) return [];
		return [{type: 'send', peers: [peer], message: {...this.#statement, age: secondsSince(this.#statedAt, now)}}];
	}

	#left(peer: PeerId, reason: string, now: Instant): BehaviourOutput[] {
		const isTelling = tells(this.#options.view, peer);
		const isLost = this.#losses.ended(peer, reason, isTelling, now);
		this.#newcomers.delete(peer);
		this.#known.disconnected(peer);
		if (reason === 'goodbye: leaving') this.#known.forget(peer);
		if (!isTelling) return [];
		return [...this.#changed(isLost ? 'loss' : 'neighbours', now), ...this.#judgeSoon(now)];
	}

	#changed(change: Change, now: Instant): BehaviourOutput[] {
		if (!this.#options.tells) return [];
		this.#own.changed(change, now);
		return this.#scheduleState();
	}

	#scheduleState(): BehaviourOutput[] {
		const {dueAt} = this.#own;
		return dueAt === undefined ? [] : this.#schedule('state', dueAt);
	}

	#state(now: Instant): BehaviourOutput[] {
		const {identity, view} = this.#options;
		const listeners = view.connectedPeers().filter(peer => this.#isListener(peer));
		// Whom it seems to have lost may be behind somebody who does not tell.
		const lost = this.#seesAll() ? this.#losses.stated(peer => tells(view, peer), now) : [];
		const signed = signStatement(this.#own.make(lost, now), identity);
		this.#statement = {type: 'neighbours', ...signed, age: 0};
		this.#statedAt = now;
		const next = this.#scheduleState();
		return listeners.length === 0 ? next : [{type: 'send', peers: listeners, message: this.#statement}, ...next];
	}

	/** Whether all that have introduced themselves say who their neighbours are. */
	#seesAll(): boolean {
		const {view} = this.#options;
		return view.connectedPeers().every(peer => view.facts(peer).name === undefined || tells(view, peer));
	}

	#isListener(peer: PeerId): boolean {
		const {view} = this.#options;
		return tells(view, peer) || (view.facts(peer).protocols?.includes(READER_PROTOCOL) ?? false);
	}

	// --- statements of others

	#heard(from: PeerId, message: Neighbours, now: Instant): BehaviourOutput[] {
		if (!this.#budgets.take(from, now)) return [count('neighbours-flood')];
		const held = this.#known.withSignature(message.signature);
		if (held && Buffer.compare(held.signed.statement, message.statement) === 0) {
			held.holders.add(from);
			this.#known.renew(held, message.age * 1_000, now);
			return [];
		}
		const statement = decoded(message.statement);
		if (!statement) return [count('bad-statement')];
		if (!this.#known.isNews(statement, now)) return [count('old-statement')];
		const {verify, view} = this.#options;
		const {author} = statement;
		if (!verify(message.statement, message.signature, author)) {
			const reason = 'forged-statement';
			return [count(reason), {type: 'disconnect', peer: from, reason, misbehaved: true}];
		}
		if (author === view.self) {
			this.#own.overtake(statement.sequence);
			return [];
		}
		return this.#take(from, message, statement, now);
	}

	#take(from: PeerId, message: Neighbours, statement: Statement, now: Instant): BehaviourOutput[] {
		const {author} = statement;
		const {statement: bytes, signature, age} = message;
		const validity = this.#validityOf(statement);
		if (age >= validity) return [count('old-statement')];
		const signed = {statement: bytes, signature};
		const heard = {statement, signed, bringer: from, age: age * 1_000, goodFor: validity * 1_000};
		const {leftAt} = this.#known.add(heard, now);
		const isBack = this.#losses.heard(author, leftAt);
		this.#fresh.add(author);
		this.#young.add(author);
		return [
			...(isBack ? this.#changed('neighbours', now) : []),
			...(this.#options.tells ? this.#schedule('relay', now + RELAY_DELAY) : []),
			...this.#judgeSoon(now),
		];
	}

	/** Seconds. One from long ago may be told again as if it were young: what its clock says shows that, if clocks are right. */
	#validityOf({timestamp, validity}: Statement): number {
		const isFar = Math.abs(this.#options.view.timestamp() - timestamp) > SEQUENCE_MEMORY + validity * 1_000;
		return isFar ? Math.min(validity, DOUBTFUL_VALIDITY) : validity;
	}

	/** To those who do not get it from somebody nearer; to newcomers all that we know. */
	#handOn(now: Instant): BehaviourOutput[] {
		const {view} = this.#options;
		const targets = view.connectedPeers().filter(peer => tells(view, peer));
		for (const author of this.#fresh) this.#errands.set(author, new Set(targets));
		this.#fresh.clear();
		for (const [target, at] of this.#newcomers) {
			if (at > now || !this.#newcomers.delete(target)) continue;
			for (const [author] of this.#known.entries()) {
				const others = this.#errands.get(author);
				if (others) others.add(target);
				else this.#errands.set(author, new Set([target]));
			}
		}
		const sent = this.#run(now);
		const nextAt = this.#errands.size > 0 ? now + RELAY_DELAY : Math.min(...this.#newcomers.values());
		return Number.isFinite(nextAt) ? [...sent, ...this.#schedule('relay', nextAt)] : sent;
	}

	/** Goes through the errands until enough was sent or looked at; each statement is one message, however many get it. */
	#run(now: Instant): BehaviourOutput[] {
		const {view} = this.#options;
		const own = new Map(view.connectedPeers().map(peer => [peer, undefined]));
		const namedBy = (peer: PeerId) => (peer === view.self ? own : this.#known.get(peer)?.claims);
		const outputs: BehaviourOutput[] = [];
		let steps = 0;
		for (const [author, targets] of this.#errands) {
			if (outputs.length >= RELAY_BATCH || steps >= RELAY_STEPS) break;
			this.#errands.delete(author);
			const known = this.#known.get(author);
			if (!known) continue;
			const relay = new Relay(known, {self: view.self, namedBy});
			const peers = [...targets].filter(target => view.isConnected(target) && relay.isFor(target));
			steps += targets.size + relay.steps;
			if (peers.length > 0) outputs.push(handedOn(known, peers, now));
		}
		return outputs;
	}

	// --- what follows

	#look(now: Instant): BehaviourOutput[] {
		const hasExpired = this.#known.expire(now);
		const isBack = this.#losses.expire(now);
		for (const author of this.#ripe) this.#fresh.add(author);
		[this.#ripe, this.#young] = [this.#young, new Set()];
		const hasDetails = this.#options.tells && this.#own.dueAt !== undefined && this.#own.look();
		return [
			...this.#schedule('look', now + LOOK_INTERVAL),
			...(this.#options.tells && this.#fresh.size > 0 ? this.#schedule('relay', now + RELAY_DELAY) : []),
			...(hasDetails ? this.#changed('details', now) : []),
			...(hasExpired || isBack || this.#unreachable.isSuspected() ? this.#judgeSoon(now) : []),
		];
	}

	/** If there is any reason to. */
	#judgeSoon(now: Instant): BehaviourOutput[] {
		if (this.#timers.has('judge') || !this.#unreachable.isSuspected()) return [];
		return this.#schedule('judge', now + Math.max(JUDGE_DELAY, JUDGE_PER_AUTHOR * this.#known.size));
	}

	#judge(now: Instant): BehaviourOutput[] {
		const missed = this.#losses.size;
		const hasChanged = this.#unreachable.judge(this.#claims(), now);
		const told = this.#losses.size === missed ? [] : this.#changed('neighbours', now);
		if (!hasChanged) return told;
		return [...told, {type: 'emit', event: {type: 'partition', unreachable: this.#unreachable.list}}];
	}

	#claims(): Claims {
		const claims = new Map([[this.#options.view.self, this.#own.claims()]]) as Map<PeerId, Known['claims']>;
		for (const [author, known] of this.#known.entries()) claims.set(author, known.claims);
		return claims;
	}

	#answer(command: CommandOf<'topology'>, now: Instant): BehaviourOutput[] {
		const {view, tells: isTelling} = this.#options;
		const {self} = view;
		const unreachable = this.#unreachable.list;
		const lastNames = new Map(unreachable.map(one => [one.peer, one.name]));
		const about = (peer: PeerId) => {
			const known = this.#known.get(peer);
			const last = known?.statement.name ?? lastNames.get(peer) ?? '';
			const name = peer === self ? view.name : (view.facts(peer).name ?? last);
			const toldAgo = known && {toldAgo: Math.max(0, Math.round(now - known.leftAt))};
			return {name, isNeighbour: view.isConnected(peer), ...toldAgo};
		};
		const result = report(this.#pictureOf(now), {self, about, unreachable, tells: isTelling});
		return [{type: 'reply', command, result}];
	}

	/** Made anew not too often where that takes long, unless it concerns our own connections. */
	#pictureOf(now: Instant): Picture {
		const {view, overlay} = this.#options;
		const unreachable = this.#unreachable.list;
		const connected = view.connectedPeers().join();
		const last = this.#picture;
		const {size} = this.#known;
		const isYoung = last !== undefined && size > FEW_AUTHORS && now - last.at < PICTURE_PER_AUTHOR * size;
		if (isYoung && last.connected === connected && last.unreachable === unreachable) return last.picture;
		const missed = this.#unreachable.missed();
		const rooms = this.#options.tells && this.#seesAll() ? overlay.rooms() : [];
		const picture = pictureOf({self: view.self, claims: this.#claims(), unreachable, missed, rooms});
		this.#picture = {picture, at: now, connected, unreachable};
		return picture;
	}

	/** An earlier one that is under way under this name stays. */
	#schedule(timer: string, at: Instant): BehaviourOutput[] {
		if ((this.#timers.get(timer) ?? Number.POSITIVE_INFINITY) <= at) return [];
		this.#timers.set(timer, at);
		return [{type: 'schedule', timer, at}];
	}
}

function handedOn(known: Known, peers: readonly PeerId[], now: Instant): BehaviourOutput {
	for (const peer of peers) known.holders.add(peer);
	const age = secondsSince(known.leftAt, now);
	return {type: 'send', peers, message: {type: 'neighbours', ...known.signed, age}};
}

/** Undefined for what is no statement: who hands it on may be of a version that knows other ones. */
function decoded(bytes: Uint8Array): Statement | undefined {
	try {
		return decodeStatement(bytes);
	} catch (error) {
		if (error instanceof WireError) return undefined;
		throw error;
	}
}

function secondsSince(at: Instant, now: Instant): number {
	return Math.max(0, Math.floor((now - at) / 1_000));
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
