import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
	type Announcement,
	decodeAnnouncement,
	encodeAnnouncement,
	looksLikeAnnouncement,
} from '../../source/wire/announcement.ts';
import {MAX_ANNOUNCEMENT_BYTES} from '../../source/wire/limits.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {hex, peer} from '../helpers/arbitrary.ts';
import {reasonOf} from './reason.ts';

const port = fc.option(fc.integer({min: 1, max: 65_535}), {nil: undefined});
const announcement: fc.Arbitrary<Announcement> = fc.record({
	peer,
	instance: hex(16),
	port4: port,
	port6: port,
	wantsAnswer: fc.boolean(),
	leaving: fc.boolean(),
});

const FIELDS: unknown[] = [
	'p2p-tui',
	1,
	new Uint8Array(32).fill(7),
	new Uint8Array(16),
	Buffer.from('0fa10000', 'hex'),
	1,
];
const reasonFor = (fields: unknown) => reasonOf(() => decodeAnnouncement(pack(fields)));

describe('announcements', () => {
	test('come back as they were', () => {
		fc.assert(
			fc.property(announcement, sent => {
				expect(decodeAnnouncement(encodeAnnouncement(sent))).toEqual(sent);
			}),
		);
	});

	test('are laid out as documented', () => {
		const {peer: _, ...rest} = decodeAnnouncement(pack(FIELDS));
		expect(rest).toEqual({
			instance: '00'.repeat(16),
			port4: 4001,
			port6: undefined,
			wantsAnswer: true,
			leaving: false,
		});
	});

	test('an answer is never larger than a request', () => {
		fc.assert(
			fc.property(announcement, announcement, (one, other) => {
				expect(encodeAnnouncement(one)).toHaveLength(encodeAnnouncement(other).length);
			}),
		);
	});

	test('further fields and flags are ignored', () => {
		expect(decodeAnnouncement(pack([...FIELDS.with(5, 0xff), 'new']))).toMatchObject({
			wantsAnswer: true,
			leaving: true,
		});
	});

	test('row 19: the first bytes tell an announcement of this version from everything else', () => {
		fc.assert(fc.property(announcement, sent => looksLikeAnnouncement(encodeAnnouncement(sent))));
		expect(looksLikeAnnouncement(pack([...FIELDS, 'new']))).toBe(true);
		const others = [
			...[pack(FIELDS.with(0, 'p2p-TUI')), pack(FIELDS.with(1, 2)), pack(FIELDS[0])],
			...[
				new Uint8Array(0),
				new Uint8Array(65_507),
				Buffer.from('["p2p-tui",1]'),
				pack([...FIELDS, Buffer.alloc(1200)]),
			],
		];
		expect(others.map(looksLikeAnnouncement)).toEqual(others.map(() => false));
	});

	test.each([
		['nothing', new Uint8Array(0)],
		['the largest datagram', new Uint8Array(65_507)],
		['JSON of another program', Buffer.from('{"type":"discover","port":9999}')],
		['a JSON array', Buffer.from('["p2p-tui",1]')],
		['text', Buffer.from('M-SEARCH * HTTP/1.1\r\n\r\n')],
		['DNS', Buffer.from('00008400000000010000000004746573740000', 'hex')],
	])('row 19: %s is no announcement', (_, datagram) => {
		expect(reasonOf(() => decodeAnnouncement(datagram))).toBe('announcement');
	});

	test('row 19: an announcement in a datagram that is too large is none', () => {
		const padded = (size: number) => pack([...FIELDS, new Uint8Array(size)]);
		expect(reasonOf(() => decodeAnnouncement(padded(1000)))).toBe('accepted');
		expect(padded(MAX_ANNOUNCEMENT_BYTES).length).toBeGreaterThan(MAX_ANNOUNCEMENT_BYTES);
		expect(reasonOf(() => decodeAnnouncement(padded(MAX_ANNOUNCEMENT_BYTES)))).toBe('announcement');
	});

	test.each([
		['magic', 0, ['p2p-TUI', null]],
		['version', 1, [0, 2, '1', null]],
		['public key', 2, [new Uint8Array(31), 'ann', null]],
		['instance', 3, [new Uint8Array(17), 'ab', null]],
		['ports', 4, [new Uint8Array(2), 4001, null]],
		['flags', 5, [-1, 1.5, true, null]],
	])('row 19: a bad %s is refused', (_, index, values) => {
		for (const value of values) expect(reasonFor(FIELDS.with(index, value))).toBe('announcement');
		expect(reasonFor(FIELDS.slice(0, index))).toBe('announcement');
	});

	test('row 19: random bytes are refused with that one reason', () => {
		fc.assert(
			fc.property(fc.uint8Array({maxLength: 1500}), datagram => {
				expect(reasonOf(() => decodeAnnouncement(datagram))).toBe('announcement');
			}),
		);
	});
});
