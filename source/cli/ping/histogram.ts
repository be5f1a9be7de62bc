/** A histogram for the eye: few buckets of equal ratio, drawn with bars. */

/** From `from` on and below `to`, in milliseconds. */
export type Bucket = {readonly from: number; readonly to: number; readonly count: number};

/** Buckets to a power of ten: as many as there may be without more than `MAX_BUCKETS` in all. */
const PER_DECADE = [20, 10, 5, 3, 2, 1];
const MAX_BUCKETS = 12;

/** What is measured has microseconds; a logarithm needs something above 0. */
const SMALLEST = 0.001;

/** Columns of a bar at least, and at most: wider ones say no more. */
const MIN_BAR = 8;
const MAX_BAR = 60;

/** Eighths of a cell. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Without gaps between the first and the last; empty for no times. */
export function bucketsOf(rtts: readonly number[]): Bucket[] {
	if (rtts.length === 0) return [];
	let [least, most] = [Number.POSITIVE_INFINITY, SMALLEST];
	for (const rtt of rtts) [least, most] = [Math.min(least, Math.max(rtt, SMALLEST)), Math.max(most, rtt)];
	const span = (perDecade: number) => indexOf(most, perDecade) - indexOf(least, perDecade) + 1;
	const perDecade = PER_DECADE.find(steps => span(steps) <= MAX_BUCKETS) ?? 1;
	const first = indexOf(least, perDecade);
	const counts = new Array<number>(span(perDecade)).fill(0);
	for (const rtt of rtts) counts[indexOf(Math.max(rtt, SMALLEST), perDecade) - first]!++;
	const edge = (index: number) => Number((10 ** (index / perDecade)).toPrecision(4));
	return counts.map((count, index) => ({from: edge(first + index), to: edge(first + index + 1), count}));
}

/** The bucket of a time. Edges are rounded for people, so one that lies just there is compared with the rounded one. */
function indexOf(milliseconds: number, perDecade: number): number {
	const index = Math.floor(Math.log10(milliseconds) * perDecade);
	const next = Number((10 ** ((index + 1) / perDecade)).toPrecision(4));
	const here = Number((10 ** (index / perDecade)).toPrecision(4));
	if (milliseconds >= next) return index + 1;
	return milliseconds < here ? index - 1 : index;
}

/** One row a bucket, at most `columns` wide; without Unicode in plain ASCII. */
export function drawHistogram(buckets: readonly Bucket[], columns: number, unicode: boolean): string[] {
	const most = Math.max(1, ...buckets.map(({count}) => count));
	const labels = buckets.map(({from, to}) => [shown(from), shown(to)] as const);
	const [left, right] = [0, 1].map(side => Math.max(...labels.map(label => label[side]!.length))) as [number, number];
	const digits = String(most).length;
	const room = columns - (left + right + digits + ' –  ms    '.length);
	const width = Math.min(MAX_BAR, Math.max(MIN_BAR, room));
	return buckets.map(({count}, index) => {
		const [from, to] = labels[index]!;
		const label = `${from.padStart(left)} ${unicode ? '–' : '-'} ${to.padStart(right)} ms`;
		return `${label}  ${String(count).padStart(digits)}  ${bar(count / most, width, unicode)}`.trimEnd();
	});
}

/** Whatever is not nothing is seen. */
function bar(part: number, width: number, unicode: boolean): string {
	if (part === 0) return '';
	if (!unicode) return '#'.repeat(Math.max(1, Math.round(part * width)));
	const eighths = Math.max(1, Math.round(part * width * 8));
	return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

function shown(milliseconds: number): string {
	return milliseconds >= 1000 ? milliseconds.toFixed(0) : String(Number(milliseconds.toPrecision(3)));
}

/**
 * Whether the terminal takes UTF-8, as far as its language says so. Where nothing is said (containers, Windows) it does.
 */
export function takesUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
	return /utf-?8/i.test(locale);
}
