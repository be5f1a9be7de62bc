/**
 * Whom we know, connected or not: names, and when we last saw them. Over restarts, in the store; bounded, for keys cost
 * nothing: those whom we only know from what is kept of a room leave first, then those who were away longest.
 *
 * **A known name with a new key.** Whoever takes a name (connects under it, renames itself to it, or says so in a room)
 * that looks like the name of somebody else who had it before and is away now gives a conflict. If both are connected,
 * there is none: then they are told apart by their tags. A pair is reported once per start, and no more at all once
 * the newcomer has gone by that name for `SETTLED_AFTER`: then it is a namesake whom people have met. Keys are free, so
 * further ones that take a name are passed over for a while, and so are names beyond a few a minute: people have been
 * warned. And whoever is not connected to us has to say it where the one who had the name before has joined.
 */
import {BoundedMap} from '../base/bounded.ts';
import {shapeOf} from '../base/look-alike.ts';
import {type Rate, TokenBucket} from '../base/token-bucket.ts';
import type {EventStore, StoredPerson} from '../history/event-store.ts';
import {type PeerId, shortPeerId} from '../wire/peer-id.ts';
import type {View} from './behaviour.ts';

/** People who were connected to us, and people whom we only know from rooms: together what the store keeps. */
export const MAX_MET = 3_072;
export const MAX_HEARD_OF = 1_024;

/** Milliseconds after which a namesake is no news any more: a week. */
export const SETTLED_AFTER = 7 * 24 * 3_600_000;

/** Milliseconds in which one name gives one warning, and how many there are of all names. */
export const NAME_PAUSE = 600_000;
export const WARNINGS: Rate = {burst: 3, perSecond: 3 / 60};

/** Names that have given a warning of late. */
const MAX_WARNED = 1_024;

/** Pairs of which somebody was warned in this run. */
const MAX_PAIRS = 4_096;

export type Conflict = {
	readonly name: string;
	readonly peer: PeerId;
	/** Who went by that name before, and when it was last seen: Unix milliseconds, 0 for never. */
	readonly before: PeerId;
	readonly lastSeen: number;
};

/** How a name was said: `isLive` just now, in `room`, if in one. */
export type Where = {readonly isLive: boolean; readonly room?: string};

/** `said`: when it last said its name, Unix milliseconds, so that an older event does not bring back an older name. */
type Person = StoredPerson & {readonly said: number};

export class Acquaintances {
	readonly #view: View;
	readonly #store: EventStore;
	readonly #met = new BoundedMap<PeerId, Person>(MAX_MET);
	readonly #heardOf = new BoundedMap<PeerId, Person>(MAX_HEARD_OF);
	readonly #byShape = new Map<string, Set<PeerId>>();
	readonly #pairs = new BoundedMap<string, true>(MAX_PAIRS);
	/** By the shape of the name, when somebody was warned: Unix milliseconds. */
	readonly #warned = new BoundedMap<string, number>(MAX_WARNED);
	readonly #warnings = new TokenBucket(WARNINGS);
	readonly #unsaved = new Set<PeerId>();
	#conflicts: Conflict[] = [];
	#isLoaded = false;

	constructor({view, store}: {readonly view: View; readonly store: EventStore}) {
		this.#view = view;
		this.#store = store;
	}

