/** PROTOCOL.md is a specification: what it shows must be what this program writes and reads. */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {MAX_ANSWER_BYTES, QUESTIONS, SERVED_BYTES} from '../../source/behaviours/history/parameters.ts';
import {HELD_COST, PEER_HELD, RELAY_PROTOCOL} from '../../source/behaviours/relay.ts';
import {
	MAX_AUTHORS,
	PEER_STATEMENTS,
	READER_PROTOCOL,
	TOPOLOGY_PROTOCOL,
} from '../../source/behaviours/topology/parameters.ts';
import {VAIN_FRAMES} from '../../source/core/files/driver.ts';
import {MULTICAST_GROUP_4, MULTICAST_GROUP_6} from '../../source/net/beacon-link.ts';
import {loadBlake3} from '../../source/storage/files/blake3.ts';
import {decodeAnnouncement, encodeAnnouncement} from '../../source/wire/announcement.ts';
import {
	BulkDecoder,
	DATA_HEADER_BYTES,
	encodeBulk,
	encodeDataHeader,
	MAX_BULK_CONTROL_BYTES,
	MAX_BULK_FRAME_BYTES,
} from '../../source/wire/bulk.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {directRoomOf} from '../../source/wire/direct-room.ts';
import {decodeEvent, eventId, signEvent, verifyEvent} from '../../source/wire/event.ts';
import * as offers from '../../source/wire/file-offer.ts';
import {bytesOfPiece, pieceBytesOf, pieceCountOf} from '../../source/wire/file-offer.ts';
import {fileIdOf, topOfLayer} from '../../source/wire/file-tree.ts';
import {verifyHeld} from '../../source/wire/held.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {
	BULK_NUMBERS,
	DENIAL_NUMBERS,
	DIRECT_ROOM_DOMAIN,
	EVENT_DOMAIN,
	EVENT_KIND_NUMBERS,
	FILE_DOMAIN,
	HELD_DOMAIN,
	STATEMENT_DOMAIN,
} from '../../source/wire/layout.ts';
import * as limits from '../../source/wire/limits.ts';
import {decodeManifest, encodeManifest} from '../../source/wire/manifest.ts';
import {
	ALPN_PROTOCOL,
	BULK_ALPN_PROTOCOL,
	MESSAGE_NUMBERS,
	type Message,
	PROTOCOL_MINOR,
	type RoomEvent,
} from '../../source/wire/messages.ts';
import {decodeStatement, signStatement, verifyStatement} from '../../source/wire/neighbours.ts';

const page = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8');

/** The lines of every fenced block of one kind. */
function blocks(kind: string): string[][] {
	const found = page.matchAll(new RegExp(`^\`\`\`${kind}\n([^\`]*)\n\`\`\`$`, 'gmu'));
	return [...found].map(([, content]) => content!.split('\n'));
}

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** As the page shows it: bytes in hex. */
const shown = (value: unknown) =>
	JSON.parse(JSON.stringify(value, (_key, field) => (field instanceof Uint8Array ? toHex(field) : field)));

/** The author of every example. */
const author = identityFromSeed(Uint8Array.from({length: 32}, (_, index) => index));

describe('messages', () => {
	const examples = blocks('example').map(([meaning, hex]) => [JSON.parse(meaning!) as Message, hex!] as const);

	test.each(examples)('$type means what the page says, and is written so', ({type, ...fields}, hex) => {
		const message = decodeMessage(fromHex(hex));
		expect(shown(message)).toEqual({type, ...fields});
		expect(toHex(encodeMessage(message!))).toBe(hex);
	});

	test('what the holder of a relayed receipt has signed is what the page says', () => {
		const held = examples.map(([, hex]) => decodeMessage(fromHex(hex))).find(message => message?.type === 'held');
		if (held?.type !== 'held') throw new Error('no example');
		expect([held.holder, verifyHeld(held)]).toEqual([author.peerId, true]);
		// On its way only this changes.
		expect(verifyHeld({...held, linksLeft: 0})).toBe(true);
		expect(page).toContain(`\`${HELD_DOMAIN.trimEnd()}\`, a line`);
		expect(page).toContain(`\`${RELAY_PROTOCOL}\``);
	});

	test('every message has an example and a heading with its number', () => {
		expect(new Set(examples.map(([{type}]) => type))).toEqual(new Set(Object.keys(MESSAGE_NUMBERS)));
		const headings = [...page.matchAll(/^### (.+)$/gmu)].flatMap(([, text]) => [
			...text!.matchAll(/(\d+) ([a-z-]+)/gu),
		]);
		const numbers = headings.map(([, number, name]) => [name, Number(number)]);
		expect(Object.fromEntries(numbers)).toMatchObject(MESSAGE_NUMBERS);
	});
});

