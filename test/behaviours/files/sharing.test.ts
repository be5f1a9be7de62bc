import {describe, expect, it} from 'vitest';
import {LATE_INTERVAL, SEEKS} from '../../../source/behaviours/files/shares.ts';
import {directRoomOf} from '../../../source/wire/direct-room.ts';
import {decodeEvent} from '../../../source/wire/event.ts';
import {ANN, BOB, CAT, DAN} from '../fixtures.ts';
import {annIdentity, bobIdentity, DISK_FULL, sent, subscribed} from '../rooms-fixtures.ts';
import {answers, counters, deeds, FilesDesk, fullOf, heldOf, idOf, offerOf, piece, savedOf, told} from './desk.ts';

const OFFER = offerOf(1);
const FILE = OFFER.file;
const seek = {type: 'seek', files: [FILE], isOn: true} as const;
const asked = (desk: FilesDesk, peer: string, index = 0) => desk.news({news: 'asked', peer, block: piece(FILE, index)});
const reasons = (outputs: ReturnType<FilesDesk['news']>) => deeds(outputs, 'deny').map(({reason}) => reason);
const opened = (pieces: Uint8Array = new Uint8Array(), needs: readonly ('layer' | 'manifest')[] = []) => {
	return {
		news: 'opened',
		file: FILE,
		pieces,
		needs,
		slices: {layer: 1, manifest: 0},
		path: '/downloads/file 1',
	} as const;
};

describe('who offers what is here already', () => {
	const holds = {peers: [BOB], message: {type: 'holds', file: FILE, pieces: fullOf(OFFER)}};

	it('learns that it is, once a connection', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		expect(sent(desk.offers(bobIdentity, OFFER), 'holds')).toEqual([holds]);
		expect(sent(desk.offers(bobIdentity, OFFER), 'holds')).toEqual([]);
		desk.disconnect(BOB);
		const met = [...desk.connect(BOB), ...desk.handle(subscribed(BOB, ['lobby']))];
		expect(sent(met, 'holds')).toEqual([holds]);
	});

	it('learns nothing of what is not for him, or not whole', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER, ['attic'])], saved: [savedOf(offerOf(2))]});
		for (const offer of [OFFER, offerOf(2)]) expect(sent(desk.offers(bobIdentity, offer), 'holds')).toEqual([]);
	});
});

