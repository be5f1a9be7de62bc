import {describe, expect, it} from 'vitest';
import type {Direction} from '../../../source/api/event.ts';
import {seededRandom} from '../../../source/base/random.ts';
import type {BehaviourOutput} from '../../../source/behaviours/behaviour.ts';
import {
	FIRST_PAUSE,
	IDLE_TIME,
	Links,
	LONGEST_PAUSE,
	MAX_TRIES,
	PLEASE_TIMEOUT,
} from '../../../source/behaviours/files/links.ts';
import {ANN, addressOf, BOB, FakeView} from '../fixtures.ts';
import {sent} from '../rooms-fixtures.ts';
import {counters, deeds, idOf, piece} from './desk.ts';

const BLOCK = piece(idOf(1), 0);

class Line {
	now = 0;
	isGiving = false;
	readonly failures: string[] = [];
	readonly links: Links;
	readonly #timers = new Map<string, number>();

	constructor(direction: Direction = 'outbound') {
		const view = new FakeView(ANN);
		view.connect(BOB, {addresses: [addressOf(7)]});
		this.links = new Links({
			view,
			random: seededRandom(1),
			isGiving: () => this.isGiving,
			onFailed: (_peer, message) => {
				this.failures.push(message);
				return [];
			},
		});
		this.links.connected(BOB, addressOf(2), direction);
	}

	note(outputs: BehaviourOutput[]): BehaviourOutput[] {
		for (const output of outputs) {
			if (output.type === 'schedule') this.#timers.set(output.timer, output.at);
			if (output.type === 'cancel') this.#timers.delete(output.timer);
		}
		return outputs;
	}

	want(): BehaviourOutput[] {
		return this.note(this.links.want(BOB, this.now));
	}

	opened(): BehaviourOutput[] {
		return this.note(this.links.news({news: 'bulk-opened', peer: BOB}, this.now));
	}

	failed(): BehaviourOutput[] {
		return this.note(this.links.news({news: 'bulk-failed', peer: BOB, message: 'no'}, this.now));
	}