test('the announcement means what the page says, and is written so', () => {
	const [[meaning, hex]] = blocks('announcement') as [[string, string]];
	const announcement = decodeAnnouncement(fromHex(hex));
	expect(shown(announcement)).toEqual(JSON.parse(meaning));
	expect(toHex(encodeAnnouncement(announcement))).toBe(hex);
});

describe('events', () => {
	const examples = blocks('event').map(([meaning, hex, signature, id]) => {
		return {...(JSON.parse(meaning!) as RoomEvent), example: {hex: hex!, signature, id}};
	});

	test.each(examples)(
		'a $kind has the meaning, the signature and the id that the page says',
		({example, ...meaning}) => {
			const bytes = fromHex(example.hex);
			const event = decodeEvent(bytes);
			expect(shown(event)).toEqual(meaning);
			expect(`id ${eventId(bytes)}`).toBe(example.id);
			expect(verifyEvent(bytes, fromHex(example.signature!.replace('signature ', '')), author.peerId)).toBe(true);
			if (event.kind === 'unknown') return;
			const signed = signEvent(event, author);
			expect([toHex(signed.event), `signature ${toHex(signed.signature)}`]).toEqual([example.hex, example.signature]);
		},
	);

	test('every kind has an example, and a row with its number', () => {
		expect(new Set(examples.map(({kind}) => kind))).toEqual(new Set([...Object.keys(EVENT_KIND_NUMBERS), 'unknown']));
		const kinds = page.slice(page.indexOf('### 7.2'), page.indexOf('### 7.3'));
		const rows = [...kinds.matchAll(/^\| (\d+) \| (\w+) \|/gmu)].map(([, number, kind]) => [kind, Number(number)]);
		expect(Object.fromEntries(rows)).toEqual(EVENT_KIND_NUMBERS);
	});

	test('they are one chain', () => {
		const ids = examples.map(({example}) => example.id?.replace('id ', ''));
		expect(examples.map(({previous}) => previous)).toEqual([undefined, ...ids.slice(0, -1)]);
		expect(examples.map(({sequence}) => sequence)).toEqual(examples.map((_, index) => index + 1));
	});

	test('what is signed and hashed beside them is what the page says', () => {
		expect(page).toContain(`\`${EVENT_DOMAIN.trimEnd()}\`, a line`);
		expect(page).toContain(`\`${DIRECT_ROOM_DOMAIN.trimEnd()}\`, a line`);
	});
});

test('the statement of neighbours has the meaning, the bytes and the signature that the page says', () => {
	const [[meaning, hex, signature]] = blocks('statement') as [[string, string, string]];
	const statement = decodeStatement(fromHex(hex));
	expect(shown(statement)).toEqual(JSON.parse(meaning));
	const signed = signStatement(statement, author);
	expect([toHex(signed.statement), `signature ${toHex(signed.signature)}`]).toEqual([hex, signature]);
	expect(verifyStatement(signed.statement, signed.signature, author.peerId)).toBe(true);
	expect(page).toContain(`\`${STATEMENT_DOMAIN.trimEnd()}\`, a line`);
	for (const name of [TOPOLOGY_PROTOCOL, READER_PROTOCOL]) expect(page).toContain(`\`${name}\``);
});