describe('who may have a file', () => {
	it('is whoever is in its room, and nobody else', () => {
		const desk = new FilesDesk({peers: [BOB], held: [heldOf(OFFER)]});
		desk.connect(CAT);
		expect(sent(desk.hear(BOB, seek), 'holds')).toEqual([
			{peers: [BOB], message: {type: 'holds', file: FILE, pieces: fullOf(OFFER)}},
		]);
		expect(sent(desk.hear(CAT, seek), 'holds')).toEqual([]);
		expect(deeds(asked(desk, BOB), 'give')).toEqual([{deed: 'give', peer: BOB, block: piece(FILE, 0)}]);
		expect(reasons(asked(desk, CAT))).toEqual(['not-here']);
		// The same words for what does not exist.
		expect(reasons(desk.news({news: 'asked', peer: BOB, block: piece(idOf(9), 0)}))).toEqual(['not-here']);
		expect(reasons(asked(desk, BOB, 1_000))).toEqual(['not-here']);
	});

	it('is who comes into the room, and not who has left it', () => {
		const desk = new FilesDesk({peers: [BOB], held: [heldOf(OFFER)]});
		desk.connect(CAT);
		desk.hear(CAT, seek);
		expect(sent(desk.handle(subscribed(CAT, ['lobby'])), 'holds')).toMatchObject([{peers: [CAT]}]);
		desk.handle(subscribed(CAT, [], ['lobby']));
		expect(reasons(asked(desk, CAT))).toEqual(['not-here']);
	});

	it('is nobody in a room that we have left ourselves, until we are back', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		desk.offers(annIdentity, OFFER);
		desk.ask({command: 'leave', room: 'lobby'});
		expect(reasons(asked(desk, BOB))).toEqual(['not-here']);
		expect(desk.transfers()).toMatchObject([{state: 'done'}]);
		desk.ask({command: 'join', room: 'lobby'});
		expect(deeds(asked(desk, BOB), 'give')).toHaveLength(1);
	});

	it('is the other one in a direct room', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER, [directRoomOf(ANN, BOB)])]});
		expect(sent(desk.hear(BOB, seek), 'holds')).toHaveLength(1);
		expect(sent(desk.hear(CAT, seek), 'holds')).toEqual([]);
		expect(reasons(asked(desk, CAT))).toEqual(['not-here']);
	});

	it('is nobody of a room in which others offer it, as long as nobody here wants that', () => {
		const desk = new FilesDesk({rooms: ['lobby', 'attic'], peers: [BOB], held: [heldOf(OFFER, ['attic'])]});
		desk.handle(subscribed(BOB, [], ['attic']));
		desk.offers(bobIdentity, OFFER);
		expect(reasons(asked(desk, BOB))).toEqual(['not-here']);
		desk.ask({command: 'fetch-file', file: FILE});
		desk.news({news: 'looked', file: FILE});
		expect(deeds(asked(desk, BOB), 'give')).toHaveLength(1);
	});

	it('is nobody who is of an older version: they are not asked either', () => {
		const desk = new FilesDesk({peers: [], saved: [savedOf(OFFER)]});
		desk.connect(BOB, {protocols: ['/p2p-tui/ping/1']});
		expect(sent(desk.handle(subscribed(BOB, ['lobby'])), 'seek')).toEqual([]);
		desk.connect(CAT);
		expect(sent(desk.handle(subscribed(CAT, ['lobby'])), 'seek')).toMatchObject([{peers: [CAT]}]);
	});
});

describe('an offer that is taken back', () => {
	const offered = () => {
		const desk = new FilesDesk();
		desk.ask({command: 'offer-file', path: '/x', room: 'lobby'});
		const [{messageId}] = answers(desk.news({news: 'hashed', path: '/x', held: heldOf(OFFER), skipped: 0})) as [
			{messageId: string},
		];
		desk.hear(BOB, seek);
		return {desk, messageId};
	};

	it('is given no more, and forgotten if it was the only one', () => {
		const {desk, messageId} = offered();
		const outputs = desk.ask({command: 'redact', room: 'lobby', messageId});
		expect(deeds(outputs, 'forget')).toEqual([{deed: 'forget', file: FILE}]);
		expect(told(outputs, 'transfer')).toMatchObject([
			{state: 'cancelled', error: {message: 'the offer was taken back'}},
		]);
		expect(sent(outputs, 'holds')).toMatchObject([{peers: [BOB], message: {pieces: new Uint8Array()}}]);
		expect(reasons(asked(desk, BOB))).toEqual(['not-here']);
		expect(answers(desk.ask({command: 'offers'}))).toEqual([{offers: []}]);
		expect(answers(desk.ask({command: 'fetch-file', file: FILE}))).toEqual([]);
		expect(answers(desk.pass(1_000))).toEqual(['unknown-file: no such file is offered where we are']);
	});

	it('is still given where it is offered elsewhere', () => {
		const {desk, messageId} = offered();
		desk.ask({command: 'offer-file', path: '/x', room: `@${CAT}`});
		desk.news({news: 'hashed', path: '/x', held: heldOf(OFFER, [directRoomOf(ANN, CAT)]), skipped: 0});
		const outputs = desk.ask({command: 'redact', room: 'lobby', messageId});
		expect(deeds(outputs, 'keep')).toMatchObject([{held: {rooms: [directRoomOf(ANN, CAT)]}}]);
		expect(reasons(asked(desk, BOB))).toEqual(['not-here']);
		expect(deeds(asked(desk, CAT), 'give')).toHaveLength(1);
	});

	it('is still given if somebody else offers it there', () => {
		const {desk, messageId} = offered();
		desk.offers(bobIdentity, OFFER);
		expect(deeds(desk.ask({command: 'redact', room: 'lobby', messageId}), 'forget')).toEqual([]);
		expect(deeds(asked(desk, BOB), 'give')).toHaveLength(1);
	});

	it('is not fetched any more', () => {
		const desk = new FilesDesk();
		const [message] = told(desk.offers(bobIdentity, OFFER), 'message');
		desk.ask({command: 'fetch-file', file: FILE});
		const outputs = desk.says(bobIdentity, {kind: 'redaction', target: message!.messageId, reason: ''});
		expect(deeds(outputs, 'discard')).toEqual([{deed: 'discard', file: FILE}]);
		expect(told(outputs, 'transfer')).toMatchObject([{state: 'cancelled'}]);
	});

	it('is not taken from the archive, though nobody was told', () => {
		const desk = new FilesDesk();
		const [message] = told(desk.offers(bobIdentity, OFFER), 'message');
		desk.archive.create('lobby', {kind: 'topic', text: 'x'}, 0);
		const body = {kind: 'redaction', target: message!.messageId, reason: ''} as const;
		const {event: bytes, signature, messageId: id} = desk.writes(bobIdentity, body);
		desk.archive.accept({id, event: decodeEvent(bytes), bytes, signature}, 0);
		expect(answers(desk.ask({command: 'offers'}))).toEqual([{offers: []}]);
		expect(answers(desk.ask({command: 'fetch-file', file: FILE}))).toEqual(['unknown-file: it was taken back']);
	});
});

