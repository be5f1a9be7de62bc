import {describe, expect, test} from 'vitest';
import type {Direction} from '../../source/api/event.ts';
import {
	type Admission,
	type ConnectionRecord,
	ConnectionTable,
	SIMULTANEOUS_WINDOW,
} from '../../source/swarm/connection-table.ts';
import {ANN, addressOf, BOB, CAT} from '../behaviours/fixtures.ts';

const record = (connection: number, direction: Direction, openedAt: number, peer = BOB): ConnectionRecord => ({
	connection,
	peer,
	address: addressOf(connection),
	direction,
	openedAt,
});

/** A table with these connections; the last one's admission. */
function tableOf(self: string, ...records: ConnectionRecord[]) {
	const table = new ConnectionTable(self);
	let admission: Admission | undefined;
	for (const one of records) admission = table.add(one);
	return {table, admission};
}

const LATER = SIMULTANEOUS_WINDOW;

describe('admission', () => {
	test('the first connection carries its peer', () => {
		const first = record(1, 'inbound', 0);
		const {table, admission} = tableOf(ANN, first);
		expect(admission).toEqual({outcome: 'first'});
		expect([table.size, table.get(1), table.get(2), table.primary(BOB), table.primary(CAT)]).toEqual([
			1,
			first,
			undefined,
			first,
			undefined,
		]);
	});

	test('connections to other peers do not concern each other', () => {
		const [toBob, toCat] = [record(1, 'outbound', 0), record(2, 'inbound', 0, CAT)];
		const {table, admission} = tableOf(ANN, toBob, toCat);
		expect([admission, table.of(BOB), table.of(CAT), table.all()]).toEqual([
			{outcome: 'first'},
			[toBob],
			[toCat],
			[toBob, toCat],
		]);
	});

	// Ann has the lower peer id. `loser` 1 is the older connection.
	test.each([
		// We are Ann, the lower: of two from different sides ours survives, and we close the other.
		[ANN, 'inbound', 'outbound', {loser: 1, closeNow: true}],
		[ANN, 'outbound', 'inbound', {loser: 2, closeNow: true}],
		[BOB, 'inbound', 'outbound', {loser: 2, closeNow: false}],
		[BOB, 'outbound', 'inbound', {loser: 1, closeNow: false}],
		// Of two from one side the older survives, and that side closes the newer.
		[ANN, 'outbound', 'outbound', {loser: 2, closeNow: true}],
		[ANN, 'inbound', 'inbound', {loser: 2, closeNow: false}],
		[BOB, 'outbound', 'outbound', {loser: 2, closeNow: true}],
		[BOB, 'inbound', 'inbound', {loser: 2, closeNow: false}],
	] as const)('row 12: %s with one %s and then one %s', (self, older, newer, {loser, closeNow}) => {
		const peer = self === ANN ? BOB : ANN;
		const records = [record(1, older, 0, peer), record(2, newer, LATER - 1, peer)] as const;
		const {table, admission} = tableOf(self, ...records);
		expect(admission).toEqual({outcome: 'duplicate', loser: records[loser - 1], closeNow});
		expect(table.primary(peer)).toBe(records[2 - loser]);
		expect(table.of(peer)).toEqual(records);
	});

	test.each([
		[ANN, 'inbound', 'outbound'],
		[ANN, 'outbound', 'inbound'],
		[BOB, 'inbound', 'inbound'],
		[BOB, 'outbound', 'outbound'],
	] as const)('row 12: %s with one %s and later one %s: the newer replaces it', (self, older, newer) => {
		const peer = self === ANN ? BOB : ANN;
		const records = [record(1, older, 0, peer), record(2, newer, LATER, peer)] as const;
		const {table, admission} = tableOf(self, ...records);
		expect(admission).toEqual({outcome: 'replaced', loser: records[0]});
		expect(table.primary(peer)).toBe(records[1]);
	});
});

describe('row 12: both sides of two simultaneous connections', () => {
	/** Connection 1 and 2, by who dialled each; and the order in which each side sees them. */
	const cases = [
		{
			diallers: [ANN, BOB],
			orders: [
				[1, 2],
				[2, 1],
			],
		},
		{
			diallers: [BOB, ANN],
			orders: [
				[1, 2],
				[2, 1],
			],
		},
		{diallers: [ANN, ANN], orders: [[1, 2]]},
		{diallers: [BOB, BOB], orders: [[1, 2]]},
	] as const;

	function viewOf(self: string, diallers: readonly string[], order: readonly number[]) {
		const peer = self === ANN ? BOB : ANN;
		const records = order.map((connection, index) =>
			record(connection, diallers[connection - 1] === self ? 'outbound' : 'inbound', index * 100, peer),
		);
		const {table, admission} = tableOf(self, ...records);
		if (admission?.outcome !== 'duplicate') throw new Error('no duplicate');
		return {survivor: table.primary(peer)!, loser: admission.loser, closeNow: admission.closeNow};
	}

	test.each(cases)(
		'dialled by $diallers agree on the survivor, and one of them closes the other',
		({diallers, orders}) => {
			for (const annSees of orders) {
				for (const bobSees of orders) {
					const ann = viewOf(ANN, diallers, annSees);
					const bob = viewOf(BOB, diallers, bobSees);
					expect(ann.survivor.connection).toBe(bob.survivor.connection);
					expect(ann.loser.connection).toBe(bob.loser.connection);
					// The closing side is the one that dialled the survivor.
					expect([ann.closeNow, bob.closeNow]).toEqual([
						ann.survivor.direction === 'outbound',
						bob.survivor.direction === 'outbound',
					]);
					expect(ann.closeNow).not.toBe(bob.closeNow);
				}
			}
		},
	);
});

describe('removal', () => {
	test('of what is not there is nothing', () => {
		expect(tableOf(ANN).table.remove(7)).toBeUndefined();
	});

	test('of the only connection leaves its peer without one', () => {
		const only = record(1, 'outbound', 0);
		const {table} = tableOf(ANN, only);
		expect(table.remove(1)).toEqual({outcome: 'last', record: only});
		expect([table.size, table.primary(BOB), table.remove(1)]).toEqual([0, undefined, undefined]);
	});

	test('of a loser changes nothing for its peer', () => {
		const [survivor, loser] = [record(1, 'outbound', 0), record(2, 'inbound', 10)];
		const {table} = tableOf(ANN, survivor, loser);
		expect(table.remove(2)).toEqual({outcome: 'spare', record: loser});
		expect([table.primary(BOB), table.of(BOB)]).toEqual([survivor, [survivor]]);
	});

	test('of the survivor lets the loser carry the peer', () => {
		const [survivor, loser] = [record(1, 'outbound', 0), record(2, 'inbound', 10)];
		const {table} = tableOf(ANN, survivor, loser);
		expect(table.remove(1)).toEqual({outcome: 'succeeded', record: survivor, successor: loser});
		expect(table.primary(BOB)).toBe(loser);
		expect(table.remove(2)).toEqual({outcome: 'last', record: loser});
	});
});
