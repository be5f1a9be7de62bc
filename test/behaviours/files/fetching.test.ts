import {describe, expect, it} from 'vitest';
import {LOOK_BACK, LOOK_STEP} from '../../../source/behaviours/files/board.ts';
import {
	ACCEPT_AGE,
	ACCEPTS,
	MAX_ACCEPTED,
	MAX_SHELF,
	MAX_TRANSFERS,
} from '../../../source/behaviours/files/fetching.ts';
import {directRoomOf} from '../../../source/wire/direct-room.ts';
import {decodeEvent} from '../../../source/wire/event.ts';
import type {FileOffer} from '../../../source/wire/file-offer.ts';
import {ANN, BOB, CAT, TIMESTAMP} from '../fixtures.ts';
import {bobIdentity, catIdentity, sent, subscribed} from '../rooms-fixtures.ts';
import {
	answers,
	counters,
	deeds,
	FilesDesk,
	type FilesDeskOptions,
	heldOf,
	idOf,
	MIB,
	offerOf,
	piece,
	savedOf,
	states,
	told,
} from './desk.ts';

const OFFER = offerOf(0xab);
const FILE = OFFER.file;
const fetching = (file = FILE, more: {folder?: string; priority?: number} = {}) => {
	return {command: 'fetch-file', file, ...more} as const;
};
const opened = (offer: FileOffer = OFFER) => {
	const {file, name} = offer;
	const slices = {layer: 0, manifest: 0};
	return {news: 'opened', file, pieces: new Uint8Array(), needs: [], slices, path: `/downloads/${name}`} as const;
};
const finished = ({file, name}: FileOffer) => ({news: 'finished', file, path: `/downloads/${name}`}) as const;

