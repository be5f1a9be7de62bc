import {describe, expect, it} from 'vitest';
import type {ContainedFile} from '../../../source/api/files.ts';
import {MAX_CONTENTS} from '../../../source/behaviours/files/controls.ts';
import {MAX_EARLY} from '../../../source/behaviours/files/files.ts';
import {MAX_HASHING, MAX_WAITING_OFFERS} from '../../../source/behaviours/files/offering.ts';
import {directRoomOf} from '../../../source/wire/direct-room.ts';
import {ANN, BOB, CAT, DAN} from '../fixtures.ts';
import {DISK_FULL, published, sent} from '../rooms-fixtures.ts';
import {answers, deeds, FilesDesk, heldOf, idOf, offerOf, states, told} from './desk.ts';

const OFFER = offerOf(1);
const PATH = '/home/ann/file 1';
const offering = (path = PATH, room = 'lobby') => ({command: 'offer-file', path, room}) as const;
const hashed = (path = PATH, rooms = ['lobby']) => {
	return {news: 'hashed', path, held: {...heldOf(OFFER, rooms), path}, skipped: 0} as const;
};

describe('an offer', () => {
	it('is hashed, said in the room as words are, and answered when it is on the disk', () => {
		const desk = new FilesDesk();
		const begun = desk.ask(offering());
		expect(deeds(begun, 'hash')).toEqual([{deed: 'hash', path: PATH}]);
		expect(told(begun, 'transfer')).toMatchObject([{file: PATH, name: 'file 1', state: 'hashing', rooms: ['lobby']}]);
		desk.isDiskHeld = true;
		const staged = desk.news(hashed());
		expect([answers(staged), published(staged)]).toEqual([[], []]);
		desk.isDiskHeld = false;
		const done = desk.commit();
		expect(answers(done)).toMatchObject([{file: OFFER.file, size: OFFER.size, files: 0}]);
		const [event] = published(done).filter(({kind}) => kind === 'file');
		expect(event).toMatchObject({kind: 'file', offer: OFFER, author: ANN, peers: [BOB, CAT]});
		expect(told(done, 'message')).toMatchObject([{kind: 'file', text: 'file 1', offer: {file: OFFER.file}}]);
		expect(desk.transfers()).toMatchObject([
			{file: OFFER.file, state: 'done', path: PATH, from: ANN, isFetched: false},
		]);
	});

	it('is told while it is hashed, twice a second', () => {
		const desk = new FilesDesk();
		desk.ask(offering());
		const progress = (done: number) => desk.news({news: 'hashing', path: PATH, done, size: 100});
		expect([...progress(10), ...progress(20), ...desk.pass(499)].filter(({type}) => type === 'emit')).toEqual([]);
		expect(told(desk.pass(1), 'transfer')).toMatchObject([{state: 'hashing', done: 20, size: 100}]);
	});

	it('goes to one person too, and begins the conversation', () => {
		const desk = new FilesDesk();
		const room = directRoomOf(ANN, BOB);
		desk.ask(offering(PATH, `@${BOB}`));
		const done = desk.news(hashed(PATH, [room]));
		expect(told(done, 'room-joined')).toMatchObject([{room: `@${BOB}`, direct: true}]);
		expect(published(done)).toMatchObject([{kind: 'file', room, peers: [BOB]}]);
		expect(desk.transfers()).toMatchObject([{rooms: [`@${BOB}`]}]);
	});

	it('to somebody who was never here names him from the beginning to the end', () => {
		const desk = new FilesDesk();
		const rooms = (outputs: Parameters<typeof told>[0]) => told(outputs, 'transfer').map(one => one.rooms);
		const outputs = [...desk.ask(offering(PATH, `@${DAN}`)), ...desk.news(hashed(PATH, [directRoomOf(ANN, DAN)]))];
		expect(rooms(outputs)).toEqual([[`@${DAN}`], [`@${DAN}`]]);
	});

	it('is hashed once for all who ask for it, in each of their rooms', () => {
		const desk = new FilesDesk({rooms: ['lobby', 'attic']});
		desk.ask(offering());
		expect(deeds(desk.ask(offering(PATH, 'attic')), 'hash')).toEqual([]);
		const done = desk.news(hashed());
		expect(answers(done)).toHaveLength(2);
		expect(published(done).map(({kind, room}) => `${kind} ${room}`)).toContain('file attic');
		expect(deeds(done, 'keep').at(-1)?.held.rooms).toEqual(['lobby', 'attic']);
	});

	it('is refused where nothing could be said, before anything is read', () => {
		const desk = new FilesDesk();
		expect(answers(desk.ask(offering(PATH, 'attic')))).toEqual(['unknown-room: not in #attic; join it first']);
		expect(answers(desk.ask(offering(PATH, `@${ANN}`)))).toEqual(['bad-peer: that is yourself']);
		expect(answers(desk.ask(offering('')))).toEqual(['file: a file is named by its path']);
	});

	it('is refused if the room was left meanwhile', () => {
		const desk = new FilesDesk();
		desk.ask(offering());
		desk.ask({command: 'leave', room: 'lobby'});
		const outputs = desk.news(hashed());
		expect(answers(outputs)).toEqual(['unknown-room: not in #lobby; join it first']);
		// Whoever looks on has seen it being read.
		expect(told(outputs, 'transfer')).toMatchObject([{file: PATH, state: 'cancelled'}]);
		expect([desk.transfers(), deeds(outputs, 'keep')]).toEqual([[], []]);
	});

	it('of a folder says how much of it was left out', () => {
		const desk = new FilesDesk();
		desk.ask(offering());
		expect(answers(desk.news({...hashed(), skipped: 3}))).toMatchObject([{file: OFFER.file, skipped: 3}]);
	});

	it('that cannot be read says why', () => {
		const desk = new FilesDesk();
		desk.ask(offering());
		const error = {code: 'not-readable', message: 'no such file'} as const;
		const failed = desk.news({news: 'not-hashed', path: PATH, error});
		expect(answers(failed)).toEqual(['file: no such file']);
		expect(told(failed, 'transfer')).toMatchObject([{file: PATH, state: 'failed', error}]);
		expect(desk.transfers()).toEqual([]);
	});

	it('that the disk does not take is given to nobody', () => {
		const desk = new FilesDesk();
		desk.ask(offering());
		desk.store.failure = DISK_FULL;
		const failed = desk.news(hashed());
		expect(answers(failed)).toEqual([`storage: ${DISK_FULL.message}`]);
		expect(deeds(failed, 'forget')).toEqual([{deed: 'forget', file: OFFER.file}]);
		expect(desk.transfers()).toEqual([]);
	});

	it('can be stopped while it is read', () => {
		const desk = new FilesDesk();
		desk.ask(offering());
		expect(answers(desk.ask({command: 'pause', file: PATH}))).toEqual([
			'file: it is being read; it can only be cancelled',
		]);
		const stopped = desk.ask({command: 'cancel', file: PATH});
		expect(deeds(stopped, 'stop-hashing')).toEqual([{deed: 'stop-hashing', path: PATH}]);
		expect([answers(stopped), states(stopped)]).toEqual([['file: cancelled', {file: PATH}], ['cancelled']]);
		expect(desk.news(hashed())).toEqual([]);
	});

	it('waits in a queue that has an end', () => {
		const desk = new FilesDesk();
		for (let index = 0; index < MAX_HASHING; index++) expect(answers(desk.ask(offering(`/${index}`)))).toEqual([]);
		expect(answers(desk.ask(offering('/one-more')))[0]).toMatch(/^busy/);
		for (let index = 1; index < MAX_WAITING_OFFERS; index++) expect(answers(desk.ask(offering('/0')))).toEqual([]);
		expect(answers(desk.ask(offering('/0')))[0]).toMatch(/^busy/);
	});
});

