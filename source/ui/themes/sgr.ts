/** From a style to the sequences before and after a text (ECMA-48, SGR; 256 and 24-bit colours as in xterm). */
import type {Color, ColorDepth, Paint, Style} from './types.ts';

const ATTRIBUTES = {
	bold: ['1', '22'],
	dim: ['2', '22'],
	underline: ['4', '24'],
	inverse: ['7', '27'],
} as const satisfies Record<string, readonly [string, string]>;

export function sgr({color, background, attributes = []}: Style, depth: ColorDepth): Paint {
	const open: string[] = [];
	const close: string[] = [];
	const add = ([on, off]: readonly [string, string]): void => {
		open.push(on);
		close.unshift(off);
	};
	for (const attribute of attributes) add(ATTRIBUTES[attribute]);
	if (depth > 1 && color) add([parameters(color, depth, false), '39']);
	if (depth > 1 && background) add([parameters(background, depth, true), '49']);
	if (open.length === 0) return text => text;
	const [start, end] = [`\x1b[${open.join(';')}m`, `\x1b[${close.join(';')}m`];
	return text => (text === '' ? '' : start + text + end);
}

function parameters({rgb, basic}: Color, depth: ColorDepth, isBackground: boolean): string {
	if (rgb === undefined || depth === 4) return String(isBackground ? basic + 10 : basic);
	const parts = partsOf(rgb);
	const kind = isBackground ? '48' : '38';
	return depth === 24 ? `${kind};2;${parts.join(';')}` : `${kind};5;${indexOf(parts)}`;
}

type Parts = readonly [number, number, number];

function partsOf(rgb: string): Parts {
	const value = Number.parseInt(rgb, 16);
	return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

/** Of each of the three parts in the cube of xterm's 256 colours. */
const STEPS = [0, 95, 135, 175, 215, 255] as const;
const CUBE = 16;
const GREYS = 232;

/** What xterm shows for an index from 16 on; below are the terminal's own colours. */
export function indexedParts(index: number): Parts {
	if (index >= GREYS) {
		const grey = 8 + 10 * (index - GREYS);
		return [grey, grey, grey];
	}
	const place = index - CUBE;
	const step = (each: number) => STEPS[each] as number;
	return [step(Math.floor(place / 36)), step(Math.floor(place / 6) % 6), step(place % 6)];
}

const INDEXED = Array.from({length: 256 - CUBE}, (_, place) => [CUBE + place, indexedParts(CUBE + place)] as const);

/** The nearest of the 240 that are the same everywhere. Differences in green are seen best, those in blue least. */
function indexOf([red, green, blue]: Parts): number {
	let nearest = CUBE;
	let least = Number.POSITIVE_INFINITY;
	for (const [index, [r, g, b]] of INDEXED) {
		const difference = 3 * (red - r) ** 2 + 6 * (green - g) ** 2 + (blue - b) ** 2;
		if (difference < least) [nearest, least] = [index, difference];
	}
	return nearest;
}