describe('fetching', () => {
	it('begins with what is offered, and is answered once it has begun', () => {
		const desk = new FilesDesk();
		desk.offers(bobIdentity, OFFER);
		const begun = desk.ask(fetching(FILE.slice(0, 8), {priority: 1}));
		expect(deeds(begun, 'open')).toMatchObject([
			{transfer: {offer: OFFER, rooms: ['lobby'], from: BOB, folder: '/downloads', priority: 1}},
		]);
		expect(sent(begun, 'seek').map(({peers}) => peers)).toEqual([[BOB, CAT]]);
		expect(answers(begun)).toEqual([]);
		expect(answers(desk.news(opened()))).toEqual([{file: FILE, path: `/downloads/${OFFER.name}`}]);
		// Once more: it is on its way.
		expect(answers(desk.ask(fetching()))).toEqual([{file: FILE, path: `/downloads/${OFFER.name}`}]);
	});

	describe('is answered though it never begins', () => {
		const begun = () => {
			const desk = new FilesDesk();
			const [message] = told(desk.offers(bobIdentity, OFFER), 'message');
			expect(answers(desk.ask(fetching()))).toEqual([]);
			return {desk, messageId: message!.messageId};
		};

		it('if the offer is taken back', () => {
			const {desk, messageId} = begun();
			const outputs = desk.says(bobIdentity, {kind: 'redaction', target: messageId, reason: ''});
			expect(answers(outputs)).toEqual(['unknown-file: it is offered here no more']);
			expect(answers(desk.news(opened()))).toEqual([]);
		});

		it('if the room is forgotten', () => {
			const {desk} = begun();
			const outputs = desk.ask({command: 'forget', room: 'lobby'});
			expect(answers(outputs)).toContain('unknown-file: it is offered here no more');
		});

		it('if we offer the same ourselves: it is here, and nobody is told that it was given up', () => {
			const {desk} = begun();
			desk.ask({command: 'offer-file', path: '/x', room: 'lobby'});
			const outputs = desk.news({news: 'hashed', path: '/x', held: {...heldOf(OFFER), path: '/x'}, skipped: 0});
			expect(answers(outputs)).toContainEqual({file: FILE, path: '/x', isHere: true});
			expect(states(outputs)).not.toContain('cancelled');
			expect(states(outputs).at(-1)).toBe('done');
		});
	});

	it('says why it has not begun', () => {
		const desk = new FilesDesk();
		desk.offers(bobIdentity, OFFER);
		desk.ask(fetching());
		const error = {code: 'disk-full', message: 'the disk is full'} as const;
		expect(answers(desk.news({news: 'file-failed', file: FILE, error}))).toEqual(['file: the disk is full']);
	});

	it('goes to another folder, named by its whole path', () => {
		const desk = new FilesDesk();
		desk.offers(bobIdentity, OFFER);
		expect(answers(desk.ask(fetching(FILE, {folder: '../here'})))).toEqual([
			'file: a folder is named by its whole path',
		]);
		expect(deeds(desk.ask(fetching(FILE, {folder: '/music'})), 'open')).toMatchObject([{transfer: {folder: '/music'}}]);
	});

	it('that failed with nothing here goes where it is to go now', () => {
		const desk = new FilesDesk();
		desk.offers(bobIdentity, OFFER);
		desk.ask(fetching());
		const fails = (code: 'no-folder' | 'io') =>
			desk.news({news: 'file-failed', file: FILE, error: {code, message: 'no'}});
		fails('no-folder');
		expect(deeds(desk.ask(fetching()), 'open')).toMatchObject([{transfer: {folder: '/downloads'}}]);
		fails('no-folder');
		desk.ask({command: 'file-settings', settings: {folder: '/new'}});
		const anew = desk.ask(fetching());
		expect([deeds(anew, 'open'), states(anew)]).toMatchObject([[{transfer: {folder: '/new'}}], ['waiting']]);
		fails('io');
		expect(deeds(desk.ask(fetching(FILE, {folder: '/other'})), 'open')).toMatchObject([{transfer: {folder: '/other'}}]);
		// What is on its way stays where it is.
		desk.news(opened());
		expect(deeds(desk.ask(fetching(FILE, {folder: '/third'})), 'open')).toEqual([]);
	});

	it('of which some may lie on a disk that is not there stays where it is', () => {
		const desk = new FilesDesk({saved: [savedOf(OFFER)]});
		desk.offers(bobIdentity, OFFER);
		const error = {code: 'no-folder', message: 'no'} as const;
		desk.news({news: 'file-failed', file: FILE, error, isSomeHere: true});
		const again = desk.ask(fetching(FILE, {folder: '/elsewhere'}));
		expect([deeds(again, 'discard'), deeds(again, 'open')]).toMatchObject([[], [{transfer: {folder: '/downloads'}}]]);
		expect(answers(desk.news({news: 'file-failed', file: FILE, error, isSomeHere: true}))).toEqual([
			'file: no; it was begun in /downloads: cancel it first to fetch it elsewhere',
		]);
		// Whoever gives it up then is not told that somebody else has taken it back.
		const [given] = told(desk.ask({command: 'cancel', file: FILE}), 'transfer');
		expect([given?.state, given?.error]).toEqual(['cancelled', undefined]);
	});

	it('waits for its room when that was left, and says so; a source that gives no more has no rate', () => {
		const desk = new FilesDesk();
		desk.offers(bobIdentity, OFFER);
		desk.ask(fetching());
		desk.news(opened());
		const waits = (outputs: Parameters<typeof told>[0]) => told(outputs, 'transfer').map(each => each.waits);
		expect(waits(desk.ask({command: 'leave', room: 'lobby'})).at(-1)).toBe('left');
		expect(waits(desk.ask({command: 'join', room: 'lobby'})).at(-1)).toBe('nobody');
	});

	it('refuses what is no id, fits several files, or is offered nowhere', () => {
		const desk = new FilesDesk();
		desk.offers(bobIdentity, OFFER);
		desk.offers(bobIdentity, offerOf(2, {file: `${FILE.slice(0, 10)}${'0'.repeat(54)}`}));
		expect(answers(desk.ask(fetching('abc')))[0]).toMatch(/^unknown-file: a file is named by its id/);
		expect(answers(desk.ask(fetching(FILE.slice(0, 8))))[0]).toMatch(/fits several/);
		expect(answers([...desk.ask(fetching(idOf(3))), ...desk.pass(10_000)])).toEqual([
			'unknown-file: no such file is offered where we are',
		]);
		expect(answers(new FilesDesk({rooms: []}).ask(fetching(idOf(3))))).toHaveLength(1);
	});

	it('answers with what is here once the disk has said that it still is; its new room may have it too', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER, ['attic'])]});
		desk.offers(bobIdentity, OFFER);
		const asked = [...desk.ask(fetching()), ...desk.ask(fetching())];
		expect([deeds(asked, 'look'), answers(asked)]).toEqual([[{deed: 'look', file: FILE}], []]);
		const answer = desk.news({news: 'looked', file: FILE});
		const result = {file: FILE, path: `/home/ann/${OFFER.name}`, isHere: true};
		expect(answers(answer)).toEqual([result, result]);
		expect(deeds(answer, 'keep')).toMatchObject([{held: {rooms: ['attic', 'lobby']}}]);
	});

	describe('of what lies here and is given no more', () => {
		const kept = (more: FilesDeskOptions = {}) => {
			const desk = new FilesDesk({held: [heldOf(OFFER, ['lobby'], true)], ...more});
			desk.offers(bobIdentity, OFFER);
			return desk;
		};
		const path = `/home/ann/${OFFER.name}`;

		it('is answered with where it is, and gives it to nobody', () => {
			const desk = kept();
			desk.hear(BOB, {type: 'seek', files: [FILE], isOn: true});
			const cancelled = desk.ask({command: 'cancel', file: FILE});
			expect(told(cancelled, 'transfer')).toMatchObject([{state: 'kept', path, done: OFFER.size, rooms: []}]);
			expect(sent(cancelled, 'holds')).toMatchObject([{peers: [BOB], message: {pieces: new Uint8Array()}}]);
			// So it is known after a restart.
			const keeping = {deed: 'keep', held: heldOf(OFFER, [], true)};
			expect([deeds(cancelled, 'keep'), deeds(cancelled, 'forget')]).toEqual([[keeping], []]);
			for (const one of [desk, kept({held: [heldOf(OFFER, [], true)]})]) {
				const asked = one.ask(fetching());
				expect([deeds(asked, 'look'), deeds(asked, 'open')]).toEqual([[{deed: 'look', file: FILE}], []]);
				const answer = one.news({news: 'looked', file: FILE});
				expect(answers(answer)).toEqual([{file: FILE, path, isHere: true}]);
				expect([deeds(answer, 'keep'), sent(answer, 'holds')]).toEqual([[], []]);
				expect(one.transfers()).toMatchObject([{state: 'kept'}]);
				const denied = one.news({news: 'asked', peer: BOB, block: piece(FILE, 0)});
				expect(deeds(denied, 'deny')).toMatchObject([{reason: 'not-here'}]);
			}
		});

		it('fetches it if it is there no more', () => {
			const desk = kept({held: [heldOf(OFFER, [], true)]});
			desk.ask(fetching());
			expect(states(desk.news({news: 'changed', file: FILE}))).toEqual(['cancelled']);
			expect(deeds(desk.news({news: 'looked', file: FILE}), 'open')).toHaveLength(1);
		});

		it('is the same if the offer was taken back; nothing is known once somebody has cancelled it twice', () => {
			const desk = new FilesDesk({held: [heldOf(OFFER, ['lobby'], true)]});
			const [message] = told(desk.offers(bobIdentity, OFFER), 'message');
			const gone = desk.says(bobIdentity, {kind: 'redaction', target: message!.messageId, reason: ''});
			expect(states(gone)).toEqual(['kept']);
			const cancelled = desk.ask({command: 'cancel', file: FILE});
			expect([states(cancelled), deeds(cancelled, 'forget')]).toEqual([['cancelled'], [{deed: 'forget', file: FILE}]]);
			expect(desk.transfers()).toEqual([]);
		});

		it('gives it again once somebody here offers it', () => {
			const desk = kept({held: [heldOf(OFFER, [], true)]});
			desk.ask({command: 'offer-file', path, room: 'lobby'});
			const news = {news: 'hashed', path, held: heldOf(OFFER, ['lobby'], true), skipped: 0} as const;
			expect(states(desk.news(news))).toEqual(['done']);
		});
	});

	it('begins again with what was here and is gone', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER, ['lobby'], true)]});
		desk.offers(bobIdentity, OFFER);
		desk.ask(fetching());
		desk.news({news: 'changed', file: FILE});
		const begun = desk.news({news: 'looked', file: FILE});
		expect([deeds(begun, 'forget'), deeds(begun, 'open')]).toMatchObject([
			[{file: FILE}],
			[{transfer: {offer: OFFER}}],
		]);
		expect(answers(desk.news(opened()))).toEqual([{file: FILE, path: `/downloads/${OFFER.name}`}]);
	});

	it('has an end', () => {
		const saved = Array.from({length: MAX_TRANSFERS}, (_, index) =>
			savedOf(offerOf(1, {file: index.toString(16).padStart(64, '0'), size: 1}), ['attic']),
		);
		const desk = new FilesDesk({saved});
		desk.offers(bobIdentity, OFFER);
		expect(answers(desk.ask(fetching()))[0]).toMatch(/^busy/);
	});

	it('believes what most say of a file, and of as many who came first', () => {
		const desk = new FilesDesk();
		desk.offers(catIdentity, {...OFFER, size: 7});
		desk.offers(bobIdentity, OFFER);
		expect(deeds(desk.ask(fetching()), 'open')[0]?.transfer.offer.size).toBe(7);
		const other = new FilesDesk();
		other.offers(catIdentity, {...OFFER, size: 7});
		other.offers(bobIdentity, OFFER);
		other.ask({command: 'offer-file', path: '/x', room: `@${BOB}`});
		other.news({news: 'hashed', path: '/x', held: heldOf(OFFER), skipped: 0});
		other.news({news: 'changed', file: FILE});
		expect(deeds(other.ask(fetching()), 'open')[0]?.transfer.offer.size).toBe(OFFER.size);
	});
});

