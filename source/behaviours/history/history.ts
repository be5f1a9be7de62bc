/**
 * The repair path: finds out what others hold and we lack, and fetches it; gives others what they lack. It does not care
 * why something is missing: a word lost on the way, a night away, a disk that did not take it, a member who just came.
 *
 *     digest ──▶ differs? ── ranges ──▶ what is missing ── want ──▶ events ──▶ archive ── committed ──▶ people
 *     (exchange)                        (holdings, planning, fetching)         (answers)
 *
 * Nobody is told anything of a room that he does not share with us (`shared-rooms`).
 */
import type {EventOf, NodeEvent, RoomName} from '../../api/event.ts';
import {jitter, type Random, shuffled} from '../../base/random.ts';
import {TokenBuckets} from '../../base/token-bucket.ts';
import type {Archive} from '../../history/archive.ts';
import {Spans} from '../../history/spans.ts';
import {directRoomOf, isDirectRoom} from '../../wire/direct-room.ts';
import type {EventVerifier} from '../../wire/event.ts';
import type {ChainRanges, Digest, Events, Message, Ranges, Want} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, BehaviourStats, Instant, View} from '../behaviour.ts';
import type {Chronicle} from '../chronicle.ts';
import {ROOM_EVENTS} from '../common-rooms.ts';
import type {Directs} from '../direct.ts';
import type {Receipts} from '../receipts.ts';
import {Reorder} from '../reorder.ts';
import {Alarm} from './alarm.ts';
import {Answers} from './answers.ts';
import {Exchange} from './exchange.ts';
import {Fetching} from './fetching.ts';
import {GapHunter} from './gaps.ts';
import {
	DIGEST_INTERVAL,
	DIGEST_JITTER,
	DIGEST_PEERS,
	GRACE,
	MANY_EVENTS,
	MAX_REMEMBERED_PEERS,
	MAX_TOLD_MEMBERS,
	QUESTIONS,
	TELL_DELAY,
} from './parameters.ts';
import {worthwhile} from './planning.ts';
import {Progress} from './progress.ts';
import {Rejoin} from './rejoin.ts';
import {Retention} from './retention.ts';
import {Serving} from './serving.ts';
import {type Change, SharedRooms} from './shared-rooms.ts';

const WORK = 'work';
const LOOK = 'look';

export type HistoryOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly chronicle: Chronicle;
	readonly receipts: Pick<Receipts, 'heldBy' | 'fetched'>;
	readonly directs: Pick<Directs, 'has' | 'isFull' | 'ensure'>;
	readonly random: Random;
	readonly verify: EventVerifier;
	/** Milliseconds after which events are deleted here. */
	readonly keep?: number;
};

export class History implements Behaviour {
	readonly name = 'history';
	readonly protocol = '/p2p-tui/history/1';
	readonly messages = ['digest', 'ranges', 'want', 'events'] as const;
	readonly commands = [] as const;
	readonly watches = [...ROOM_EVENTS, 'message', 'notice'] as const;

	readonly #options: HistoryOptions;
	readonly #shared: SharedRooms;
	readonly #alarm = new Alarm(WORK);
	readonly #exchange: Exchange;
	readonly #fetching: Fetching;
	readonly #answers: Answers;
	readonly #serving: Serving;
	readonly #gaps: GapHunter;
	readonly #progress: Progress;
	readonly #rejoin: Rejoin;
	readonly #reorder: Reorder;
	readonly #retention: Retention;
	readonly #questions = new TokenBuckets<PeerId>(QUESTIONS, MAX_REMEMBERED_PEERS);
	/** Rooms whose members are to hear what we hold now: when, and when at the latest. */
	readonly #news = new Map<string, {at: Instant; readonly latest: Instant}>();
	#isLooking = false;
	/** The disk takes nothing, so nothing is fetched. */
	#isFailing = false;

