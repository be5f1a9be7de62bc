import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {UserError} from '../../source/base/errors.ts';
import {
	isReaction,
	isRoom,
	normaliseEmoji,
	normaliseName,
	normaliseReason,
	normaliseRoom,
	normaliseText,
	normaliseTopic,
} from '../../source/wire/text.ts';

describe('normaliseRoom', () => {
	test.each([
		['lobby', 'lobby'],
		['#lobby', 'lobby'],
		[' #Lobby ', 'lobby'],
		['ÄRGER', 'ärger'],
		['A\u0308', 'ä'],
		['日本語', '日本語'],
		['c#', 'c#'],
		['🚀', '🚀'],
		['a'.repeat(64), 'a'.repeat(64)],
		['ö'.repeat(32), 'ö'.repeat(32)],
	])('%j is the room %j', (typed, room) => {
		expect(normaliseRoom(typed)).toBe(room);
		expect(isRoom(room)).toBe(true);
	});

	test.each([
		'',
		'#',
		'##lobby',
		'two words',
		'a\tb',
		'a\nb',
		'a\x1b[2Jb',
		'a\x9bb',
		'a\u202eb',
		'a\u200bb',
		'a\u00a0b',
		'a\u3000b',
		'a\u00adb',
		'\ud800',
		'a'.repeat(65),
		'ö'.repeat(33),
		`${'a'.repeat(63)}ö`,
	])('%j is no room', typed => {
		expect(() => normaliseRoom(typed)).toThrow(UserError);
	});

	test.each(['@ann', '#@ann', ' @', `@${'0a'.repeat(16)}`])('%j is no room: people are told what @ is for', typed => {
		expect(() => normaliseRoom(typed)).toThrow(
			expect.objectContaining({hint: expect.stringContaining('@ is for direct messages')}),
		);
	});

	test('what it gives is a room, and gives itself', () => {
		fc.assert(
			fc.property(fc.string({unit: 'binary', maxLength: 40}), typed => {
				let room: string;
				try {
					room = normaliseRoom(typed);
				} catch (error) {
					expect(error).toBeInstanceOf(UserError);
					return;
				}
				expect(isRoom(room)).toBe(true);
				expect(normaliseRoom(room)).toBe(room);
			}),
			{numRuns: 1000},
		);
	});
});

describe('isRoom', () => {
	test.each([
		'',
		'Lobby',
		'#lobby',
		'@lobby',
		'@ä',
		'A\u0308',
		'a\u0308',
		' lobby',
		'lobby ',
		'a'.repeat(65),
		'ö'.repeat(33),
	])('%j is not the form of the wire', text => {
		expect(isRoom(text)).toBe(false);
	});
});

describe('normaliseName', () => {
	test('trims and composes', () => {
		expect(normaliseName('  ann lee ')).toBe('ann lee');
		expect(normaliseName('Jo\u0308rg')).toBe('Jörg');
		expect(normaliseName('ö'.repeat(32))).toBe('ö'.repeat(32));
	});

	test.each(['', '   ', 'a\nb', 'a\x1bb', 'a\x9bb', 'a\u2028b', 'a\ud800', 'ö'.repeat(33), 'a'.repeat(65)])(
		'%j is no name',
		name => {
			expect(() => normaliseName(name)).toThrow(UserError);
		},
	);
});

describe('normaliseText', () => {
	test('changes nothing but line ends', () => {
		expect(normaliseText('  a\r\nb\rc\n\td ')).toBe('  a\nb\nc\n\td ');
		expect(normaliseText('a'.repeat(16 * 1024))).toHaveLength(16 * 1024);
	});

	test.each(['', ' \n\t ', 'a'.repeat(16 * 1024 + 1), '€'.repeat(6000), 'a\udc00b'])('%.20j is no text', text => {
		expect(() => normaliseText(text)).toThrow(UserError);
	});
});

describe.each([
	['normaliseTopic', normaliseTopic],
	['normaliseReason', normaliseReason],
])('%s', (_, normalise) => {
	test('trims and composes, and may be empty', () => {
		expect(normalise('  Jo\u0308rg’s party, 8 pm ')).toBe('Jörg’s party, 8 pm');
		expect(normalise(' ')).toBe('');
		expect(normalise('ö'.repeat(128))).toBe('ö'.repeat(128));
	});

	test.each(['a\nb', 'a\x1bb', 'a\x9bb', 'a\u2028b', 'a\ud800', 'ö'.repeat(129), 'a'.repeat(257)])(
		'refuses %j',
		text => {
			expect(() => normalise(text)).toThrow(UserError);
		},
	);
});

describe('normaliseEmoji', () => {
	test.each(['👍', '❤️', '👩🏽‍🚀', '🇩🇪', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', 'x', 'é'])('%j is one character to a person', emoji => {
		expect(normaliseEmoji(` ${emoji} `)).toBe(emoji);
		expect(isReaction(emoji)).toBe(true);
	});

	test.each(['', ' ', '👍👍', 'ok', '👍 👎', '\n', '\x1b', '\r\n', '\ud83d', `a${'\u0301'.repeat(40)}`])(
		'%j is none',
		typed => {
			expect(() => normaliseEmoji(typed)).toThrow(UserError);
		},
	);
});

test('a reaction that arrives is held to its length and to what it may contain, not to one program’s idea of an emoji', () => {
	for (const text of ['👍👍', 'ok', 'ö'.repeat(32)]) expect(isReaction(text)).toBe(true);
	for (const text of ['', 'a b', 'a\u00a0b', 'a\nb', '\x07', '\x9b', '\u2028', `${'ö'.repeat(32)}a`]) {
		expect(isReaction(text)).toBe(false);
	}
});
