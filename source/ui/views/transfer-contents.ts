/** The files of a folder that comes or goes: what they are called, how large they are, and which of them are whole. */
import type {ContainedFile} from '../../api/files.ts';
import type {Contents, Transfer} from '../../store/files/transfers.ts';
import {counted, formatBytes} from '../figures.ts';
import {row, span} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {sectionRow} from './pictures.ts';
import {pathCut} from './transfer-words.ts';

const SIZE_CELLS = 8;
const UNKNOWN = 'Which files are in it is known once the list of them has come.';

/** Only while all that they follow from is the same: there may be a thousand. */
type Drawn = {readonly width: number; readonly theme: Theme; readonly have: string; readonly rows: readonly string[]};
const drawn = new WeakMap<Contents, Drawn>();

export function contentsRows(
	transfer: Transfer,
	contents: Contents | undefined,
	width: number,
	theme: Theme,
): readonly string[] {
	if (transfer.files === 0 || transfer.state === 'hashing') return [];
	const isAbout = contents?.file === transfer.file;
	if (!isAbout || !contents.files) {
		const lines = isAbout ? wrap(UNKNOWN, width - 2) : ['asking…'];
		return [
			...[row(width, []), sectionRow(width, counted(transfer.files, 'file'), theme)],
			...lines.map(line => row(width, [span(` ${line}`, theme.paint.dim)])),
		];
	}
	const have = havesOf(transfer);
	const known = drawn.get(contents);
	if (known?.width === width && known.theme === theme && known.have === have) return known.rows;
	const rows = knownRows(transfer, {...contents, files: contents.files}, have, {width, theme});
	drawn.set(contents, {width, theme, have, rows});
	return rows;
}

/** What is ours was never anything but whole; of what has changed nobody knows. */
function havesOf({isFetched, state, map}: Transfer): string {
	return isFetched && state !== 'changed' ? map.have : '';
}

type Sheet = {readonly width: number; readonly theme: Theme};

function knownRows(
	transfer: Transfer,
	{files, total}: Contents & {readonly files: readonly ContainedFile[]},
	have: string,
	{width, theme}: Sheet,
): readonly string[] {
	const {paint} = theme;
	const whole = wholeOf(transfer, files, have);
	const count = whole.filter(Boolean).length;
	// Of those that are not told nobody can say it.
	const isCounted = have !== '' && files.length === total && count < total;
	const right = isCounted ? [span(`${count.toLocaleString('en')} whole`, paint.accent)] : [];
	const rows = files.map(({path, size}, index) => {
		const cells = Math.max(1, width - 5 - SIZE_CELLS);
		const mark = whole[index] ? span(' ✓ ', paint.good) : span('   ');
		return row(width, [mark, span(pathCut(path, cells))], [span(`${formatBytes(size)} `, paint.dim)]);
	});
	const rest = total - files.length;
	const more = rest > 0 ? [row(width, [span(`   and ${rest.toLocaleString('en')} more`, paint.dim)])] : [];
	return [row(width, []), sectionRow(width, counted(total, 'file'), theme, right), ...rows, ...more];
}

/** By the cells of the map that each lies in: one that shares its cell with what is missing counts a little too late. */
export function wholeOf(
	{pieces, pieceBytes, done, size}: Transfer,
	files: readonly ContainedFile[],
	have: string,
): readonly boolean[] {
	const cells = have.length;
	if ((cells === 0 && pieces > 0) || pieceBytes === 0) return files.map(() => false);
	const cellOf = (byte: number) => Math.floor((Math.floor(byte / pieceBytes) * cells) / pieces);
	let at = 0;
	return files.map(file => {
		const first = at;
		at += file.size;
		// Without bytes, it is made with the last of the others.
		if (file.size === 0 || done >= size) return done >= size;
		for (let cell = cellOf(first); cell <= cellOf(at - 1); cell++) if (have[cell] !== 'f') return false;
		return true;
	});
}
