/** What `p2p-tui ping` prints: for people, or one JSON object a line. */
import type {PingTarget} from '../options.ts';
import {type Figures, figuresOf, type Times} from './figures.ts';
import {type Bucket, bucketsOf, drawHistogram} from './histogram.ts';

export type PingStyle = {
	readonly json: boolean;
	/** Of the terminal. */
	readonly columns: number;
	readonly unicode: boolean;
	readonly print: (line: string) => void;
};

/** Fewer times than that are seen at a glance. */
const MIN_DRAWN = 5;

export type Measured = {
	/** Those that are over, answered or not. */
	readonly sent: number;
	/** Those that nobody waited for any more. */
	readonly underWay: number;
	/** Milliseconds, in the order in which the answers came. */
	readonly rtts: readonly number[];
};

/** `address` is there if one was asked for. */
export function printPeer({json, print}: PingStyle, peer: string, target: PingTarget): void {
	print(json ? JSON.stringify({type: 'peer', peer, ...target}) : peer);
}

export function printRtt({json, print}: PingStyle, sequence: number, rtt: number | undefined): void {
	if (json) print(JSON.stringify({type: 'rtt', sequence, milliseconds: rtt ?? null}));
	else print(`${sequence}  ${rtt === undefined ? 'no answer' : `${rtt.toFixed(3)} ms`}`);
}

export function printSummary(style: PingStyle, {sent, underWay, rtts}: Measured): void {
	const figures = figuresOf(sent, rtts);
	const buckets = bucketsOf(rtts);
	if (style.json) return style.print(JSON.stringify(asJson(figures, underWay, buckets)));
	for (const line of summaryLines(figures, underWay)) style.print(line);
	if (rtts.length < MIN_DRAWN) return;
	for (const line of drawHistogram(buckets, style.columns, style.unicode)) style.print(line);
}

const NO_TIMES: {readonly [Name in keyof Times]: null} = {
	min: null,
	median: null,
	p50: null,
	p99: null,
	max: null,
	jitter: null,
	mdev: null,
};

function asJson({sent, received, loss, times}: Figures, underWay: number, histogram: readonly Bucket[]): object {
	const more = underWay > 0 ? {underWay} : {};
	return {type: 'summary', sent, received, ...more, loss, ...(times ?? NO_TIMES), histogram};
}

function summaryLines({sent, received, loss, times}: Figures, underWay: number): string[] {
	const still = underWay > 0 ? `, ${underWay} still under way` : '';
	const counts = `${sent} sent, ${received} answered, ${percent(loss)} lost${still}`;
	if (times === undefined) return [counts];
	const figures = [times.min, times.p50, times.p99, times.max].map(time => time.toFixed(3)).join('/');
	return [
		counts,
		`min/p50/p99/max ${figures} ms, jitter ${times.jitter.toFixed(3)} ms, mdev ${times.mdev.toFixed(3)} ms`,
	];
}

/** Never 0 % if anything was lost, nor 100 % if anything came. */
function percent(part: number): string {
	const tenths = Math.round(part * 1000);
	const shown = part === 0 || part === 1 ? tenths : Math.min(999, Math.max(1, tenths));
	return `${shown / 10} %`;
}