describe('files', async () => {
	const {hash} = await loadBlake3();
	const hashText = (bytes: Uint8Array) => toHex(hash(bytes));

	test('the id of the example is that of its size and its pieces', () => {
		const [[head, layer, top]] = blocks('file') as [[string, string, string]];
		const [size, id] = head.split(' ');
		const content = Buffer.from(Array.from({length: Number(size)}, (_, index) => index % 251));
		const pieces = Array.from({length: pieceCountOf(content.length)}, (_, index) => {
			const start = index * pieceBytesOf(content.length);
			return content.subarray(start, start + bytesOfPiece(content.length, index));
		});
		expect(pieces.map(hashText).join('')).toBe(layer);
		expect(toHex(topOfLayer(hash, fromHex(layer)))).toBe(top);
		expect(fileIdOf(hash, content.length, fromHex(top), undefined)).toBe(id);
		expect(page).toContain(`\`${FILE_DOMAIN.trimEnd()}\`, a line`);
	});

	test('the manifest has the bytes and the hash that the page says', () => {
		const [[meaning, hex, digest]] = blocks('manifest') as [[string, string, string]];
		const files = decodeManifest(fromHex(hex));
		expect(files).toEqual(JSON.parse(meaning));
		expect(toHex(encodeManifest(files))).toBe(hex);
		expect(`hash ${hashText(fromHex(hex))}`).toBe(digest);
	});

	test('every frame of bulk means what the page says, is written so, and has a row', () => {
		const examples = blocks('bulk').map(([meaning, hex]) => ({meaning: JSON.parse(meaning!), hex: hex!}));
		for (const {meaning, hex} of examples) {
			expect(readBulk(fromHex(hex))).toEqual(meaning);
			const {type, block, bytes} = meaning;
			const written =
				type === 'data' ? toHex(encodeDataHeader(block, bytes.length / 2)) + bytes : toHex(encodeBulk(meaning));
			expect(written).toBe(hex);
		}
		expect(examples.map(({meaning}) => meaning.type).sort()).toEqual(Object.keys(BULK_NUMBERS).sort());
		const part = page.slice(page.indexOf('### 11.4'), page.indexOf('### 11.5'));
		const rows = [...part.matchAll(/^\| (\d+) (\w+) \|/gmu)].map(([, number, type]) => [type, Number(number)]);
		expect(Object.fromEntries(rows)).toEqual(BULK_NUMBERS);
		for (const [name, number] of Object.entries(DENIAL_NUMBERS)) {
			expect(part).toContain(`${number} ${name === 'not-yours' ? 'not for you' : name.replace('-', ' ')}`);
		}
		expect(part).toContain(`ALPN \`${BULK_ALPN_PROTOCOL}\``);
	});

	/** The one frame in these bytes, as the page shows it. */
	function readBulk(bytes: Uint8Array): unknown {
		const found: unknown[] = [];
		const room = new Uint8Array(bytes.length - DATA_HEADER_BYTES < 0 ? 0 : bytes.length - DATA_HEADER_BYTES);
		const decoder = new BulkDecoder({
			frame: frame => found.push(frame),
			begin: () => room,
			progress: () => {},
			end: block => found.push({type: 'data', block, bytes: toHex(room)}),
		});
		decoder.push(bytes);
		expect([found.length, decoder.isPartial]).toEqual([1, false]);
		return found[0];
	}
});

test('the direct room of two keys has the id that the page says', () => {
	const [[one, other, id]] = blocks('direct') as [[string, string, string]];
	const second = identityFromSeed(Uint8Array.from({length: 32}, (_, index) => 0x20 + index));
	expect([one, other]).toEqual([author.peerId, second.peerId]);
	expect(directRoomOf(one, other)).toBe(id);
});

test('the groups of announcements are those of the program', () => {
	expect(page).toContain(`\`${MULTICAST_GROUP_4}\``);
	expect(page).toContain(`\`${MULTICAST_GROUP_6}\``);
});

test('the key of the examples, the protocol’s name and its minor version are those of the program', () => {
	expect(page).toContain(toHex(author.publicKey));
	expect(page).toContain(author.peerId);
	expect(page).toContain(`ALPN \`${ALPN_PROTOCOL}\``);
	const versions = page.slice(page.indexOf('## 12. Versions'), page.indexOf('## 13. Limits'));
	expect([...versions.matchAll(/^\| (\d+) \|/gmu)].at(-1)?.[1]).toBe(`${PROTOCOL_MINOR}`);
});

