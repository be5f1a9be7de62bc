import {describe, expect, test} from 'vitest';
import {THEME_NAMES} from '../../source/store/settings.ts';
import {type ColorDepth, createTheme, type Token, terminalTheme} from '../../source/ui/theme.ts';
import {PALETTES} from '../../source/ui/themes/index.ts';
import {indexedParts} from '../../source/ui/themes/sgr.ts';
import {contrast, difference, labOf, VISIONS} from '../helpers/colour.ts';

const COLOURED = ['dark', 'light', 'contrast'] as const;
/** Lines, not words. */
const ORNAMENTS: readonly Token[] = ['border'];

/** Six hexadecimal digits of the colour that a terminal with so many shows. */
function shown(paint: (text: string) => string, depth: 8 | 24): string | undefined {
	const text = paint('x');
	const [, ...rgb] = /38;2;(\d+);(\d+);(\d+)/.exec(text) ?? [];
	const [, index] = /38;5;(\d+)/.exec(text) ?? [];
	const parts = depth === 24 ? rgb.map(Number) : index === undefined ? [] : indexedParts(Number(index));
	return parts.length === 0 ? undefined : parts.map(part => part.toString(16).padStart(2, '0')).join('');
}

function peerColours(name: (typeof COLOURED)[number], depth: 8 | 24): readonly string[] {
	const theme = createTheme(name, depth);
	return [...new Set(Array.from({length: 200}, (_, index) => shown(theme.peer(`12D3KooW${index}`), depth)!))];
}

