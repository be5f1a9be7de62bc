/**
 * By what one sees that a file is still what was hashed, without reading it: size, both times and the inode. Where two
 * writes within one tick of the clock leave the same time, that is no proof: see `isFresh`.
 */
import {createHash} from 'node:crypto';
import type {BigIntStats} from 'node:fs';

export type Signature = string;

/** What a signature says of another one of the same file. */
export type Difference =
	/** The very same. */
	| 'none'
	/** Only the inode's own time: renamed, linked or given other permissions; or written and its time put back. */
	| 'doubtful'
	| 'changed';

/** Clocks of file systems tick every 10 ms or faster. */
export const TICK_MILLISECONDS = 20;

/** Nanoseconds. Some count in whole seconds, or every two. */
const TICK = BigInt(TICK_MILLISECONDS) * 1_000_000n;
const COARSE_TICK_MILLISECONDS = 2_000;
const COARSE_TICK = BigInt(COARSE_TICK_MILLISECONDS) * 1_000_000n;
const SECOND = 1_000_000_000n;

export function signatureOf({size, mtimeNs, ctimeNs, ino}: BigIntStats): Signature {
	return `${size} ${mtimeNs} ${ino} ${ctimeNs}`;
}

export function differenceOf(one: Signature, other: Signature): Difference {
	if (one === other) return 'none';
	return withoutInodeTime(one) === withoutInodeTime(other) ? 'doubtful' : 'changed';
}

/** Whether it was written so shortly before `now` that it may be written again without a trace. `now`: Unix milliseconds. */
export function isFresh({mtimeNs, ctimeNs}: BigIntStats, now: number): boolean {
	const last = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
	const tick = last % SECOND === 0n ? COARSE_TICK : TICK;
	return BigInt(Math.floor(now)) * 1_000_000n - last < tick;
}

/**
 * Milliseconds within which the system writes down what a program has changed through memory. Until then such a change
 * leaves no trace if one of the same page did; after that the next one does. Memory disks never do.
 */
const WRITE_BACK = 60_000;

/** Whether somebody may have it in memory and change it without a trace. `now`: Unix milliseconds. */
export function isRecent({mtimeNs}: BigIntStats, now: number): boolean {
	return BigInt(Math.floor(now) - WRITE_BACK) * 1_000_000n < mtimeNs;
}

/**
 * Whether it was written after `until`, Unix milliseconds, which is when we have written last. The times of files come from
 * a clock that is a little behind; where they come from another machine's, it is said too often rather than too seldom.
 */
export function isWrittenAfter({mtimeMs}: {readonly mtimeMs: number}, until: number): boolean {
	const tick = mtimeMs % 1_000 === 0 ? COARSE_TICK_MILLISECONDS : 1;
	return mtimeMs > until + tick;
}

function withoutInodeTime(signature: Signature): string {
	return signature.slice(0, signature.lastIndexOf(' '));
}

/** One for many, in their order. */
export function digestOf(signatures: readonly Signature[]): Signature {
	return createHash('sha256').update(signatures.join('\n')).digest('hex');
}