	constructor(options: HistoryOptions) {
		const {view, archive, chronicle, random, verify, keep} = options;
		const [shared, alarm] = [new SharedRooms(view.self), this.#alarm];
		const nameOf = (room: string) => chronicle.nameOf(room);
		const timestamp = () => view.timestamp();
		const progress = new Progress(nameOf);
		const gaps = new GapHunter({archive, shared, alarm});
		const answers = new Answers({archive, verify, timestamp, keep: keep ?? Number.POSITIVE_INFINITY});
		const sourcesIn = (room: string) => this.#fetching.sourcesIn(room);
		const exhausted = (room: string, peer: PeerId, now: Instant) => this.#exchange.settled(room, peer, now);
		this.#options = options;
		this.#shared = shared;
		this.#progress = progress;
		this.#gaps = gaps;
		this.#answers = answers;
		this.#exchange = new Exchange({archive, shared, random, alarm, sourcesIn});
		this.#fetching = new Fetching({archive, shared, random, alarm, answers, progress, gaps, exhausted});
		this.#serving = new Serving(archive);
		const isActive = (room: string) => this.#fetching.isActive(room) || answers.isWaiting(room);
		this.#rejoin = new Rejoin({archive, alarm, nameOf, timestamp, isActive});
		this.#reorder = new Reorder(options);
		this.#retention = new Retention({archive, keep, timestamp});
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		const outputs = this.#handle(input, now);
		return [...outputs, ...this.#alarm.set()];
	}

	/** Commits are measured where they are made. */
	stats(): BehaviourStats {
		const {archive} = this.#options;
		const events = archive.rooms().reduce((sum, room) => sum + room.events, 0);
		const {received} = this.#answers;
		const {given} = this.#serving;
		return {history: {events, bytes: archive.store.size(), commits: 0, commitP50: 0, commitP99: 0, received, given}};
	}

	#handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'start':
				return this.#retention.start(now);
			case 'connected':
				return this.#changed(this.#shared.connected(input.peer, now), now);
			case 'moved':
				this.#exchange.moved(input.peer);
				return this.#exchange.tellAll(this.#shared.roomsWith(input.peer).filter(this.#isOpen), input.peer, now);
			case 'disconnected':
				return this.#disconnected(input.peer, now);
			case 'event':
				return this.#noted(input.event, now);
			case 'message':
				return this.#message(input.peer, input.message, now);
			case 'committed':
				return input.failure ? this.#failed(now) : this.#committed(now);
			case 'timer':
				return this.#timer(input.timer, now);
			default:
				return [];
		}
	}

	#timer(timer: string, now: Instant): BehaviourOutput[] {
		if (timer === WORK) return this.#work(now);
		if (timer === LOOK) return this.#look(now);
		if (this.#serving.isTimer(timer)) return this.#serving.run(now);
		if (this.#retention.isTimer(timer)) return this.#retention.run(this.#isFailing, now);
		return this.#reorder.isTimer(timer) ? this.#reorder.timer(now) : [];
	}

	/** Everything that waits for its time. */
	#work(now: Instant): BehaviourOutput[] {
		this.#alarm.rang();
		return [
			...(this.#isFailing ? [] : this.#exchange.run(now)),
			...this.#tellNews(now),
			...this.#fetching.run(now),
			...this.#rejoin.run(now).map(emit),
		];
	}

	// --- who is there

	#noted(event: NodeEvent, now: Instant): BehaviourOutput[] {
		if (event.type === 'message' || event.type === 'notice') {
			this.#live(event, now);
			return [];
		}
		const change = this.#shared.note(event, now);
		const outputs = change ? this.#changed(change, now) : [];
		// It may have been left in the middle of that.
		return event.type === 'room-joined'
			? [...outputs, ...this.#reorderIfNeeded(this.#wireOf(event.room), now)]
			: outputs;
	}

	#reorderIfNeeded(room: string, now: Instant): BehaviourOutput[] {
		return this.#options.archive.needsReorder(room) ? this.#reorder.needed(room, now) : [];
	}

	/** The room that people call so. */
	#wireOf(name: RoomName): string {
		return name.startsWith('@') ? directRoomOf(this.#options.view.self, name.slice(1)) : name;
	}

	/** Told to people as it came: `via` somebody. */
	#live({room: name, from, missing, order, via}: EventOf<'message' | 'notice'>, now: Instant): void {
		if (via === undefined) return;
		const room = this.#wireOf(name);
		if (!this.#isOpen(room)) return;
		this.#rejoin.heard(room, from, order, now);
		if (missing !== undefined) this.#gaps.noted(room, via, [], now);
	}