describe('what is whole', () => {
	it('is no longer given when it has changed, and who heard of it hears so', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		desk.hear(BOB, {type: 'seek', files: [OFFER.file], isOn: true});
		const changed = desk.news({news: 'changed', file: OFFER.file});
		expect(states(changed)).toEqual(['changed']);
		expect(sent(changed, 'holds')).toEqual([
			{peers: [BOB], message: {type: 'holds', file: OFFER.file, pieces: new Uint8Array()}},
		]);
		const asked = desk.news({news: 'asked', peer: BOB, block: {file: OFFER.file, what: 'piece', index: 0}});
		expect(deeds(asked, 'deny')).toMatchObject([{reason: 'changed'}]);
		expect(desk.news({news: 'changed', file: OFFER.file})).toEqual([]);
		desk.ask(offering());
		expect(states(desk.news(hashed()))).toEqual(['done']);
	});

	it('is found out to be gone when it is to be given', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		const block = {file: OFFER.file, what: 'piece', index: 0} as const;
		desk.news({news: 'asked', peer: BOB, block});
		const gone = desk.news({news: 'not-given', peer: BOB, block, reason: 'missing'});
		expect(told(gone, 'transfer')).toMatchObject([{state: 'changed', error: {code: 'not-readable'}}]);
		expect(deeds(gone, 'deny')).toMatchObject([{reason: 'not-here'}]);
	});

	it('tells the files of a folder, whoever asks, a part at a time', () => {
		const folder = offerOf(2, {files: 3, manifest: 'ab'.repeat(32)});
		const desk = new FilesDesk({held: [heldOf(folder)]});
		const [a, b, c] = ['a', 'b/b', 'c'].map(path => ({path, size: 1})) as [ContainedFile, ContainedFile, ContainedFile];
		const ask = (more = {}) => desk.ask({command: 'contents', file: folder.file, ...more});
		expect(deeds(ask(), 'list')).toEqual([{deed: 'list', file: folder.file}]);
		expect(ask({skip: 1, limit: 1})).toEqual([]);
		expect(answers(desk.news({news: 'listed', file: folder.file, files: [a, b, c]}))).toEqual([
			{file: folder.file, isKnown: true, files: [a, b, c], total: 3},
			{file: folder.file, isKnown: true, files: [b], total: 3},
		]);
		expect(deeds(ask(), 'list')).toHaveLength(1);
		const many = Array.from({length: MAX_CONTENTS + 1}, () => a);
		const [most] = answers(desk.news({news: 'listed', file: folder.file, files: many})) as [{files: unknown[]}];
		expect(most).toMatchObject({total: MAX_CONTENTS + 1});
		expect(most.files).toHaveLength(MAX_CONTENTS);
		ask();
		const unknown = {file: folder.file, isKnown: false, files: [], total: 0};
		expect(answers(desk.news({news: 'listed', file: folder.file, files: undefined}))).toEqual([unknown]);
		expect(answers(ask({skip: -1}))).toEqual(['bad-command: skip is a number from 0, limit one from 1']);
		expect(answers(desk.ask({command: 'contents', file: idOf(7)}))[0]).toMatch(/^unknown-file/);
	});

	it('stays where it is when it is cancelled, and is not given any more', () => {
		const desk = new FilesDesk({held: [heldOf(OFFER)]});
		const cancelled = desk.ask({command: 'cancel', file: OFFER.file.slice(0, 8)});
		expect(deeds(cancelled, 'forget')).toEqual([{deed: 'forget', file: OFFER.file}]);
		expect([answers(cancelled), states(cancelled)]).toEqual([[{file: OFFER.file}], ['cancelled']]);
		expect(answers(desk.ask({command: 'pause', file: idOf(1)}))[0]).toMatch(/^unknown-file/);
	});
});

describe('before the library is known', () => {
	it('commands wait', () => {
		const desk = new FilesDesk({hasLibrary: false});
		expect(answers(desk.ask({command: 'transfers'}))).toEqual([]);
		const library = {news: 'library', held: [], saved: [], settings: {folder: '/downloads', accept: []}} as const;
		expect(answers(desk.news(library))).toEqual([{transfers: []}]);
		expect(answers(desk.pass(10_000))).toEqual([]);
	});

	it('they do not wait for ever, nor any number of them', () => {
		const desk = new FilesDesk({hasLibrary: false});
		for (let index = 0; index < MAX_EARLY; index++) expect(answers(desk.ask({command: 'transfers'}))).toEqual([]);
		expect(answers(desk.ask({command: 'transfers'}))).toEqual(['busy: files are not ready yet']);
		expect(answers(desk.pass(5_000))).toHaveLength(MAX_EARLY);
	});
});
