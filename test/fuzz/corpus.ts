import {readFileSync} from 'node:fs';

/** The inputs that fuzzing of a target begins with: lines of hex, with comments after `#`. */
export function readCorpus(target: string): readonly Uint8Array[] {
	const text = readFileSync(new URL(`corpus/${target}.hex`, import.meta.url), 'utf8');
	const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
	return lines.map(line => new Uint8Array(Buffer.from(line, 'hex')));
}
