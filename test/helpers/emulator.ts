/**
 * A terminal without a program behind it: what is written to it is read back cell by cell. How wide characters are it
 * knows from Unicode's data, not from us, and it is of one of several kinds, for terminals are.
 */
import xterm from '@xterm/headless';
import {INVISIBLE, unicodeCharacters} from './unicode.ts';

/**
 * `clusters`: joined characters share their cells. `characters`: each has its own, whatever it is joined with. `isolates`:
 * so have the signs that keep text from right to left together, as on terminals with tables from before there were any.
 */
export type Kind = 'clusters' | 'characters' | 'isolates';

const wide = new Set(unicodeCharacters('wide').map(character => character.codePointAt(0)));
const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

function cellsOfCharacter(codePoint: number): 0 | 1 | 2 {
	if (wide.has(codePoint)) return INVISIBLE.test(String.fromCodePoint(codePoint)) ? 0 : 2;
	return codePoint < 0x20 || INVISIBLE.test(String.fromCodePoint(codePoint)) ? 0 : 1;
}

function cellsOfCluster(cluster: string): 0 | 1 | 2 {
	const points = Array.from(cluster, character => character.codePointAt(0) as number);
	const isEmoji = /^\p{Extended_Pictographic}.*[\ufe0f\u20e3\p{Emoji_Modifier}]/u.test(cluster);
	const isJoined = /\p{Extended_Pictographic}.*\u200d\p{Extended_Pictographic}/u.test(cluster);
	if (isEmoji || isJoined || /^[\d#*]\ufe0f?\u20e3|^\p{Regional_Indicator}{2}/u.test(cluster)) return 2;
	// A tone that has nothing to go with is not seen.
	if (/\p{Emoji_Modifier}$/u.test(cluster) && points.length > 1) return cellsOfCharacter(points[0] as number);
	const all = points.reduce((sum, point) => sum + cellsOfCharacter(point), 0);
	return Math.min(2, all) as 0 | 1 | 2;
}

const property = (width: number, joins: boolean): number => (width << 1) | (joins ? 1 : 0);
const widthIn = (value: number): number => (value >> 1) & 3;

/** Vowels and last consonants of Korean: never seen but in the syllable before. */
const isJamo = (codePoint: number): boolean =>
	(codePoint >= 0x1160 && codePoint <= 0x11ff) || (codePoint >= 0xd7b0 && codePoint <= 0xd7ff);

/** As xterm's own, but with all emoji. */
const characters = {
	version: 'characters',
	wcwidth: cellsOfCharacter,
	charProperties(codePoint: number, preceding: number): number {
		const width = isJamo(codePoint) ? 0 : cellsOfCharacter(codePoint);
		const joins = width === 0 && preceding !== 0;
		return property(joins ? widthIn(preceding) : width, joins);
	},
};

const isIsolate = (codePoint: number): boolean => codePoint >= 0x2066 && codePoint <= 0x2069;

const isolates = {
	version: 'isolates',
	wcwidth: (codePoint: number) => (isIsolate(codePoint) ? 1 : cellsOfCharacter(codePoint)),
	charProperties: (codePoint: number, preceding: number): number =>
		isIsolate(codePoint) ? property(1, false) : characters.charProperties(codePoint, preceding),
};

function clusters() {
	let cluster = '';
	return {
		version: 'clusters',
		wcwidth: cellsOfCharacter,
		charProperties(codePoint: number, preceding: number): number {
			const longer = (preceding === 0 ? '' : cluster) + String.fromCodePoint(codePoint);
			// An isolate: it goes with what is there already, and joins nothing to it.
			if (preceding !== 0 && visible(String.fromCodePoint(codePoint)) === '') return preceding | 1;
			const joins = preceding !== 0 && [...segmenter.segment(longer)].length === 1;
			cluster = joins ? longer : String.fromCodePoint(codePoint);
			// 8: never nothing, so that the next one knows that something came before it.
			return 8 | property(cellsOfCluster(cluster), joins);
		},
	};
}

/** Isolates (UAX #9) take no cell, on most: a terminal keeps them with the character before. */
export const visible = (text: string): string => text.replaceAll(/[\u2066-\u2069]/g, '');

export class Emulator {
	readonly #terminal: InstanceType<typeof xterm.Terminal>;

	constructor(kind: Kind, columns: number, rows: number) {
		this.#terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 0});
		const known = {clusters: clusters(), characters, isolates}[kind];
		this.#terminal.unicode.register(known as never);
		this.#terminal.unicode.activeVersion = kind;
	}

	write(output: string): Promise<void> {
		return new Promise(resolve => this.#terminal.write(output, resolve));
	}

	/** The text of every cell, without isolates: a blank where there is nothing, empty in the second cell of a wide one. */
	cells(): string[][] {
		const {active} = this.#terminal.buffer;
		return Array.from({length: this.#terminal.rows}, (_, y) => {
			const line = active.getLine(active.baseY + y);
			return Array.from({length: this.#terminal.cols}, (_, x) => {
				const cell = line?.getCell(x);
				return cell?.getWidth() === 0 ? '' : visible(cell?.getChars() ?? '') || ' ';
			});
		});
	}

	dispose(): void {
		this.#terminal.dispose();
	}
}
