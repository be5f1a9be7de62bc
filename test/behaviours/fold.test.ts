import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
	comparePositions,
	type Folded,
	foldEntry,
	MAX_SHOWN_EMOJI,
	MAX_SHOWN_PEOPLE,
	type Placed,
} from '../../source/history/fold.ts';
import type {EventBody} from '../../source/wire/messages.ts';
import type {PeerId} from '../../source/wire/peer-id.ts';
import {ANN, BOB, CAT} from './fixtures.ts';

const TARGET = 'ee'.repeat(32);

const idOf = (number: number) => number.toString(16).padStart(64, '0');

/** An event at a place; `number` is its id, and by how much it is later than the entry. */
function placed(author: PeerId, body: EventBody, number: number, id = idOf(number)): Placed {
	const head = {room: 'lobby', author, epoch: 'ab'.repeat(16), sequence: 1, clock: 1_000 + number};
	return {id, order: head.clock, event: {...head, timestamp: head.clock, previous: undefined, parents: [], ...body}};
}

const entry = placed(ANN, {kind: 'message', text: 'hello'}, 0, TARGET);

const edit = (text: string): EventBody => ({kind: 'edit', target: TARGET, text});
const react = (emoji: string, isOn = true): EventBody => ({kind: 'reaction', target: TARGET, emoji, isOn});
const redact = (reason = ''): EventBody => ({kind: 'redaction', target: TARGET, reason});

/** What is to be seen of it. */
const seen = ({counted: _, ...rest}: Folded) => rest;

const bodies = fc.oneof(
	fc.constantFrom('one', 'two', 'three').map(edit),
	fc.tuple(fc.constantFrom('👍', '❤️', '😀'), fc.boolean()).map(([emoji, isOn]) => react(emoji, isOn)),
	fc.constantFrom('', 'a mistake').map(redact),
);

/** Changes by several people, with places that may be equal but for the id, in any order of arrival. */
const changes = fc
	.array(fc.tuple(fc.constantFrom(ANN, BOB, CAT), bodies, fc.integer({min: 0, max: 5})), {maxLength: 12})
	.map(all => all.map(([author, body, order], index) => ({...placed(author, body, index + 1), order: 1_001 + order})))
	.chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, {minLength: all.length})));

describe('an entry with what was done to it', () => {
	test('is the same in whichever order it came', () => {
		fc.assert(
			fc.property(changes, ([all, shuffled]) => {
				expect(foldEntry(entry, shuffled)).toEqual(foldEntry(entry, all));
			}),
			{numRuns: 150},
		);
	});

	test('is not changed by edits and redactions of others', () => {
		fc.assert(
			fc.property(changes, ([all]) => {
				const lawful = all.filter(({event}) => event.author === ANN || event.kind === 'reaction');
				expect(foldEntry(entry, all)).toEqual(foldEntry(entry, lawful));
			}),
			{numRuns: 150},
		);
	});

	test('says what its author said last, in the order of the room; nothing, once it is taken back', () => {
		fc.assert(
			fc.property(changes, ([all]) => {
				const own = all.filter(({event}) => event.author === ANN).sort(comparePositions);
				const last = own.filter(({event}) => event.kind === 'edit').at(-1)?.event;
				const isTakenBack = own.some(({event}) => event.kind === 'redaction');
				const {text, edited, redacted, reactions} = foldEntry(entry, all);
				expect(text).toBe(isTakenBack ? '' : last?.kind === 'edit' ? last.text : 'hello');
				expect(redacted !== undefined).toBe(isTakenBack);
				expect(edited).toBe(isTakenBack ? undefined : last?.timestamp);
				if (isTakenBack) expect(reactions).toEqual([]);
			}),
			{numRuns: 150},
		);
	});

	test('counts the last reaction of each person with each emoji, in the order of first use', () => {
		const folded = foldEntry(entry, [
			placed(BOB, react('👍'), 1),
			placed(CAT, react('❤️'), 2),
			placed(ANN, react('👍'), 3),
			placed(BOB, react('❤️'), 4),
			placed(BOB, react('👍', false), 5),
			placed(CAT, react('❤️', false), 6),
			placed(CAT, react('❤️'), 7),
		]);
		expect(folded.reactions).toEqual([
			{emoji: '👍', from: [ANN]},
			{emoji: '❤️', from: [BOB, CAT]},
		]);
		expect([...folded.counted].sort()).toEqual([3, 4, 5, 7].map(idOf));
	});

	test('shows so many emoji and people and no more: those that most people chose', () => {
		const junk = Array.from({length: 30}, (_, index) => placed(BOB, react(`junk ${index}`), index + 1));
		const crowd = Array.from({length: 100}, (_, index) => placed(`peer ${index}`, react('👍'), index + 50));
		const {reactions} = foldEntry(entry, [...junk, ...crowd]);
		expect(reactions).toHaveLength(MAX_SHOWN_EMOJI);
		expect(reactions.at(-1)).toMatchObject({emoji: '👍'});
		expect(reactions.at(-1)?.from).toHaveLength(MAX_SHOWN_PEOPLE);
	});

	test('is not changed by what is about another one, nor is what nobody can edit', () => {
		const other = {kind: 'edit', target: 'dd'.repeat(32), text: 'other'} as const;
		expect(seen(foldEntry(entry, [placed(ANN, other, 1)]))).toEqual({text: 'hello', reactions: []});
		const topic = placed(ANN, {kind: 'topic', text: 'trains'}, 0, TARGET);
		expect(seen(foldEntry(topic, [placed(ANN, edit('boats'), 1)]))).toEqual({text: 'trains', reactions: []});
	});
});