	#disconnected(peer: PeerId, now: Instant): BehaviourOutput[] {
		const outputs = this.#shared.disconnected(peer).flatMap(change => this.#changed(change, now));
		this.#rejoin.disconnected(peer, now);
		this.#fetching.left(peer);
		this.#serving.forget(peer);
		return [...outputs, ...this.#fetching.run(now)];
	}

	#changed({room, joined, left, isClosed}: Change, now: Instant): BehaviourOutput[] {
		const {archive, directs} = this.#options;
		for (const peer of left) {
			this.#exchange.forget(room, peer);
			this.#fetching.left(peer, room);
			this.#serving.forget(peer, room);
			if (this.#isOpen(room)) this.#rejoin.left(room, peer, now);
			// Opened for somebody who said that he holds something, and gave nothing.
			if (isDirectRoom(room) && this.#isOpen(room) && !directs.has(peer)) archive.close(room);
		}
		if (isClosed) {
			this.#exchange.forgetRoom(room);
			this.#gaps.forget(room);
			this.#rejoin.forgetRoom(room);
			this.#reorder.left(room);
			this.#news.delete(room);
		}
		if (joined.length === 0) return this.#fetching.run(now);
		const outputs = this.#isOpen(room) ? this.#greet(room, joined, now) : [];
		return [...this.#startLooking(now), ...outputs];
	}

	/** Who comes hears what we hold; in a crowd some tell him, and he tells some. */
	#greet(room: string, joined: readonly PeerId[], now: Instant): BehaviourOutput[] {
		const {random} = this.#options;
		for (const peer of joined) this.#rejoin.joined(room, peer, now);
		if (joined.length > 1) return this.#exchange.tell(room, shuffled(joined, random).slice(0, DIGEST_PEERS), now);
		const members = this.#shared.members(room).length;
		return random.float() * members < MAX_TOLD_MEMBERS ? this.#exchange.tell(room, joined, now) : [];
	}

	readonly #isOpen = (room: string): boolean => this.#options.archive.isOpen(room);

	// --- the regular look

	#startLooking(now: Instant): BehaviourOutput[] {
		if (this.#isLooking) return [];
		this.#isLooking = true;
		return [{type: 'schedule', timer: LOOK, at: now + jitter(this.#options.random, DIGEST_INTERVAL, DIGEST_JITTER)}];
	}

	#look(now: Instant): BehaviourOutput[] {
		this.#isLooking = false;
		if (this.#shared.rooms().length === 0) return [];
		const outputs = this.#startLooking(now);
		if (this.#isFailing) return outputs;
		return [...outputs, ...this.#lookNow(now)];
	}

	#lookNow(now: Instant): BehaviourOutput[] {
		const rooms = this.#shared.rooms().filter(this.#isOpen);
		for (const room of rooms) this.#gaps.look(room, now);
		return this.#exchange.look(rooms, now);
	}

	#tellNews(now: Instant): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (const [room, news] of this.#news) {
			if (news.at <= now && this.#fetching.isActive(room) && now < news.latest) news.at = now + TELL_DELAY;
			if (news.at > now) {
				this.#alarm.by(news.at);
				continue;
			}
			this.#news.delete(room);
			if (this.#isOpen(room) && !this.#isFailing) outputs.push(...this.#exchange.tellMembers(room, now));
		}
		return outputs;
	}

	// --- what others say

	#message(peer: PeerId, message: Message, now: Instant): BehaviourOutput[] {
		switch (message.type) {
			case 'events':
				return this.#events(peer, message, now);
			case 'digest':
			case 'ranges':
			case 'want':
				break;
			default:
				return [];
		}
		// Not even an error: it would tell that there is such a room.
		if (!this.#shared.share(peer, message.room)) return [count('history-stranger')];
		if (!this.#questions.take(peer, now)) return [count('history-questions')];
		if (!this.#isKept(peer, message)) return [];
		if (message.type === 'want') return this.#serving.ask(peer, message, now);
		if (this.#isFailing) return [];
		return message.type === 'digest' ? this.#digest(peer, message, now) : this.#ranges(peer, message, now);
	}

	/** Whether we keep the room; a direct one from when the other says that he holds something of it. */
	#isKept(peer: PeerId, message: Digest | Ranges | Want): boolean {
		const {archive, directs} = this.#options;
		const {room} = message;
		if (this.#isOpen(room)) return true;
		if (!isDirectRoom(room) || directs.isFull) return false;
		const holds =
			message.type === 'digest' ? message.events > 0 : message.type === 'ranges' && message.chains.length > 0;
		if (holds) archive.open(room, peer);
		return holds;
	}

	#digest(peer: PeerId, message: Digest, now: Instant): BehaviourOutput[] {
		const {room} = message;
		const {isEqual, isNews, outputs} = this.#exchange.digest(peer, message, now);
		if (!isEqual) return outputs;
		this.#fetching.forget(peer, room);
		this.#rejoin.equal(room, peer);
		return [...(isNews ? this.#credit(peer, room, this.#options.archive.ranges(room)) : []), ...outputs];
	}

	#ranges(peer: PeerId, message: Ranges, now: Instant): BehaviourOutput[] {
		const {archive} = this.#options;
		const {room, chains, isLast} = message;
		const {part, outputs} = this.#exchange.ranges(peer, message, now);
		const comparison = archive.compare(room, chains);
		if (part.isFirst) this.#fetching.forget(peer, room);
		const from = part.isUnderWay && comparison.weLack < MANY_EVENTS ? now + GRACE : now;
		this.#fetching.learned(room, peer, worthwhile(chains, comparison), from);
		this.#rejoin.compared(room, peer, chains, isLast);
		if (isLast && !this.#fetching.hasSource(room, peer)) this.#exchange.settled(room, peer, now);
		return [...this.#credit(peer, room, chains), ...outputs, ...this.#fetching.run(now)];
	}

	/** Our own words in these chains are held by this peer. */
	#credit(peer: PeerId, room: string, chains: readonly ChainRanges[]): BehaviourOutput[] {
		const {view, receipts} = this.#options;
		const own = chains.filter(({author}) => author === view.self);
		if (own.length === 0) return [];
		const held = new Map(own.map(({epoch, spans}) => [epoch, new Spans(spans)]));
		return receipts.heldBy(peer, room, (epoch, sequence) => held.get(epoch)?.has(sequence) ?? false);
	}

	#events(peer: PeerId, message: Events, now: Instant): BehaviourOutput[] {
		if (this.#isFailing || !this.#isOpen(message.room)) return [count('history-stray')];
		return [...this.#fetching.events(peer, message, now), ...this.#fetching.run(now)];
	}

	// --- the disk

	/** What came is safe: people are told of it, and then the others that we hold it. */
	#committed(now: Instant): BehaviourOutput[] {
		const {chronicle, directs, receipts} = this.#options;
		const outputs: BehaviourOutput[] = [];
		for (const {room, peer, kept} of this.#answers.committed()) {
			receipts.fetched(room, peer, kept, now);
			if (isDirectRoom(room)) outputs.push(...directs.ensure(peer));
			outputs.push(...chronicle.tellAll(kept).map(emit));
			if (kept.some(({siblings}) => siblings.length > 0)) outputs.push(count('fork'));
			outputs.push(...this.#reorderIfNeeded(room, now));
			this.#progress.got(room, kept.length);
			this.#rejoin.got(
				room,
				kept.map(({event, stored}) => ({author: event.author, order: stored.order})),
				now,
			);
			outputs.push(...this.#progress.tell(room, now).map(emit));
			this.#hasNews(room, now);
		}
		if (this.#isFailing) {
			this.#isFailing = false;
			this.#fetching.resume();
			outputs.push(...this.#lookNow(now));
		}
		return [...outputs, ...this.#fetching.run(now)];
	}

	#failed(now: Instant): BehaviourOutput[] {
		this.#isFailing = true;
		this.#answers.failed();
		this.#fetching.stop();
		return this.#fetching.run(now);
	}

	#hasNews(room: string, now: Instant): void {
		const latest = this.#news.get(room)?.latest ?? now + DIGEST_INTERVAL;
		this.#news.set(room, {at: now + TELL_DELAY, latest});
		this.#alarm.by(now + TELL_DELAY);
	}
}

function emit(event: NodeEvent): BehaviourOutput {
	return {type: 'emit', event};
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
