/** Floods of what changes entries: what it costs, and what people see of it. */
import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {CHANGES_PAUSE, Changes, MAX_FOLDED} from '../../source/behaviours/changes.ts';
import {MAX_PAGE_FOLDED, Queries} from '../../source/behaviours/queries.ts';
import {MAX_MOVED_TOLD, REORDER_PAUSE, Reorder} from '../../source/behaviours/reorder.ts';
import {Author, BEGIN, bobIdentity, catIdentity, Shelf, type Signed} from './chronicle-fixtures.ts';
import {asked, CAT} from './fixtures.ts';
import {events, replied} from './rooms-fixtures.ts';

const message = (text: string) => ({kind: 'message', text}) as const;
const reaction = (target: string, isOn = true) => ({kind: 'reaction', target, emoji: '👍', isOn}) as const;

class Desk extends Shelf {
	readonly changes = new Changes(this);

	/** As if there were so many times the reactions. Reading them is what costs. */
	swell(times: number): void {
		const {about} = this.store;
		this.store.about = (...what) => about.apply(this.store, what).flatMap(stored => Array(times).fill(stored));
	}

	/** It comes live. */
	came(signed: Signed, now: number): BehaviourOutput[] {
		return this.changes.tell(this.take(signed), {via: CAT, hops: 1}, now);
	}
}

const changed = (outputs: readonly BehaviourOutput[]) => events(outputs, 'message-changed');
const alarmAt = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'changes', at});

describe('changes of one entry', () => {
	test('are told at once, and those that follow within a moment together, as it stands then', () => {
		const [desk, bob, cat] = [new Desk(), new Author(bobIdentity), new Author(catIdentity)];
		const said = bob.write(message('helo'), 0);
		desk.live(said);
		const first = desk.came(cat.write(reaction(said.id), 1), 10);
		expect(changed(first)).toMatchObject([{change: 'reaction', reactions: [{from: [CAT]}]}]);
		expect(first).toContainEqual(alarmAt(10 + CHANGES_PAUSE));
		expect(desk.came(cat.write(reaction(said.id, false), 2), 20)).toEqual([]);
		expect(desk.came(bob.write({kind: 'edit', target: said.id, text: 'hello'}, 3), 30)).toEqual([]);
		const later = desk.changes.timer(260);
		expect(changed(later)).toMatchObject([{change: 'edit', text: 'hello'}]);
		expect(changed(later)[0]).not.toHaveProperty('reactions');
		expect(later).toContainEqual(alarmAt(260 + CHANGES_PAUSE));
		// Nothing more has come: it is quiet again, and the next one is told at once.
		expect(desk.changes.timer(510)).toEqual([]);
		expect(changed(desk.came(cat.write(reaction(said.id), 4), 600))).toHaveLength(1);
	});

	test('cost little, however many come and however many entries they are about', () => {
		const [desk, bob, cat] = [new Desk(), new Author(bobIdentity), new Author(catIdentity)];
		const said = Array.from({length: 8}, (_, index) => bob.write(message('hi'), index));
		for (const signed of said) desk.take(signed);
		desk.swell(16);
		const flood = Array.from({length: 128}, (_, index) =>
			cat.write(reaction(said[index % 8]!.id, index % 16 < 8), 10 + index),
		);
		let told = flood.flatMap(signed => desk.came(signed, 0));
		expect(changed(told)).toHaveLength(8);
		const before = desk.chronicle.folded;
		expect(before).toBeLessThan(2 * MAX_FOLDED);
		told = desk.changes.timer(CHANGES_PAUSE);
		expect(desk.chronicle.folded - before).toBeLessThan(2 * MAX_FOLDED);
		expect(changed(told).length).toBeLessThan(8);
		// The others wait, and none is left out.
		const rest = [2, 3, 4, 5, 6, 7].flatMap(turn => desk.changes.timer(turn * CHANGES_PAUSE));
		expect(new Set(changed([...told, ...rest]).map(({messageId}) => messageId)).size).toBe(8);
		expect(changed([...told, ...rest])).toHaveLength(8);
	});

	test('that come by sync are read once for each entry', () => {
		const [desk, bob, cat] = [new Desk(), new Author(bobIdentity), new Author(catIdentity)];
		const said = bob.write(message('hi'), 0);
		desk.take(said);
		const kept = Array.from({length: 200}, (_, index) => desk.take(cat.write(reaction(said.id), index + 1)));
		expect(desk.chronicle.tellAll(kept)).toMatchObject([{type: 'message-changed', reactions: [{from: [CAT]}]}]);
		expect(desk.chronicle.folded).toBeLessThan(250);
	});
});

test('what was taken back or edited changes in those who quote it, too', () => {
	const [desk, bob, cat] = [new Desk(), new Author(bobIdentity), new Author(catIdentity)];
	const said = bob.write(message('my password'), 0);
	const reply = cat.write({kind: 'reply', target: said.id, text: 'oh'}, 1);
	desk.live(said, reply);
	const told = desk.came(bob.write({kind: 'redaction', target: said.id, reason: ''}, 2), 0);
	expect(changed(told)).toMatchObject([
		{messageId: said.id, redacted: ''},
		{messageId: reply.id, text: 'oh', replyTo: {messageId: said.id, text: ''}},
	]);
});

test('a page ends early where very much has changed its entries, and the next one goes on there', () => {
	const [desk, bob, cat] = [new Desk(), new Author(bobIdentity), new Author(catIdentity)];
	const said = Array.from({length: 60}, (_, index) => bob.write(message(String(index)), index));
	for (const signed of said) desk.take(signed);
	for (const [index, {id}] of said.entries()) desk.take(cat.write(reaction(id), 60 + index));
	desk.swell(150);
	const queries = new Queries(desk);
	const page = (options: object) =>
		(
			replied(queries.handle(asked({command: 'history', room: 'lobby', limit: 60, id: '1', ...options}))) as {
				messages: {messageId: string; text: string}[];
			}
		).messages;
	const newest = page({});
	expect(newest.at(-1)?.text).toBe('59');
	expect(newest.length).toBeLessThan(60);
	expect(desk.chronicle.folded).toBeLessThan(2 * MAX_PAGE_FOLDED);
	const before = page({before: newest[0]!.messageId});
	expect([...before, ...newest].map(({text}) => text)).toEqual(said.map((_, index) => String(index)));
});

test('one late parent that moves very many has few of them told, and the page asked for again', () => {
	const [shelf, bob, cat] = [new Shelf(), new Author(bobIdentity), new Author(catIdentity)];
	const parent = bob.write(message('far ahead'), 1_000_000);
	let last = parent.id;
	for (let index = 0; index < 4 * MAX_MOVED_TOLD; index++) {
		const next = cat.write(message('hi'), index, {parents: [last]});
		shelf.take(next);
		last = next.id;
	}
	shelf.take(parent);
	const reorder = new Reorder(shelf);
	let outputs = reorder.needed('lobby', 0);
	const all: BehaviourOutput[] = [];
	for (let now = REORDER_PAUSE; outputs.some(({type}) => type === 'schedule'); now += REORDER_PAUSE) {
		outputs = reorder.timer(now);
		all.push(...outputs);
	}
	expect(changed(all).length).toBeGreaterThan(0);
	expect(changed(all).length).toBeLessThanOrEqual(MAX_MOVED_TOLD);
	expect(events(all, 'history-progress')).toEqual([
		{type: 'history-progress', room: 'lobby', received: expect.any(Number), expected: expect.any(Number), done: true},
	]);
	expect(shelf.shown().map(({order}) => order)[1]).toBe(BEGIN + 1_000_001);
});
