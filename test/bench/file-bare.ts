/**
 * The least that a file can cost in Node if it is encrypted, verified and written as ours is: TLS between two processes,
 * BLAKE3 over each block, and the disk; no protocol, no bounds, no turns for others. `serve <path>` answers with the port,
 * `fetch <port> <path> <bytes>` with the seconds that it took.
 */
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {type FileHandle, open} from 'node:fs/promises';
import {type AddressInfo, createServer} from 'node:net';
import {connect, TLSSocket} from 'node:tls';
import {BULK_TLS_OPTIONS, SERVER_TLS_OPTIONS, secureContextFor} from '../../source/net/secure.ts';
import {loadBlake3} from '../../source/storage/files/blake3.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {answerQuestions} from './answer.ts';

const HOST = '127.0.0.1';
const BLOCK_BYTES = 1024 * 1024;
/** One is sent, one is read. */
const BLOCKS = 2;
/** At least what TLS hands on at once. */
const READ_BYTES = 64 * 1024;

const secureContext = secureContextFor(identityFromSeed(randomBytes(32)));

async function serve(path: string): Promise<number> {
	const file = await open(path);
	const server = createServer(raw => {
		const socket = new TLSSocket(raw, {...SERVER_TLS_OPTIONS, isServer: true, secureContext});
		socket.once('secure', () => void give(file, socket));
	});
	server.listen(0, HOST);
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

async function give(file: FileHandle, socket: TLSSocket): Promise<void> {
	const {size} = await file.stat();
	const free = Array.from({length: BLOCKS}, () => Buffer.allocUnsafeSlow(BLOCK_BYTES));
	let freed = () => {};
	for (let at = 0; at < size; ) {
		if (free.length === 0) await new Promise<void>(resolve => (freed = resolve));
		const block = free.pop()!;
		const {bytesRead} = await file.read(block, 0, block.length, at);
		at += bytesRead;
		socket.write(block.subarray(0, bytesRead), () => {
			free.push(block);
			freed();
		});
	}
	socket.end();
}

async function fetchFile(port: number, path: string, size: number): Promise<number> {
	const [file, blake3] = await Promise.all([open(path, 'w'), loadBlake3()]);
	await file.truncate(size);
	const free: Buffer<ArrayBuffer>[] = [];
	const writing = new Set<Promise<void>>();
	const own = Buffer.allocUnsafeSlow(READ_BYTES);
	let block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
	let [filled, at] = [0, 0];
	const write = async (full: Buffer<ArrayBuffer>, bytes: number, position: number) => {
		await file.write(full, 0, bytes, position);
		free.push(full);
	};
	const take = (bytes: number) => {
		for (let taken = 0; taken < bytes; ) {
			const part = own.subarray(taken, Math.min(bytes, taken + BLOCK_BYTES - filled));
			block.set(part, filled);
			filled += part.length;
			taken += part.length;
			if (filled < Math.min(BLOCK_BYTES, size - at)) continue;
			blake3.hash(block.subarray(0, filled));
			const written = write(block, filled, at).finally(() => writing.delete(written));
			writing.add(written);
			at += filled;
			filled = 0;
			block = free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
		}
		return true;
	};
	const from = performance.now();
	const onread = {buffer: own, callback: take};
	const socket = connect({...BULK_TLS_OPTIONS, host: HOST, port, secureContext, ...{onread}});
	socket.resume();
	await once(socket, 'end');
	await Promise.all(writing);
	const seconds = (performance.now() - from) / 1_000;
	await file.close();
	if (at !== size) throw new Error(`${at} bytes of ${size} arrived`);
	return seconds;
}

await answerQuestions(([question, first = '', second = '', third = '']) => {
	if (question === 'serve') return serve(first);
	if (question === 'fetch') return fetchFile(Number(first), second, Number(third));
	throw new Error(`no question: ${question}`);
});
