/** Files for trials with real nodes: what lies where, who offers and fetches it, and what becomes of it. */
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {closeSync, createReadStream, openSync, readdirSync, writeSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import type {EventOf} from '../../source/api/event.ts';
import type {FileResults, TransferInfo, TransferState} from '../../source/api/files.ts';
import type {HeadlessNode} from './node-process.ts';

export const MB = 1_000_000;

/** Bytes that are the same for the same seed, never all zero, and cannot be guessed from the ones before. */
export function writeFile(file: string, bytes: number, seed = 1): string {
	const block = Buffer.alloc(65_536);
	const descriptor = openSync(file, 'w');
	let state = seed >>> 0;
	for (let at = 0; at < bytes; at += block.length) {
		for (let index = 0; index < block.length; index += 4) {
			state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
			block.writeUInt32LE((state ^ (state >>> 15)) >>> 0, index);
		}
		writeSync(descriptor, block, 0, Math.min(block.length, bytes - at));
	}
	closeSync(descriptor);
	return file;
}

/** What is in a file, in short. */
export async function digestOf(file: string): Promise<string> {
	const hash = createHash('sha256');
	const stream = createReadStream(file);
	stream.on('data', chunk => hash.update(chunk));
	await once(stream, 'close');
	return hash.digest('hex');
}

/** Everything in a folder, by its path in it, folders left out. */
export function filesIn(folder: string): string[] {
	const entries = readdirSync(folder, {recursive: true, withFileTypes: true});
	const files = entries.filter(entry => !entry.isDirectory());
	return files.map(entry => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
}

/** Offers it, and waits until each of these knows. */
export async function offer(
	node: HeadlessNode,
	file: string,
	...others: readonly HeadlessNode[]
): Promise<FileResults['offer-file']> {
	const offered = await node.result({command: 'offer-file', path: file, room: 'lobby'});
	await Promise.all(others.map(other => offerSeen(other, offered.file)));
	return offered;
}

export function offerSeen(node: HeadlessNode, file: string): Promise<EventOf<'message'>> {
	return node.waitFor('message', event => event.offer?.file === file, {timeout: 20_000});
}

type Wait = {readonly since?: number; readonly timeout?: number};

/** Waits until it is told that a file is so. */
export function untilIs(
	node: HeadlessNode,
	file: string,
	state: TransferState,
	wait: Wait = {},
): Promise<EventOf<'transfer'>> {
	return untilTransfer(node, file, info => info.state === state, wait);
}

export function untilTransfer(
	node: HeadlessNode,
	file: string,
	isWanted: (info: TransferInfo) => boolean,
	wait: Wait = {},
): Promise<EventOf<'transfer'>> {
	return node.waitFor('transfer', event => event.file === file && isWanted(event), {timeout: 30_000, ...wait});
}

/** Fetches it, named by its id or the beginning of one, and waits for the end; where it lies then. */
export async function fetched(node: HeadlessNode, file: string, folder?: string, timeout = 30_000): Promise<string> {
	const since = node.mark;
	const begun = await node.result({command: 'fetch-file', file, ...(folder !== undefined && {folder})});
	return (await untilIs(node, begun.file, 'done', {since, timeout})).path!;
}

export async function transferOf(node: HeadlessNode, file: string): Promise<TransferInfo | undefined> {
	const {transfers} = await node.result({command: 'transfers'});
	return transfers.find(info => info.file === file);
}

/** Where the lying program is, once it is built. */
export async function buildLiar(): Promise<string> {
	const here = fileURLToPath(new URL('.', import.meta.url));
	const outfile = path.join(here, `../.artifacts/liar-${process.pid}/liar.mjs`);
	await build({
		entryPoints: [path.join(here, 'liar.ts')],
		outfile,
		bundle: true,
		packages: 'external',
		format: 'esm',
		platform: 'node',
		target: 'node20.19',
		jsx: 'automatic',
		logLevel: 'silent',
	});
	return outfile;
}