describe('a room that is forgotten', () => {
	it('is no room of a file any more', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)], saved: [savedOf(offerOf(2))]});
		desk.offers(annIdentity, OFFER);
		const outputs = desk.ask({command: 'forget', room: 'lobby'});
		expect(deeds(outputs, 'forget')).toEqual([{deed: 'forget', file: FILE}]);
		expect(deeds(outputs, 'discard')).toEqual([{deed: 'discard', file: idOf(2)}]);
		expect(desk.transfers()).toEqual([]);
		expect(answers(desk.ask({command: 'offers'}))).toEqual([{offers: []}]);
	});

	it('may be one that we had left', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		desk.offers(annIdentity, OFFER);
		desk.ask({command: 'leave', room: 'lobby'});
		expect(desk.transfers()).toHaveLength(1);
		expect(deeds(desk.ask({command: 'forget', room: 'lobby'}), 'forget')).toEqual([{deed: 'forget', file: FILE}]);
		expect(desk.transfers()).toEqual([]);
	});

	it('may be a conversation', () => {
		const room = directRoomOf(ANN, BOB);
		const desk = new FilesDesk({held: [heldOf(OFFER, [room, 'lobby'])]});
		desk.offers(bobIdentity, OFFER, room);
		const outputs = desk.ask({command: 'forget', room: `@${BOB}`});
		expect(deeds(outputs, 'keep')).toMatchObject([{held: {rooms: ['lobby']}}]);
	});
});

