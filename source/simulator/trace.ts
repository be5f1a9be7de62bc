/**
 * What happened, in three forms: a digest that is equal for equal runs, the last lines for whoever looks for a mistake,
 * and, if asked for, every line.
 */
import type {NodeEvent} from '../api/event.ts';
import {Ring} from '../base/bounded.ts';
import type {FilesNews} from '../behaviours/files/io.ts';
import type {SwarmInput} from '../swarm/io.ts';
import {MESSAGE_NUMBERS} from '../wire/messages.ts';

/** Lines that a failure shows. */
const LAST_LINES = 50;

/** Message types by their numbers on the wire. */
export const MESSAGE_TYPES: readonly string[] = Object.entries(MESSAGE_NUMBERS).reduce<string[]>(
	(types, [type, number]) => {
		types[number] = type;
		return types;
	},
	[],
);

/** The number of the message in the body of a frame: the first element of its array. */
export function messageNumber(body: Uint8Array): number {
	return body[1] ?? -1;
}

type Entry = {
	readonly at: number;
	readonly node: number;
	readonly what: string;
	readonly detail: string | number;
	/** Of a frame. */
	readonly bytes: number;
};

export class Trace {
	readonly #last = new Ring<Entry>(LAST_LINES);
	readonly #print: ((line: string) => void) | undefined;
	readonly #double = new Float64Array(1);
	readonly #words = new Uint32Array(this.#double.buffer);
	/** Two sums of 32 bits after FNV-1a: cheap, and a difference in one step of a million changes them. */
	#a = 0x811c9dc5;
	#b = 0x01000193;

	constructor(print?: (line: string) => void) {
		this.#print = print;
	}

	/** Equal for equal runs. */
	get digest(): string {
		return [this.#a, this.#b].map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
	}

	/** What a node was told or told, and when. */
	note(at: number, node: number, what: string, detail: string | number, bytes = 0): void {
		this.#mixNumber(at);
		this.#mix(node);
		this.#mixText(what);
		if (typeof detail === 'number') this.#mixNumber(detail);
		else this.#mixText(detail);
		this.#mix(bytes);
		const entry = {at, node, what, detail, bytes};
		this.#last.push(entry);
		this.#print?.(format(entry));
	}

	input(at: number, node: number, input: SwarmInput): void {
		switch (input.type) {
			case 'frame': {
				const type = MESSAGE_TYPES[messageNumber(input.body)] ?? 'frame';
				return this.note(at, node, type, input.connection, input.body.length);
			}
			case 'timer':
				return this.note(at, node, 'timer', input.timer);
			case 'connection-opened':
				return this.note(at, node, input.direction, `${input.connection} ${input.address}`);
			case 'connection-closed':
				return this.note(at, node, input.type, `${input.connection} ${input.reason}`);
			case 'dial-failed':
				return this.note(at, node, input.type, input.message);
			case 'announcement':
				return this.note(at, node, input.type, input.host);
			case 'files':
				return this.note(at, node, input.news.news, newsGist(input.news));
			default:
				return this.note(at, node, input.type, '');
		}
	}

	event(at: number, node: number, event: NodeEvent): void {
		this.note(at, node, event.type, gistOf(event));
	}

	/** The last lines, oldest first. */
	lines(): string[] {
		return this.#last.slice().map(format);
	}

	#mix(word: number): void {
		this.#a = Math.imul(this.#a ^ word, 0x01000193);
		this.#b = Math.imul(this.#b ^ (word >>> 15) ^ word, 0x85ebca6b);
	}

	#mixNumber(value: number): void {
		this.#double[0] = value;
		this.#mix(this.#words[0]!);
		this.#mix(this.#words[1]!);
	}

	#mixText(text: string): void {
		for (let index = 0; index < text.length; index++) this.#mix(text.charCodeAt(index));
	}
}

/** What tells one event from the others of its type: short, since every event passes here. */
function gistOf(event: NodeEvent): string | number {
	switch (event.type) {
		case 'message':
			return `${event.messageId.slice(0, 12)} ${event.text}`;
		case 'message-state':
			return `${event.messageId.slice(0, 12)} ${event.storedBy}/${event.of}`;
		case 'peer-disconnected':
			return `${event.peer.slice(-8)} ${event.reason}`;
		case 'peer-connected':
		case 'peer-discovered':
			return `${event.peer.slice(-8)} ${event.address}`;
		case 'member-joined':
		case 'member-left':
			return event.peer.slice(-8);
		case 'rtt':
			return event.milliseconds;
		case 'reply':
			return event.ok ? event.id : `${event.id} ${event.error.code}`;
		default:
			return '';
	}
}

function newsGist(news: FilesNews): string {
	const peer = 'peer' in news ? `${news.peer.slice(-8)} ` : '';
	const block = 'block' in news ? `${news.block.what} ${news.block.index} of ${news.block.file.slice(0, 8)} ` : '';
	const file = 'file' in news ? news.file.slice(0, 8) : '';
	const rest =
		'verdict' in news ? news.verdict : 'reason' in news ? news.reason : 'error' in news ? news.error.code : '';
	return `${peer}${block}${file}${rest}`.trimEnd();
}

function format({at, node, what, detail, bytes}: Entry): string {
	const size = bytes > 0 ? ` (${bytes} B)` : '';
	return `${at.toFixed(3).padStart(12)} ms  node ${String(node).padStart(4)}  ${what} ${detail}${size}`.trimEnd();
}
