/** Whether something has room: on the disk, and within what its owner allows. */
import {statfs} from 'node:fs/promises';
import {failureOf} from './failure.ts';
import {FileFailure} from './kept.ts';

const ROOM = 'make room and resume, or choose another folder';
const QUOTA = 'delete some of it, or raise files.quota';

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/**
 * `bytes` are still to come, besides those that are promised to others.
 * @throws FileFailure
 */
export async function checkSpace(folder: string, bytes: number, promised: number): Promise<void> {
	const free = await freeBytes(folder);
	if (free === undefined || bytes + promised <= free) return;
	const others = promised > 0 ? `, and ${amount(promised)} are promised to what is on its way` : '';
	throw new FileFailure(
		'disk-full',
		`${amount(bytes)} do not fit: ${amount(free)} are free in ${folder}${others}; ${ROOM}`,
	);
}

/** `taken`: by what was fetched before and is still there, and what is on its way. @throws FileFailure */
export function checkQuota(quota: number | undefined, bytes: number, taken: number): void {
	// 0 is how a limit is taken away.
	if (!quota || bytes + taken <= quota) return;
	const words = `${amount(bytes)} are more than the quota allows: ${amount(taken)} of ${amount(quota)} are taken; ${QUOTA}`;
	throw new FileFailure('quota', words);
}

/** Three digits at most: `1.2 GB`. */
export function amount(bytes: number): string {
	let [value, unit] = [bytes, 0];
	while (value >= 999.5 && unit < UNITS.length - 1) {
		value /= 1000;
		unit++;
	}
	const digits = unit > 0 && value < 9.95 ? 1 : 0;
	return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** Undefined if this file system does not say. */
async function freeBytes(folder: string): Promise<number | undefined> {
	try {
		const {bavail, bsize, blocks} = await statfs(folder);
		return blocks > 0 ? bavail * bsize : undefined;
	} catch (error) {
		throw failureOf(error, 'write', folder);
	}
}
