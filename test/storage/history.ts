/** Histories on disk for tests: a folder each, and events with the few things that a store looks at. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {seededRandom} from '../../source/base/random.ts';
import type {EventStore, NewEvent} from '../../source/history/event-store.ts';
import {openEventStore} from '../../source/storage/event-store.ts';
import {eventId} from '../../source/wire/event.ts';
import {offerFields} from '../../source/wire/file-fields.ts';
import {EVENT_KIND_NUMBERS} from '../../source/wire/layout.ts';
import type {EventBody} from '../../source/wire/messages.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {type PeerId, peerIdFromPublicKey} from '../../source/wire/peer-id.ts';

const directories: string[] = [];

export function newDirectory(): string {
	const directory = mkdtempSync(join(tmpdir(), 'p2p-tui-test-'));
	directories.push(directory);
	return directory;
}

/** For `afterEach`. */
export function removeDirectories(): void {
	for (const directory of directories.splice(0)) rmSync(directory, {recursive: true, force: true});
}

let seed = 0;

/** Opens what is there; another time it throws other dice. For what can wait its clock stands still. */
export async function open(directory: string, clock = () => 0): Promise<EventStore> {
	const {store, warning} = await openEventStore(directory, {random: seededRandom(++seed), clock});
	if (warning !== undefined) throw new Error(warning);
	return store;
}

export const AUTHORS = [1, 2, 3].map(byte => peerIdFromPublicKey(new Uint8Array(32).fill(byte))) as [
	PeerId,
	PeerId,
	PeerId,
];

export const EPOCH = 'ab'.repeat(16);

type EventOptions = {
	readonly room?: string;
	readonly author?: PeerId;
	readonly sequence: number;
	readonly order?: number;
	readonly received?: number;
};

/** An event that says so; its signature is none. */
export function eventOf(body: EventBody, options: EventOptions): NewEvent {
	const {room = 'lobby', author = AUTHORS[0], sequence, order = sequence, received = 1_000} = options;
	const head = {room, author, epoch: EPOCH, sequence, timestamp: order, clock: order, previous: undefined, parents: []};
	const event = {...head, ...body};
	const key = new Uint8Array(32).fill(AUTHORS.indexOf(author) + 1);
	const content = contentOf(body);
	const kind = body.kind === 'unknown' ? body.number : EVENT_KIND_NUMBERS[body.kind];
	const previous = sequence === 1 ? null : new Uint8Array(32);
	const epoch = Buffer.from(EPOCH, 'hex');
	const bytes = new Uint8Array(
		pack([room, key, epoch, sequence, order, kind, content, order, previous, new Uint8Array()]),
	);
	return {room, order, received, bytes, signature: new Uint8Array(64).fill(sequence), id: eventId(bytes), event};
}

function contentOf(body: EventBody): unknown {
	const target = 'target' in body ? Buffer.from(body.target, 'hex') : undefined;
	switch (body.kind) {
		case 'message':
		case 'topic':
			return body.text;
		case 'reply':
		case 'edit':
			return [target, body.text];
		case 'reaction':
			return [target, body.emoji, body.isOn];
		case 'redaction':
			return [target, body.reason];
		case 'join':
		case 'name':
			return body.name;
		case 'file':
			return offerFields(body.offer);
		default:
			return null;
	}
}

export function message(sequence: number, text = `number ${sequence}`, options: Partial<EventOptions> = {}): NewEvent {
	return eventOf({kind: 'message', text}, {sequence, ...options});
}
