import {decode} from 'dns-packet';
import {describe, expect, it, test} from 'vitest';
import {inspectPacket, MAX_MDNS_RECORDS, mentionsService} from '../../source/wire/mdns-guard.ts';
import {CORPUS, packet} from './mdns-corpus.ts';

const SERVICE = Buffer.from('\x04_p2p\x04_udp\x05local\x00', 'latin1');

function header(counts: {questions?: number; answers?: number}): Buffer {
	const bytes = Buffer.alloc(12);
	bytes.writeUInt16BE(counts.questions ?? 0, 4);
	bytes.writeUInt16BE(counts.answers ?? 0, 6);
	return bytes;
}

/** That many questions for the root, the shortest there are. */
function questions(count: number): Buffer {
	return Buffer.concat([header({questions: count}), Buffer.alloc(5 * count)]);
}

/** Records whose names all lead through one chain of pointers, as long as it can be in so many bytes. */
function chained(size: number): Buffer {
	const bytes = Buffer.alloc(size);
	const data = 12 + 1 + 10;
	const length = Math.min(0x3fff - data, size - data - 12 * 16) & ~1;
	bytes.writeUInt16BE(10, 13);
	bytes.writeUInt16BE(length, 21);
	let last = data;
	for (let at = data + 2; at < data + length; at += 2) {
		bytes.writeUInt16BE(0xc000 | last, at);
		last = at;
	}
	let count = 1;
	for (let at = data + length; at + 12 <= size; at += 12, count++) {
		bytes.writeUInt16BE(0xc000 | last, at);
		bytes.writeUInt16BE(10, at + 2);
	}
	bytes.writeUInt16BE(count, 6);
	return bytes;
}

describe('what is allowed', () => {
	it.each([...CORPUS.keys()].filter(name => /^(question|answer|goodbye|chromecast)/.test(name)))('%s', name => {
		expect(inspectPacket(packet(name))).toBeUndefined();
		expect(() => decode(packet(name))).not.toThrow();
	});

	it('is looked at only if it can concern us', () => {
		expect(mentionsService(packet('question'))).toBe(true);
		expect(mentionsService(packet('question-of-services'))).toBe(true);
		expect(mentionsService(packet('answer-in-the-manner-of-go'))).toBe(true);
		expect(mentionsService(packet('chromecast'))).toBe(false);
	});
});

describe('row 20: what dns-packet never gets to see', () => {
	test.each([
		['pointer-to-itself', 'mdns-malformed'],
		['pointers-in-a-circle', 'mdns-malformed'],
		['pointer-forwards', 'mdns-malformed'],
		['pointer-past-the-end', 'mdns-malformed'],
		['pointer-chain', 'mdns-malformed'],
		['label-of-64-bytes', 'mdns-malformed'],
		['string-longer-than-record', 'mdns-malformed'],
		['cut-short', 'mdns-malformed'],
		['promises-262140-records', 'mdns-records'],
		['result-code-3', 'mdns-header'],
	])('%s', (name, refusal) => {
		expect(inspectPacket(packet(name))).toBe(refusal);
	});

	test('10,000 records, in a packet of any size or of the largest', () => {
		expect(inspectPacket(questions(10_000))).toBe('mdns-size');
		expect(inspectPacket(questions(1_700))).toBe('mdns-records');
		expect(inspectPacket(Buffer.concat([header({answers: 10_000}), SERVICE]))).toBe('mdns-records');
		expect(inspectPacket(questions(MAX_MDNS_RECORDS))).toBeUndefined();
		expect(inspectPacket(questions(MAX_MDNS_RECORDS + 1))).toBe('mdns-records');
	});

	test('a chain of pointers as long as it can be', () => {
		expect(inspectPacket(chained(65_507))).toBe('mdns-size');
		expect(inspectPacket(chained(9_000))).toBe('mdns-malformed');
	});

	test('a record of a type that nobody needs here, which dns-packet reads in its own way', () => {
		// KEY (25), SIG (24) and SVCB (64), with as much data as they say.
		for (const type of [24, 25, 64]) {
			const record = Buffer.of(0, 0, type, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3);
			expect(inspectPacket(Buffer.concat([header({answers: 1}), record]))).toBe('mdns-malformed');
		}
	});

	test('a name of more bytes than a name has', () => {
		const question = (...lengths: number[]) =>
			Buffer.concat([
				header({questions: 1}),
				...lengths.map(length => Buffer.concat([Buffer.of(length), Buffer.alloc(length, 'a')])),
				Buffer.of(0, 0, 12, 0, 1),
			]);
		expect(inspectPacket(question(63, 63, 63, 61))).toBeUndefined();
		expect(() => decode(question(63, 63, 63, 61))).not.toThrow();
		expect(inspectPacket(question(63, 63, 63, 62))).toBe('mdns-malformed');
	});

	test('nothing, too little, and every packet cut anywhere', () => {
		expect(inspectPacket(new Uint8Array())).toBe('mdns-size');
		expect(inspectPacket(new Uint8Array(11))).toBe('mdns-size');
		for (const name of ['answer-of-p2p-tui', 'answer-in-the-manner-of-go', 'answer-with-nsec-and-opt']) {
			const whole = packet(name);
			for (let length = 12; length < whole.length; length++) {
				expect(inspectPacket(whole.subarray(0, length)), `${name}, ${length} bytes`).toBe('mdns-malformed');
			}
		}
	});
});
