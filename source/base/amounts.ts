/** Amounts of bytes as people write them: `10MB`, `1.5 GiB`, `500kB/s`, `20Mbit/s`. */

/** Powers of 1000; with an i, of 1024. */
const PREFIXES = ['', 'k', 'm', 'g', 't'];

const AMOUNT = /^(\d{1,15}(?:\.\d{1,9})?)\s*([kmgt]?)(i?)(b|bit)?$/i;

/** Bytes: a number with or without a unit. Undefined for what is no amount, or is more than can be counted. */
export function parseBytes(text: string): number | undefined {
	const match = AMOUNT.exec(text.trim());
	if (match === null || match[4]?.toLowerCase() === 'bit') return undefined;
	return amountOf(match);
}

/** Bytes a second: `/s` may be left out, and bits are converted. Undefined as above, and for nothing at all. */
export function parseRate(text: string): number | undefined {
	const match = AMOUNT.exec(text.trim().replace(/\s*(?:\/\s*s(?:ec)?|ps)$/i, ''));
	const amount = match === null ? undefined : amountOf(match);
	return amount === 0 ? undefined : amount;
}

function amountOf([, number = '', prefix = '', binary = '', unit = '']: RegExpExecArray): number | undefined {
	// An i belongs to a prefix.
	if (binary !== '' && prefix === '') return undefined;
	const factor = (binary === '' ? 1000 : 1024) ** PREFIXES.indexOf(prefix.toLowerCase());
	const bytes = Math.round((Number(number) * factor) / (unit.toLowerCase() === 'bit' ? 8 : 1));
	return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest text that `parseBytes` reads as the same: `10MB`, `1500kB`, `1234567`. */
export function bytesText(bytes: number): string {
	let power = 0;
	let value = bytes;
	while (power < PREFIXES.length - 1 && value >= 1000 && value % 1000 === 0) {
		value /= 1000;
		power++;
	}
	return power === 0 ? `${value}` : `${value}${['', 'k', 'M', 'G', 'T'][power]}B`;
}
