/**
 * Where peers were met before, in `peers.json`: hints for the next start, on a network that lets no announcement through;
 * and the ports that the system chose for us, so that others find us again where they met us.
 *
 *     {"version": 1, "ports": [4001, 4002], "peers": [{"peer": "12D3KooW…", "addresses": ["/ip4/192.0.2.7/tcp/4001"]}, …]}
 *
 * Nothing in it is precious: what cannot be read is left out, a file that cannot be read at all is written anew.
 */
import {join} from 'node:path';
import type {PeerHint} from '../wire/messages.ts';
import {formatTcpAddress, parseTcpAddress} from '../wire/multiaddr.ts';
import {parsePeerId} from '../wire/peer-id.ts';
import {errorCode, explain, readSmallFile, replaceMarker} from './directory.ts';

const FILE_NAME = 'peers.json';
const VERSION = 1;

/** Bytes: more than the fullest book needs (128 peers of four addresses), so a larger one is not ours. */
const MAX_FILE_BYTES = 256 * 1024;
/** Peers read, and addresses of each. */
const MAX_PEERS = 256;
const MAX_ADDRESSES = 8;

/** TCP ports over IPv4 and over IPv6; 0 for none. */
export type Ports = readonly [number, number];

export type Book = {readonly ports: Ports; readonly peers: readonly PeerHint[]};

const EMPTY: Book = {ports: [0, 0], peers: []};

export class AddressBook {
	readonly #directory: string;
	readonly #onWarning: (message: string) => void;
	/** As it is to be on disk. */
	#book = EMPTY;
	#isWritten = true;
	#writing: Promise<void> | undefined;

	/** `onWarning` gets one line when the book cannot be read or written; the program goes on without. */
	constructor(directory: string, onWarning: (message: string) => void) {
		this.#directory = directory;
		this.#onWarning = onWarning;
	}

	/** What an earlier run has saved, peers newest first. Never rejects. */
	async load(): Promise<Book> {
		try {
			this.#book = readBook(await readSmallFile(join(this.#directory, FILE_NAME), MAX_FILE_BYTES));
		} catch (error) {
			if (errorCode(error) !== 'ENOENT') this.#onWarning(`Remembered addresses cannot be read: ${explain(error)}`);
		}
		return this.#book;
	}

	/** Writes what has changed in the background; of several changes that wait only the last is written. */
	save(changes: Partial<Book>): void {
		this.#book = {...this.#book, ...changes};
		this.#isWritten = false;
		this.#writing ??= this.#write().finally(() => {
			this.#writing = undefined;
		});
	}

	/** Resolves when everything saved is written, or could not be. */
	async close(): Promise<void> {
		await this.#writing;
	}

	async #write(): Promise<void> {
		while (!this.#isWritten) {
			const content = JSON.stringify({version: VERSION, ...this.#book});
			this.#isWritten = true;
			try {
				await replaceMarker(this.#directory, FILE_NAME, `${content}\n`);
			} catch (error) {
				this.#onWarning(`Addresses of peers cannot be remembered: ${explain(error)}`);
			}
		}
	}
}

function readBook(text: string): Book {
	const book = JSON.parse(text) as {version?: unknown; ports?: unknown; peers?: unknown} | null;
	// A newer version's book is no error: it is written in our form when there is something to write.
	if (book?.version !== VERSION || !Array.isArray(book.peers)) return EMPTY;
	const peers = book.peers.slice(0, MAX_PEERS).flatMap(entry => readPeer(entry) ?? []);
	const [ip4, ip6] = Array.isArray(book.ports) ? book.ports : [];
	return {ports: [readPort(ip4), readPort(ip6)], peers};
}

function readPort(port: unknown): number {
	return Number.isInteger(port) && (port as number) > 0 && (port as number) <= 65_535 ? (port as number) : 0;
}

function readPeer(entry: unknown): PeerHint | undefined {
	const {peer, addresses} = (entry ?? {}) as {peer?: unknown; addresses?: unknown};
	if (typeof peer !== 'string' || !Array.isArray(addresses)) return undefined;
	try {
		return {peer: parsePeerId(peer), addresses: addresses.slice(0, MAX_ADDRESSES).flatMap(text => readAddress(text))};
	} catch {
		return undefined;
	}
}

function readAddress(text: unknown): readonly string[] {
	if (typeof text !== 'string') return [];
	try {
		const {peer: _, ...address} = parseTcpAddress(text);
		return address.port === 0 ? [] : [formatTcpAddress(address)];
	} catch {
		return [];
	}
}