describe('what is told of pieces', () => {
	it('goes to those who seek it, gathered for a moment', () => {
		const desk = new FilesDesk({saved: [savedOf(OFFER)]});
		desk.news(opened());
		expect(sent(desk.hear(BOB, seek), 'holds')).toEqual([]);
		desk.hear(CAT, {type: 'holds', file: FILE, pieces: fullOf(OFFER)});
		desk.news({news: 'bulk-opened', peer: CAT});
		const arrived = (index: number) =>
			desk.news({news: 'arrived', peer: CAT, block: piece(FILE, index), bytes: 65_536, verdict: 'ok'});
		const first = arrived(0);
		expect([sent(first, 'holds'), sent(first, 'gained')]).toEqual([[], []]);
		expect(sent(desk.pass(100), 'holds').map(({peers}) => peers)).toEqual([[BOB], [CAT]]);
		arrived(1);
		arrived(2);
		expect(sent(desk.pass(100), 'gained')).toEqual([
			{peers: [BOB, CAT], message: {type: 'gained', file: FILE, pieces: [1, 2]}},
		]);
		desk.hear(BOB, {...seek, isOn: false});
		arrived(3);
		expect(sent(desk.pass(100), 'gained')).toMatchObject([{peers: [CAT]}]);
		expect(reasons(asked(desk, BOB, 9))).toEqual(['not-here']);
		expect(deeds(asked(desk, BOB, 2), 'give')).toHaveLength(1);
	});

	it('shows who has how much of it, from whomever', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		desk.hear(BOB, seek);
		expect(desk.transfers()).toMatchObject([{takers: [{peer: BOB, name: 'bob', pieces: 0, bytes: 0, rate: 0}]}]);
		desk.hear(BOB, {type: 'gained', file: FILE, pieces: [1, 2, 3]});
		expect(told(desk.pass(500), 'transfer')).toMatchObject([{takers: [{pieces: 3}]}]);
		desk.hear(BOB, {type: 'holds', file: FILE, pieces: fullOf(OFFER)});
		desk.hear(BOB, {...seek, isOn: false});
		expect(desk.transfers()).toMatchObject([{takers: [{pieces: 64}]}]);
		desk.disconnect(BOB);
		expect(desk.transfers()).toMatchObject([{takers: []}]);
	});

	it('shows of what was fetched no taker who has all of it and had nothing of ours', () => {
		const desk = new FilesDesk({held: [{...heldOf(OFFER), isFetched: true}]});
		desk.hear(BOB, {type: 'holds', file: FILE, pieces: fullOf(OFFER)});
		desk.hear(CAT, seek);
		expect(desk.transfers()).toMatchObject([{takers: [{peer: CAT}]}]);
		// Whoever offers it himself wants to know who has it.
		desk.offers(annIdentity, OFFER);
		expect(desk.transfers()).toMatchObject([{takers: [{peer: BOB}, {peer: CAT}]}]);
	});

	it('does not show who has given it up', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		desk.hear(BOB, seek);
		desk.hear(BOB, {type: 'gained', file: FILE, pieces: [1, 2, 3]});
		desk.hear(BOB, {...seek, isOn: false});
		expect(desk.transfers()).toMatchObject([{takers: []}]);
	});

	it('is told, and the list of them given, though a folder has only empty files', () => {
		const folder = {...OFFER, size: 0, files: 2, manifest: '01'.repeat(32)};
		const desk = new FilesDesk({held: [heldOf(folder)]});
		expect(sent(desk.hear(BOB, seek), 'holds')).toMatchObject([{peers: [BOB], message: {pieces: new Uint8Array()}}]);
		const block = {file: FILE, what: 'manifest', index: 0} as const;
		expect(deeds(desk.news({news: 'asked', peer: BOB, block}), 'give')).toHaveLength(1);
		// Who fetches it and has not got that list has nothing to give.
		const other = new FilesDesk({saved: [savedOf(folder)]});
		const needs = ['manifest'] as const;
		const slices = {layer: 0, manifest: 0};
		other.news({news: 'opened', file: FILE, pieces: new Uint8Array(), needs, slices, path: '/x'});
		expect(sent(other.hear(BOB, seek), 'holds')).toEqual([]);
	});

	it('is told to those who may wait for it when somebody fetches what is here', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER, ['lobby'], true)]});
		desk.connect(DAN);
		desk.ask({command: 'fetch-file', file: FILE});
		expect(sent(desk.news({news: 'looked', file: FILE}), 'holds')).toMatchObject([{peers: [BOB]}, {peers: [CAT]}]);
		const waiting = new FilesDesk({held: [heldOf(OFFER)]});
		waiting.hear(BOB, {type: 'holds', file: FILE, pieces: fullOf(OFFER)});
		expect(waiting.transfers()).toMatchObject([{takers: [{peer: BOB, pieces: 64}]}]);
	});

	it('is heard of those only who are in its room', () => {
		const desk = new FilesDesk({peers: [BOB], saved: [savedOf(OFFER)]});
		desk.connect(DAN);
		desk.news(opened());
		expect(counters(desk.hear(DAN, {type: 'holds', file: FILE, pieces: fullOf(OFFER)}))).toEqual(['file-stray']);
		expect(counters(desk.hear(DAN, {type: 'gained', file: FILE, pieces: [1]}))).toEqual(['file-stray']);
		expect(counters(desk.hear(BOB, {type: 'holds', file: FILE, pieces: fullOf(OFFER)}))).toEqual([]);
	});

	it('is not told as often as somebody likes; what is sought beyond that is answered later', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER), heldOf(offerOf(2)), heldOf(offerOf(3))]});
		const files = Array.from({length: 64}, () => FILE);
		for (let told = 0; told < SEEKS.burst; told += 64) {
			expect(sent(desk.hear(BOB, {type: 'seek', files, isOn: true}), 'holds')).toHaveLength(64);
		}
		const more = desk.hear(BOB, {type: 'seek', files, isOn: true});
		expect([sent(more, 'holds'), counters(more)]).toEqual([[], ['file-seek-rate']]);
		// In its turn, though there is a token for it by now; and not what it seeks no more.
		desk.hear(BOB, {type: 'seek', files: [idOf(2)], isOn: true});
		desk.hear(BOB, {type: 'seek', files: [idOf(3)], isOn: true});
		desk.hear(BOB, {type: 'seek', files: [idOf(2)], isOn: false});
		const later = sent(desk.pass(LATE_INTERVAL), 'holds').map(({peers, message}) => [peers, message.file]);
		expect(later).toEqual([
			[[BOB], FILE],
			[[BOB], idOf(3)],
		]);
		expect(sent(desk.pass(60_000), 'holds')).toEqual([]);
	});

	it('is told of all files that somebody fetches one after the other, however fast he asks', () => {
		const count = SEEKS.burst + 100;
		const offers = Array.from({length: count}, (_, index) => offerOf(1, {file: index.toString(16).padStart(64, '0')}));
		const desk = new FilesDesk({held: offers.map(offer => heldOf(offer))});
		const outputs = offers.flatMap(({file}) => desk.hear(BOB, {type: 'seek', files: [file], isOn: true}));
		expect(sent(outputs, 'holds')).toHaveLength(SEEKS.burst);
		outputs.push(...desk.pass((100 / SEEKS.perSecond) * 1_000 + LATE_INTERVAL));
		expect(new Set(sent(outputs, 'holds').map(({message}) => message.file)).size).toBe(count);
		// Nor for ever: what is beyond all bounds is dropped.
		for (const {file} of offers)
			for (let more = 0; more < 5; more++) desk.hear(BOB, {type: 'seek', files: [file], isOn: true});
		desk.disconnect(BOB);
		expect(sent(desk.pass(60_000), 'holds')).toEqual([]);
	});

	it('is told again when another connection carries the peer', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		desk.hear(BOB, seek);
		expect(sent(desk.handle({type: 'moved', peer: BOB}), 'holds')).toHaveLength(1);
	});
});

it('a failed disk takes an offer back from those who had not heard of it', () => {
	const desk = new FilesDesk();
	desk.ask({command: 'offer-file', path: '/x', room: 'lobby'});
	desk.store.failure = DISK_FULL;
	desk.news({news: 'hashed', path: '/x', held: heldOf(OFFER), skipped: 0});
	expect(reasons(asked(desk, BOB))).toEqual(['not-here']);
});