	/** What it says it is called, or was called when we last heard; undefined for a stranger. */
	nameOf(peer: PeerId): string | undefined {
		if (peer === this.#view.self) return this.#view.name;
		return this.#view.facts(peer).name ?? this.#find(peer)?.name;
	}

	/** The same for people: a stranger goes by its short id. */
	labelOf(peer: PeerId): string {
		return this.nameOf(peer) ?? shortPeerId(peer);
	}

	/** When it was last connected to us, Unix milliseconds: now, if it is. Undefined if it never was. */
	lastSeen(peer: PeerId): number | undefined {
		if (this.#view.isConnected(peer)) return this.#view.timestamp();
		const lastSeen = this.#find(peer)?.lastSeen ?? 0;
		return lastSeen > 0 ? lastSeen : undefined;
	}

	/** It is connected and says its name, which may be another one than before. */
	introduced(peer: PeerId, name: string): void {
		if (peer === this.#view.self) return;
		const now = this.#view.timestamp();
		this.#set({peer, name, since: this.#since(peer, name, now), lastSeen: now, said: now});
		this.#judge(peer, {isLive: true});
	}

	/** It is, or was until just now, connected. */
	seen(peer: PeerId): void {
		const known = this.#find(peer);
		if (known) this.#set({...known, lastSeen: this.#view.timestamp()});
	}

	/**
	 * An event of a room says what its author is called. `timestamp`: a claim of the author's. `isLive`: it was sent just
	 * now. Of two people who are both known from old history only, nobody can tell who came first.
	 */
	heard(peer: PeerId, name: string, timestamp: number, where: Where): void {
		if (peer === this.#view.self) return;
		const now = this.#view.timestamp();
		const said = Math.min(timestamp, now);
		const known = this.#find(peer);
		if (known && (known.said >= said || this.#view.isConnected(peer))) return;
		this.#set({peer, name, since: this.#since(peer, name, now), lastSeen: known?.lastSeen ?? 0, said});
		this.#judge(peer, where);
	}

	/** Conflicts found since the last time, each once. */
	takeConflicts(): readonly Conflict[] {
		const conflicts = this.#conflicts;
		this.#conflicts = [];
		return conflicts;
	}

	/** Whether somebody's last change is not staged yet. */
	get isUnsaved(): boolean {
		return this.#unsaved.size > 0;
	}

	/** Stages the changes of some people, and returns of whom. */
	save(limit: number): readonly PeerId[] {
		const peers = [...this.#unsaved].slice(0, limit);
		for (const peer of peers) {
			const known = this.#find(peer);
			if (known) this.#store.savePerson({peer, name: known.name, since: known.since, lastSeen: known.lastSeen});
			this.#unsaved.delete(peer);
		}
		return peers;
	}

	/** What was staged of these is gone again. */
	notSaved(peers: readonly PeerId[]): void {
		for (const peer of peers) if (this.#find(peer)) this.#unsaved.add(peer);
	}

	#find(peer: PeerId): Person | undefined {
		this.#load();
		return this.#met.get(peer) ?? this.#heardOf.get(peer);
	}

	/** With the first question, since the store is not open when this is made. */
	#load(): void {
		if (this.#isLoaded) return;
		this.#isLoaded = true;
		for (const person of this.#store.people(MAX_MET + MAX_HEARD_OF).toReversed()) {
			this.#put({...person, said: Math.max(person.since, person.lastSeen)});
		}
	}

	/** Since when it goes by a name that looks like this one. */
	#since(peer: PeerId, name: string, now: number): number {
		const known = this.#find(peer);
		return known && shapeOf(known.name) === shapeOf(name) ? known.since : now;
	}

	#set(person: Person): void {
		this.#load();
		this.#put(person);
		this.#unsaved.add(person.peer);
	}

	#put(person: Person): void {
		const {peer, lastSeen} = person;
		this.#drop(this.#met.get(peer) ?? this.#heardOf.get(peer));
		this.#heardOf.delete(peer);
		this.#met.delete(peer);
		const gone = (lastSeen > 0 ? this.#met : this.#heardOf).set(peer, person);
		const shape = shapeOf(person.name);
		const holders = this.#byShape.get(shape) ?? new Set();
		this.#byShape.set(shape, holders.add(peer));
		if (gone) this.#drop(gone[1]);
	}

	/** Nobody looks for it by its name any more. */
	#drop(person: Person | undefined): void {
		if (!person) return;
		const shape = shapeOf(person.name);
		const holders = this.#byShape.get(shape);
		holders?.delete(person.peer);
		if (holders?.size === 0) this.#byShape.delete(shape);
		this.#unsaved.delete(person.peer);
	}

	/** Whether its name belonged to somebody else until now. */
	#judge(peer: PeerId, where: Where): void {
		const now = this.#view.timestamp();
		const newcomer = this.#find(peer);
		if (!newcomer || now - newcomer.since >= SETTLED_AFTER) return;
		const before = this.#holderBefore(newcomer);
		if (!before || (before.lastSeen === 0 && !where.isLive)) return;
		const pair = `${peer} ${before.peer}`;
		if (this.#pairs.has(pair) || !this.#isNearEnough(peer, before.peer, where)) return;
		const shape = shapeOf(newcomer.name);
		const warned = this.#warned.get(shape);
		if (warned !== undefined && Math.abs(now - warned) < NAME_PAUSE) return;
		if (!this.#warnings.take(now)) return;
		this.#warned.set(shape, now);
		this.#pairs.set(pair, true);
		this.#conflicts.push({name: newcomer.name, peer, before: before.peer, lastSeen: before.lastSeen});
	}

	/** Whether it is connected, or says its name in a room that the other one has joined. */
	#isNearEnough(peer: PeerId, before: PeerId, {room}: Where): boolean {
		return room === undefined || this.#view.isConnected(peer) || this.#store.last(room, 'join', before) !== undefined;
	}

	/** Of several who had the name, somebody whom we have met; else the first. */
	#holderBefore({peer, name, since}: Person): Person | undefined {
		let found: Person | undefined;
		for (const holder of this.#byShape.get(shapeOf(name)) ?? []) {
			const other = this.#find(holder);
			if (!other || holder === peer || other.since >= since || this.#view.isConnected(holder)) continue;
			if (!found || isBetterWitness(other, found)) found = other;
		}
		return found;
	}
}

function isBetterWitness(a: Person, b: Person): boolean {
	const isMet = a.lastSeen > 0;
	return isMet === b.lastSeen > 0 ? a.since < b.since : isMet;
}
