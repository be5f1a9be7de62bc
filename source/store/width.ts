/** Terminal cells of a whole text, remembered for the short texts that are measured again and again. */
import stringWidth from 'string-width';
import {BoundedMap} from '../base/bounded.ts';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const MEASURED_MAX = 4_096;
const measured = new BoundedMap<string, number>(MEASURED_MAX);

export function widthOf(text: string): number {
	if (PRINTABLE_ASCII.test(text)) return text.length;
	const known = measured.get(text);
	if (known !== undefined) return known;
	const width = stringWidth(text);
	if (text.length <= 256) measured.set(text, width);
	return width;
}