describe('what can be read', () => {
	test('the measure: black on white, and a pair of Sharma, Wu and Dalal', () => {
		expect(contrast('000000', 'ffffff')).toBeCloseTo(21);
		expect(difference([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
		expect(difference([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514])).toBeCloseTo(0.9082, 4);
	});

	test.each(COLOURED.flatMap(name => [[name, 24] as const, [name, 8] as const]))(
		'all of the theme %s with %i bits of colour, on its backgrounds and where a row is chosen',
		(name, depth) => {
			const {backgrounds, tokens} = PALETTES[name];
			const {paint} = createTheme(name, depth);
			const least = name === 'contrast' ? 7 : 4.5;
			const chosen = tokens.selected.background?.rgb as string;
			for (const [token, painter] of Object.entries(paint) as [Token, (text: string) => string][]) {
				const colour = shown(painter, depth);
				if (colour === undefined || ORNAMENTS.includes(token)) continue;
				const under = tokens[token].background?.rgb;
				for (const background of under === undefined ? [...backgrounds, chosen] : [under]) {
					const found = contrast(colour, background);
					expect(found, `${token} ${colour} on ${background}: ${found.toFixed(2)}`).toBeGreaterThanOrEqual(least);
				}
			}
		},
	);

	test.each(COLOURED.flatMap(name => [[name, 24] as const, [name, 8] as const]))(
		'the names of peers in the theme %s with %i bits of colour',
		(name, depth) => {
			const least = name === 'contrast' ? 7 : 4.5;
			for (const colour of peerColours(name, depth)) {
				for (const background of PALETTES[name].backgrounds) {
					expect(contrast(colour, background), `${colour} on ${background}`).toBeGreaterThanOrEqual(least);
				}
			}
		},
	);
});

describe('peers', () => {
	test('one has one colour, in every session', () => {
		const theme = createTheme('dark', 24);
		expect(theme.peer('12D3KooWAnn')('ann')).toBe(theme.peer('12D3KooWAnn')('ann'));
		expect(createTheme('dark', 24).peer('12D3KooWAnn')('ann')).toBe(theme.peer('12D3KooWAnn')('ann'));
	});

	test.each(COLOURED)('have eight colours in the theme %s, which nobody takes for one another', name => {
		const colours = peerColours(name, 24);
		expect(colours).toHaveLength(8);
		// The same where there are 256 colours.
		expect(peerColours(name, 8)).toEqual(colours);
		for (const [vision, matrix] of Object.entries(VISIONS)) {
			const labs = colours.map(colour => labOf(colour, matrix));
			for (const [index, lab] of labs.entries()) {
				for (const [other, otherLab] of labs.slice(0, index).entries()) {
					const pair = `${colours[index]} and ${colours[other]}, ${vision}`;
					expect(difference(lab, otherLab), pair).toBeGreaterThan(vision === 'usual' ? 18 : 11);
				}
			}
		}
	});

	test.each(['dark', 'light', 'contrast', 'ansi'] as const)('of the theme %s are eight with 16 colours, too', name => {
		const theme = createTheme(name, 4);
		const texts = new Set(Array.from({length: 200}, (_, index) => theme.peer(`12D3KooW${index}`)('x')));
		expect(texts.size).toBe(8);
	});
});

describe('how many colours there are', () => {
	test.each([1, 4, 8, 24] as const)('with %i bits, what is opened is closed', depth => {
		for (const name of THEME_NAMES) {
			const {paint, peer} = createTheme(name, depth);
			for (const token of [...Object.values(paint), peer('x')]) {
				const text = token('x');
				expect(text.replaceAll(/\x1b\[[\d;]+m/g, '')).toBe('x');
				expect(text === 'x' || /^\x1b\[[\d;]+mx\x1b\[[\d;]+m$/.test(text)).toBe(true);
				expect(token('')).toBe('');
			}
		}
	});

	test.each<[ColorDepth, RegExp]>([
		[4, /38;|48;/],
		[8, /38;2|48;2/],
	])('with %i bits no sequence asks for more', (depth, more) => {
		for (const name of THEME_NAMES) {
			const {paint, peer} = createTheme(name, depth);
			for (const token of [...Object.values(paint), peer('x')]) expect(token('x')).not.toMatch(more);
		}
	});

	test("ansi is the terminal's own colours, however many it has", () => {
		for (const token of Object.values(createTheme('ansi', 24).paint)) expect(token('x')).not.toMatch(/[34]8;/);
	});

	test('without colours there are only attributes, and they say what the colours said', () => {
		for (const {paint, peer} of [createTheme('dark', 1), createTheme('mono', 24)]) {
			for (const [token, painter] of [...Object.entries(paint), ['peer', peer('x')] as const]) {
				expect(painter('x'), token).toMatch(token === 'plain' ? /^x$/ : /^\x1b\[([1247];?)+mx/);
			}
		}
	});
});

describe('which theme it is', () => {
	test('a light terminal gets the light theme, unless another was asked for', () => {
		expect(createTheme('auto', 24, {COLORFGBG: '0;15'}).name).toBe('light');
		expect(createTheme('auto', 24, {COLORFGBG: '15;0'}).name).toBe('dark');
		expect(createTheme('auto', 24, {COLORFGBG: ''}).name).toBe('dark');
		expect(createTheme('auto', 24, {}).name).toBe('dark');
		expect(createTheme('dark', 24, {COLORFGBG: '0;15'}).name).toBe('dark');
	});

	/** As Node's streams say it. */
	const stream = {
		getColorDepth: (env: {NO_COLOR?: string} = {}) => (env.NO_COLOR === undefined || env.NO_COLOR === '' ? 8 : 1),
	};

	test('NO_COLOR decides for whoever has not chosen; empty, it says nothing', () => {
		expect(terminalTheme('auto', stream, {NO_COLOR: '0'}).name).toBe('mono');
		expect(terminalTheme('auto', stream, {NO_COLOR: ''}).name).toBe('dark');
		expect(terminalTheme('light', stream, {NO_COLOR: '1'}).paint.title('x')).toContain('38;5;');
		expect(terminalTheme('light', {getColorDepth: () => 1}, {}).name).toBe('mono');
	});

	test('links are left out where they would be printed', () => {
		expect(createTheme('dark', 24, {TERM: 'xterm'}).link?.('https://a.example/')('x')).toBe(
			'\x1b]8;;https://a.example/\x1b\\x\x1b]8;;\x1b\\',
		);
		for (const TERM of [undefined, 'linux', 'vt220']) expect(createTheme('dark', 24, {TERM}).link).toBeUndefined();
	});
});