test.each([
	['frame body', [limits.MAX_FRAME_BYTES]],
	['nesting, values in a body', [limits.MAX_DEPTH, limits.MAX_ELEMENTS]],
	['datagram', [limits.MAX_ANNOUNCEMENT_BYTES]],
	['handshake', [limits.HANDSHAKE_TIMEOUT / 1000]],
	['a frame, once begun', [limits.FRAME_TIMEOUT / 1000]],
	['connections not yet ready', [limits.MAX_PENDING_INBOUND, limits.MAX_PENDING_INBOUND_PER_ADDRESS]],
	[
		'waiting to be sent to one peer, to all',
		[limits.MAX_SEND_QUEUE_BYTES, limits.MAX_TOTAL_SEND_QUEUE_BYTES].map(bytes => bytes / 2 ** 20),
	],
	['ids in a message', [limits.MAX_GOSSIP_IDS]],
	['rooms of a peer', [limits.MAX_SUBSCRIPTIONS]],
	[
		'`neighbours`: bytes, rooms, neighbours, lost',
		[limits.MAX_STATEMENT_BYTES, limits.MAX_STATED_ROOMS, limits.MAX_NEIGHBOURS, limits.MAX_LOST_NEIGHBOURS],
	],
	['`held` of one peer', [PEER_HELD.burst, PEER_HELD.perSecond, HELD_COST]],
	['`neighbours` of one peer', [PEER_STATEMENTS.burst, PEER_STATEMENTS.perSecond, MAX_AUTHORS]],
	['text, name of a room, name of a person', [limits.MAX_TEXT_BYTES, limits.MAX_ROOM_BYTES, limits.MAX_NAME_BYTES]],
	['topic, reason, reaction', [limits.MAX_TOPIC_BYTES, limits.MAX_REASON_BYTES, limits.MAX_EMOJI_BYTES]],
	['parents of an event', [limits.MAX_PARENTS]],
	['timestamp, clock', [limits.MAX_TIMESTAMP]],
	['chains in `ranges`, spans and forks of each', [limits.MAX_RANGES, limits.MAX_SPANS, limits.MAX_FORK_IDS]],
	[
		'`want`: runs, ids, newest, bytes',
		[limits.MAX_WANT_RUNS, limits.MAX_WANT_IDS, limits.MAX_WANT_NEWEST, limits.MAX_WANT_BYTES],
	],
	['`events`: segments, events in each', [limits.MAX_SEGMENTS, limits.MAX_SEGMENT_EVENTS]],
	['events given to one peer', [SERVED_BYTES.burst / 2 ** 20, SERVED_BYTES.perSecond / 2 ** 20]],
	['bytes of events in one answer', [MAX_ANSWER_BYTES]],
	['`digest`, `ranges` and `want` of one peer', [QUESTIONS.burst, QUESTIONS.perSecond]],
	[
		'size of a file, piece at the least, at the most',
		[offers.MAX_FILE_BYTES, offers.MIN_PIECE_BYTES, offers.MAX_PIECE_BYTES],
	],
	[
		'name of a file, files of a folder, manifest',
		[offers.MAX_FILE_NAME_BYTES, offers.MAX_FOLDER_FILES, offers.MAX_MANIFEST_BYTES],
	],
	['names in a path, path', [offers.MAX_PATH_NAMES, offers.MAX_PATH_BYTES]],
	['files in a `seek`, pieces in a `gained`', [offers.MAX_SEEK_FILES, offers.MAX_GAINED_PIECES]],
	['slice of a layer or a manifest', [offers.METADATA_SLICE_BYTES]],
	[
		'requests that are refused or repeated, `cancel` and `refuse` to no purpose, of one peer',
		[VAIN_FRAMES.burst, VAIN_FRAMES.perSecond],
	],
	['frame of bulk without a block, with one', [MAX_BULK_CONTROL_BYTES, MAX_BULK_FRAME_BYTES]],
])('the table of limits has that of %s', (what, values) => {
	const row = page.split('\n').find(line => line.startsWith(`| ${what} |`));
	const numbers = [...(row?.split('|')[2] ?? '').matchAll(/[\d,]*\d/gu)].map(([text]) =>
		Number(text.replaceAll(',', '')),
	);
	expect(numbers).toEqual(values);
});
