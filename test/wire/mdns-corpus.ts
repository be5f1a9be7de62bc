/** Packets of multicast DNS: from libp2p's implementations as they write them, from others, and hostile ones. */
import {readdirSync, readFileSync} from 'node:fs';

const FOLDER = new URL('../vectors/mdns/', import.meta.url);

/** Each file is hexadecimal, by its name without the ending. */
export const CORPUS: ReadonlyMap<string, Buffer> = new Map(
	readdirSync(FOLDER)
		.sort()
		.map(file => [
			file.replace(/\.hex$/, ''),
			Buffer.from(readFileSync(new URL(file, FOLDER), 'utf8').replaceAll(/\s/g, ''), 'hex'),
		]),
);

export function packet(name: string): Buffer {
	const bytes = CORPUS.get(name);
	if (bytes === undefined) throw new Error(`test/vectors/mdns holds no ${name}.hex`);
	return Buffer.from(bytes);
}