describe('an old offer', () => {
	/** What was said before this run, by a desk of its own. */
	const before = (after: number) => {
		const desk = new FilesDesk({peers: [BOB]});
		desk.offers(bobIdentity, OFFER);
		for (let index = 0; index < after; index++) {
			desk.archive.create('lobby', {kind: 'message', text: `${index}`}, TIMESTAMP + index);
		}
		desk.archive.commit();
		return desk.store;
	};

	it('is found at the start, step by step, and is not taken without asking', () => {
		const settings = {accept: [{from: '*', bytes: 100 * MIB}]};
		const desk = new FilesDesk({store: before(LOOK_STEP), settings});
		expect(answers(desk.ask({command: 'offers'}))).toEqual([{offers: []}]);
		expect(deeds(desk.pass(1_000), 'open')).toEqual([]);
		expect(answers(desk.ask({command: 'offers'}))).toMatchObject([{offers: [{file: FILE, room: 'lobby', from: BOB}]}]);
	});

	it('is looked for further back when it is asked for', () => {
		const desk = new FilesDesk({store: before(LOOK_BACK + LOOK_STEP)});
		desk.pass(10_000);
		expect(answers(desk.ask({command: 'offers'}))).toEqual([{offers: []}]);
		const outputs = [...desk.ask(fetching()), ...desk.pass(10_000)];
		expect(deeds(outputs, 'open')).toMatchObject([{transfer: {offer: OFFER}}]);
	});

	it('is found when history has come that nobody was told of', () => {
		const desk = new FilesDesk();
		desk.pass(1_000);
		const {event: bytes, signature, messageId: id} = desk.writes(bobIdentity, {kind: 'file', offer: OFFER});
		desk.archive.accept({id, event: decodeEvent(bytes), bytes, signature}, TIMESTAMP);
		const progress = {type: 'history-progress', room: 'lobby', received: 1, expected: 1, done: true} as const;
		desk.handle({type: 'event', event: progress});
		desk.pass(1_000);
		expect(answers(desk.ask({command: 'offers', room: 'lobby'}))).toMatchObject([{offers: [{file: FILE}]}]);
		expect(answers(desk.ask({command: 'offers', room: 'attic'}))[0]).toMatch(/^unknown-room/);
		expect(answers(new FilesDesk().ask({command: 'offers', room: 'lobby'}))).toEqual([{offers: []}]);
		expect(answers(desk.ask({command: 'offers', limit: 0}))[0]).toMatch(/^bad-command/);
		expect(answers(desk.ask({command: 'offers', room: '@nobody'}))[0]).toMatch(/^bad-room/);
	});
});

