/** Box-drawing characters by what leaves a cell in each direction. */

/** Nothing, a light line, a heavy one, a double one. */
export type Weight = 0 | 1 | 2 | 3;
export type Arms = {readonly up: Weight; readonly right: Weight; readonly down: Weight; readonly left: Weight};

/** Weights up, right, down, left, and the character. Every mix of light and heavy there is; double ones up and down. */
const TABLE =
	'0001╴ 0002╸ 0010╷ 0011╮ 0012┑ 0020╻ 0021┒ 0022┓ 0031╖ 0100╶ 0101─ 0102╾ 0110╭ 0111┬ 0112┭ 0120┎ 0121┰ 0122┱ ' +
	'0130╓ 0131╥ 0200╺ 0201╼ 0202━ 0210┍ 0211┮ 0212┯ 0220┏ 0221┲ 0222┳ 1000╵ 1001╯ 1002┙ 1010│ 1011┤ 1012┥ 1020╽ ' +
	'1021┧ 1022┪ 1100╰ 1101┴ 1102┵ 1110├ 1111┼ 1112┽ 1120┟ 1121╁ 1122╅ 1200┕ 1201┶ 1202┷ 1210┝ 1211┾ 1212┿ 1220┢ ' +
	'1221╆ 1222╈ 2000╹ 2001┚ 2002┛ 2010╿ 2011┦ 2012┩ 2020┃ 2021┨ 2022┫ 2100┖ 2101┸ 2102┹ 2110┞ 2111╀ 2112╃ 2120┠ ' +
	'2121╂ 2122╉ 2200┗ 2201┺ 2202┻ 2210┡ 2211╄ 2212╇ 2220┣ 2221╊ 2222╋ 3001╜ 3030║ 3031╢ 3100╙ 3101╨ 3130╟ 3131╫';

const CHARACTERS = new Map(TABLE.split(' ').map(entry => [entry.slice(0, 4), entry.slice(4)]));
const ARMS = new Map([...CHARACTERS].map(([digits, character]) => [character, digits]));

/** A blank for nothing at all. */
export function boxOf({up, right, down, left}: Arms): string {
	return CHARACTERS.get(`${up}${right}${down}${left}`) ?? ' ';
}

/** The other way round, for whoever follows the lines: dashes are light lines. */
export function armsOf(character: string): Arms | undefined {
	const digits = character === DASHED ? '1010' : ARMS.get(character);
	if (digits === undefined) return undefined;
	const [up, right, down, left] = [...digits].map(Number) as Weight[];
	return {up, right, down, left} as Arms;
}

export const DASHED = '┆';
