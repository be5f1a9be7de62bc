import {readdirSync, readFileSync} from 'node:fs';

/** Targets whose corpus goes on in a folder of `test/vectors`: each file is one input, in hex. */
const FOLDERS = new Set(['mdns']);

/** The inputs that fuzzing of a target begins with: lines of hex, with comments after `#`. */
export function readCorpus(target: string): readonly Uint8Array[] {
	const text = readFileSync(new URL(`corpus/${target}.hex`, import.meta.url), 'utf8');
	const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
	return [...lines, ...(FOLDERS.has(target) ? readFolder(target) : [])].map(
		line => new Uint8Array(Buffer.from(line, 'hex')),
	);
}

function readFolder(name: string): readonly string[] {
	const folder = new URL(`../vectors/${name}/`, import.meta.url);
	const files = readdirSync(folder).sort();
	return files.map(file => readFileSync(new URL(file, folder), 'utf8').replaceAll(/\s/g, ''));
}
