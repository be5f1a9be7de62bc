/**
 * IPv6 addresses as text. Any form of RFC 4291 (2.2) is read; one form is written, that of RFC 5952 (4), but an IPv4
 * address at the end is written in hextets like all else: so does the URL standard, and so do multiaddrs.
 *
 * Strangers name addresses by the dozen, hence no regular expressions and no splitting.
 */

const HEXTETS = 8;
const MAX_DIGITS = 4;
const COLON = 0x3a;

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
/** An IPv4 address as a regular expression: four numbers up to 255 without leading zeros. */
export const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const IPV4_ALONE = new RegExp(`^${IPV4}$`);

/** The eight hextets of an IPv6 address; undefined for any other text. A zone is no part of it. */
export function readIpv6(text: string): readonly number[] | undefined {
	const gap = text.indexOf('::');
	if (gap === -1) {
		const hextets: number[] = [];
		return readHextets(text, 0, text.length, hextets) && hextets.length === HEXTETS ? hextets : undefined;
	}
	const [hextets, after]: [number[], number[]] = [[], []];
	if (gap > 0 && !readHextets(text, 0, gap, hextets)) return undefined;
	if (gap + 2 < text.length && !readHextets(text, gap + 2, text.length, after)) return undefined;
	// The gap stands for one hextet at least.
	if (hextets.length + after.length >= HEXTETS) return undefined;
	while (hextets.length + after.length < HEXTETS) hextets.push(0);
	for (const hextet of after) hextets.push(hextet);
	return hextets;
}

/** The longest run of zeros, the first of several, is left out if it is longer than one. */
export function formatIpv6(hextets: readonly number[]): string {
	let [from, to, run] = [0, 0, 0];
	for (let index = 0; index < HEXTETS; index++) {
		run = hextets[index] === 0 ? run + 1 : 0;
		if (run > to - from && run > 1) [from, to] = [index + 1 - run, index + 1];
	}
	let text = '';
	for (let index = 0; index < HEXTETS; index++) {
		if (index === from && to > 0) {
			text += '::';
			index = to - 1;
		} else {
			if (index > 0 && index !== to) text += ':';
			text += hextets[index]!.toString(16);
		}
	}
	return text;
}

/** The IPv4 address inside an IPv6 address of the form `::ffff:192.0.2.7`; undefined if there is none. */
export function mappedIpv4(hextets: readonly number[]): string | undefined {
	if (hextets[5] !== 0xff_ff) return undefined;
	for (let index = 0; index < 5; index++) if (hextets[index] !== 0) return undefined;
	const [high, low] = [hextets[6]!, hextets[7]!];
	return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/**
 * Reads one hextet at least, with a colon between two; an IPv4 address at the end of the whole text is the last two.
 * Returns whether that is all there is from `from` to `to`.
 */
function readHextets(text: string, from: number, to: number, hextets: number[]): boolean {
	let [value, digits, start] = [0, 0, from];
	for (let at = from; at < to; at++) {
		const code = text.charCodeAt(at);
		const digit = digitOf(code);
		if (digit >= 0) {
			value = value * 16 + digit;
			if (++digits > MAX_DIGITS) return false;
		} else if (code === COLON && digits > 0) {
			hextets.push(value);
			[value, digits, start] = [0, 0, at + 1];
		} else {
			return to === text.length && readIpv4(text.slice(start), hextets);
		}
	}
	hextets.push(value);
	return digits > 0;
}

function readIpv4(text: string, hextets: number[]): boolean {
	if (!IPV4_ALONE.test(text)) return false;
	const [a, b, c, d] = text.split('.').map(Number) as [number, number, number, number];
	hextets.push((a << 8) | b, (c << 8) | d);
	return true;
}

/** The value of a hexadecimal digit; −1 for any other character. */
function digitOf(code: number): number {
	if (code >= 0x30 && code <= 0x39) return code - 0x30;
	const letter = code | 0x20;
	return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