	pass(milliseconds: number): BehaviourOutput[] {
		const until = this.now + milliseconds;
		const outputs: BehaviourOutput[] = [];
		for (;;) {
			const [next] = [...this.#timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1]);
			if (!next) break;
			this.#timers.delete(next[0]);
			this.now = next[1];
			outputs.push(...this.note(this.links.timer(next[0], this.now)));
		}
		this.now = until;
		return outputs;
	}
}

describe('who dials', () => {
	it('is whoever dialled the chat connection', () => {
		const line = new Line();
		expect(deeds(line.want(), 'open-bulk')).toEqual([{deed: 'open-bulk', peer: BOB, address: addressOf(2)}]);
		expect(line.want()).toEqual([]);
		line.opened();
		expect([line.links.isOpen(BOB), line.want()]).toEqual([true, []]);
	});

	it('is asked to, if it is the other one', () => {
		const line = new Line('inbound');
		expect(sent(line.want(), 'bulk-please')).toEqual([{peers: [BOB], message: {type: 'bulk-please'}}]);
		line.opened();
		expect(line.links.isOpen(BOB)).toBe(true);
		line.pass(PLEASE_TIMEOUT);
		expect(line.failures).toEqual([]);
	});

	it('dials where it is asked to', () => {
		const line = new Line();
		expect(deeds(line.note(line.links.pleased(BOB, 0)), 'open-bulk')).toMatchObject([{address: addressOf(2)}]);
		expect(line.links.pleased(BOB, 0)).toEqual([]);
	});

	it('does not dial as often as it is asked to', () => {
		const line = new Line();
		line.links.pleased(BOB, 0);
		line.failed();
		expect(counters(line.links.pleased(BOB, 1))).toEqual(['bulk-please-rate']);
		expect(deeds(line.links.pleased(BOB, 2 * FIRST_PAUSE), 'open-bulk')).toHaveLength(1);
	});

	it('tries the other way when nobody comes: the chat connection may be another one by now', () => {
		const line = new Line('inbound');
		line.want();
		const outputs = line.pass(PLEASE_TIMEOUT + 2 * FIRST_PAUSE);
		expect(line.failures).toEqual(['it did not call back']);
		expect(deeds(outputs, 'open-bulk')).toMatchObject([{address: addressOf(7)}]);
	});
});

describe('failures', () => {
	it('are followed by longer and longer pauses, then by none of our own', () => {
		const line = new Line();
		line.want();
		const tries: number[] = [];
		for (let round = 0; round < 2 * MAX_TRIES; round++) {
			line.failed();
			const before = line.now;
			while (line.now - before < LONGEST_PAUSE + PLEASE_TIMEOUT) {
				const outputs = line.pass(100);
				if (deeds(outputs, 'open-bulk').length + sent(outputs, 'bulk-please').length === 0) continue;
				tries.push(line.now - before);
				break;
			}
		}
		expect(tries).toHaveLength(MAX_TRIES - 1);
		expect(tries.at(-1)!).toBeGreaterThan(6 * tries[0]!);
		// Whoever still wants it may try again.
		line.now += LONGEST_PAUSE * 2;
		const again = line.want();
		expect(deeds(again, 'open-bulk').length + sent(again, 'bulk-please').length).toBe(1);
	});

	it('do not close what the other side has opened meanwhile', () => {
		const line = new Line();
		line.want();
		line.opened();
		expect(line.failed()).toEqual([]);
		expect(line.links.isOpen(BOB)).toBe(true);
	});

	it('begin anew with another connection of the peer', () => {
		const line = new Line();
		line.want();
		line.failed();
		line.note(line.links.disconnected(BOB));
		line.links.connected(BOB, addressOf(3), 'outbound');
		expect(deeds(line.want(), 'open-bulk')).toMatchObject([{address: addressOf(3)}]);
	});
});

describe('the end', () => {
	it('comes with idleness', () => {
		const line = new Line();
		line.want();
		line.opened();
		expect(deeds(line.pass(IDLE_TIME - 1), 'close-bulk')).toEqual([]);
		line.links.news({news: 'asked', peer: BOB, block: BLOCK}, line.now);
		expect(deeds(line.pass(IDLE_TIME - 1), 'close-bulk')).toEqual([]);
		expect(deeds(line.pass(6_000), 'close-bulk')).toEqual([{deed: 'close-bulk', peer: BOB, reason: 'idle'}]);
		line.links.news({news: 'bulk-closed', peer: BOB, reason: 'idle'}, line.now);
		expect(line.pass(100_000)).toEqual([]);
	});

	it('does not come while something that we have asked for is on its way, or somebody waits for us', () => {
		const line = new Line();
		line.want();
		line.opened();
		line.links.did({type: 'files', deed: {deed: 'ask', peer: BOB, block: BLOCK}}, line.now);
		expect(deeds(line.pass(3 * IDLE_TIME), 'close-bulk')).toEqual([]);
		line.links.did({type: 'files', deed: {deed: 'unask', peer: BOB, block: BLOCK}}, line.now);
		line.isGiving = true;
		expect(deeds(line.pass(3 * IDLE_TIME), 'close-bulk')).toEqual([]);
		line.isGiving = false;
		expect(deeds(line.pass(6_000), 'close-bulk')).toHaveLength(1);
	});

	it('comes with that of the chat connection', () => {
		const line = new Line();
		line.want();
		expect(deeds(line.note(line.links.disconnected(BOB)), 'close-bulk')).toMatchObject([{reason: 'disconnected'}]);
		// The dial that was under way has come through all the same.
		expect(deeds(line.opened(), 'close-bulk')).toHaveLength(1);
		expect(line.want()).toEqual([]);
	});
});