describe('what is taken without asking', () => {
	const rules = (from = BOB as string, bytes = 10 * MIB) => ({settings: {accept: [{from, bytes}]}});
	const taken = (desk: FilesDesk, offer = OFFER, author = bobIdentity) => {
		return deeds(desk.offers(author, offer), 'open').map(({transfer}) => transfer.offer.file);
	};

	it('is what one person offers, up to a size', () => {
		const desk = new FilesDesk(rules());
		expect(taken(desk, offerOf(1, {size: 10 * MIB + 1}))).toEqual([]);
		expect(taken(desk, offerOf(2), catIdentity)).toEqual([]);
		expect(taken(desk)).toEqual([FILE]);
		expect(states(desk.offers(bobIdentity, OFFER))).toEqual([]);
	});

	it('is what anybody offers, but for whom there is a rule of his own', () => {
		const accept = [
			{from: '*', bytes: 10 * MIB},
			{from: CAT, bytes: 0},
		];
		const desk = new FilesDesk({settings: {accept}});
		expect(taken(desk)).toEqual([FILE]);
		expect(taken(desk, offerOf(2), catIdentity)).toEqual([]);
	});

	it('comes in direct rooms as well', () => {
		const desk = new FilesDesk(rules());
		const outputs = desk.offers(bobIdentity, OFFER, directRoomOf(ANN, BOB));
		expect(deeds(outputs, 'open')).toMatchObject([{transfer: {rooms: [directRoomOf(ANN, BOB)]}}]);
	});

	it('is not our own, nor what is here or on its way, nor old', () => {
		const all = rules('*');
		expect(taken(new FilesDesk({...all, held: [heldOf(OFFER, ['attic'])]}))).toEqual([]);
		expect(taken(new FilesDesk({...all, saved: [savedOf(OFFER, ['attic'])]}))).toEqual([]);
		const desk = new FilesDesk(all);
		expect(deeds(desk.offers(bobIdentity, OFFER, 'lobby', TIMESTAMP - ACCEPT_AGE - 1), 'open')).toEqual([]);
		desk.ask({command: 'offer-file', path: '/x', room: 'lobby'});
		const own = desk.news({news: 'hashed', path: '/x', held: heldOf(offerOf(5)), skipped: 0});
		expect(deeds(own, 'open')).toEqual([]);
	});

	it('is not what somebody has cancelled, until he asks for it himself', () => {
		const desk = new FilesDesk(rules());
		desk.offers(bobIdentity, OFFER);
		expect(states(desk.ask({command: 'cancel', file: FILE}))).toEqual(['cancelled']);
		expect(taken(desk)).toEqual([]);
		expect(deeds(desk.ask(fetching()), 'open')).toHaveLength(1);
	});

	it('follows rules that are changed while we run', () => {
		const desk = new FilesDesk(rules());
		const accept = [{from: CAT, bytes: 100 * MIB}];
		const changed = desk.ask({command: 'file-settings', settings: {accept, maxUpload: 1_000}});
		expect(answers(changed)).toEqual([{folder: '/downloads', accept, maxUpload: 1_000}]);
		expect(deeds(changed, 'settings')).toEqual([
			{deed: 'settings', settings: {folder: '/downloads', accept, maxUpload: 1_000}},
		]);
		expect(taken(desk)).toEqual([]);
		expect(taken(desk, offerOf(2), catIdentity)).toEqual([idOf(2)]);
		expect(answers(desk.ask({command: 'file-settings', settings: {maxUpload: 0}}))).toEqual([
			{folder: '/downloads', accept},
		]);
		expect(answers(desk.ask({command: 'file-settings'}))).toEqual([{folder: '/downloads', accept}]);
		const wrong = desk.ask({command: 'file-settings', settings: {accept: [{from: 'bob', bytes: 1}]}});
		expect(answers(wrong)).toEqual(['file: a rule is for a peer id, or for * (anybody)']);
	});

	it('is nothing more once the shelf is full', () => {
		const many = (count: number) =>
			Array.from({length: count}, (_, index) =>
				heldOf(offerOf(1, {file: index.toString(16).padStart(64, '0'), size: 1})),
			);
		expect(taken(new FilesDesk({...rules(), held: many(MAX_SHELF - 1)}))).toHaveLength(1);
		const full = new FilesDesk({...rules(), held: many(MAX_SHELF)});
		expect(counters(full.offers(bobIdentity, OFFER))).toContain('file-accept-cap');
		expect(deeds(full.ask(fetching()), 'open')).toHaveLength(1);
	});

	it('is never more at a time of one author than there is room for', () => {
		const desk = new FilesDesk(rules('*'));
		const many = Array.from({length: MAX_ACCEPTED + 1}, (_, index) => offerOf(index + 1));
		expect(many.flatMap(offer => taken(desk, offer))).toHaveLength(MAX_ACCEPTED);
		expect(taken(desk, offerOf(0xcc), catIdentity)).toHaveLength(1);
	});

	it('is never more with time than a disk bears', () => {
		const desk = new FilesDesk(rules());
		let count = 0;
		for (let index = 0; index <= ACCEPTS.burst; index++) {
			const offer = offerOf(index, {size: 0});
			const outputs = desk.offers(bobIdentity, offer);
			count += deeds(outputs, 'open').length;
			if (index === ACCEPTS.burst) expect(counters(outputs)).toContain('file-accept-cap');
			desk.news(opened(offer));
			desk.news(finished(offer));
		}
		expect(count).toBe(ACCEPTS.burst);
	});
});

describe('what an earlier run has left', () => {
	it('goes on: what was fetched is fetched, what was whole is given', () => {
		const offer = offerOf(2);
		const desk = new FilesDesk({peers: [], held: [heldOf(OFFER, ['lobby'], true)], saved: [savedOf(offer)]});
		expect(deeds(desk.begun, 'open')).toMatchObject([{transfer: {offer}}]);
		expect(desk.transfers()).toMatchObject([{file: offer.file}, {file: FILE, state: 'done', isFetched: true}]);
		desk.connect(BOB);
		expect(sent(desk.handle(subscribed(BOB, ['lobby'])), 'seek')).toMatchObject([{peers: [BOB]}]);
	});

	it('that is done is given to others, and told with all that was known of it', () => {
		const desk = new FilesDesk({saved: [savedOf(offerOf(2, {size: 0}))]});
		desk.news(opened(offerOf(2, {size: 0})));
		const done = desk.news(finished(offerOf(2, {size: 0})));
		expect(told(done, 'transfer').at(-1)).toMatchObject({state: 'done', isFetched: true, path: '/downloads/file 2'});
		expect(desk.transfers()).toMatchObject([{state: 'done', file: idOf(2)}]);
	});
});
