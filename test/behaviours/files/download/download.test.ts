import {describe, expect, test} from 'vitest';
import {DISK_PAUSE, SEEK_PAUSE, STALL_AFTER, TICK} from '../../../../source/behaviours/files/download/parameters.ts';
import {METADATA_SLICE_BYTES} from '../../../../source/wire/file-offer.ts';
import {ANN} from '../../fixtures.ts';
import {asksOf, deed, deedsOf, FILE, FOLDER, offerOf, openBulk, PATH, piece, Rig, range, savedOf, seek} from './rig.ts';

const ONE = offerOf(1);
const TEN = offerOf(10);
const timer = (now: number) => ({type: 'schedule', timer: 'download', at: now + TICK}) as const;
const reply = (command: 'pause' | 'resume' | 'cancel') => ({
	...{type: 'reply', command: {command, file: FILE}, result: {file: FILE}},
});

describe('a file of one piece', () => {
	test('from the wish to its name', () => {
		const rig = new Rig();
		rig.peers.add('bob');
		expect(rig.begin(ONE)).toEqual([deed({deed: 'open', transfer: savedOf(ONE)}), seek(['bob'], [FILE], true)]);
		expect(rig.opened(ONE)).toEqual([]);
		expect(rig.states).toEqual(['waiting']);
		// There is no bulk connection yet, and no time to be counted but for it.
		expect(rig.holds('bob', ONE, [0])).toEqual([openBulk('bob'), timer(rig.now)]);
		rig.open.add('bob');
		const ask = deed({deed: 'ask', peer: 'bob', block: piece(0)});
		expect(rig.news({news: 'bulk-opened', peer: 'bob'})).toEqual([ask]);
		expect(rig.info()).toMatchObject({state: 'fetching', done: 0, map: {have: '0', seen: '1', asked: '1'}});
		expect(rig.arrived('bob', ONE, 0)).toEqual([deed({deed: 'finish', file: FILE}), seek(['bob'], [FILE], false)]);
		expect(rig.info()).toMatchObject({state: 'finishing', done: ONE.size, received: ONE.size});
		expect(rig.news({news: 'finished', file: FILE, path: PATH})).toEqual([]);
		expect(rig.finished).toEqual([{offer: ONE, path: PATH, rooms: ['lobby'], isFetched: true}]);
		expect(rig.states).toEqual(['waiting', 'fetching', 'finishing', 'done']);
		expect(rig.gained).toEqual([0]);
		expect(rig.downloads.has(FILE)).toBe(false);
		expect(rig.news({news: 'finished', file: FILE, path: PATH})).toEqual([]);
		expect(rig.arrived('bob', ONE, 0)).toEqual([]);
		expect(rig.finished).toHaveLength(1);
	});

	test('or of none needs nobody', () => {
		const rig = new Rig();
		const nothing = offerOf(0);
		rig.begin(nothing);
		expect(rig.opened(nothing)).toEqual([deed({deed: 'finish', file: FILE})]);
		expect(rig.info()).toMatchObject({pieces: 0, done: 0, map: {have: '', seen: '', asked: ''}});
	});

	test('that is all here from before needs nobody either', () => {
		const rig = new Rig();
		rig.begin(TEN);
		rig.news({news: 'verifying', file: FILE, done: 70_000});
		expect(rig.info()).toMatchObject({state: 'verifying', done: 70_000});
		expect(rig.opened(TEN, range(0, 10))).toEqual([deed({deed: 'finish', file: FILE})]);
	});
});

describe('somebody who sends what is wrong', () => {
	test('is named and not asked any more; what it was asked is asked of others', () => {
		const rig = new Rig();
		rig.start(TEN, ['eve', 'bob']);
		rig.holds('eve', TEN, [1, 2, 3]);
		rig.holds('bob', TEN, [3, 4]);
		const outputs = rig.arrived('eve', TEN, 1, 'wrong');
		expect(outputs.filter(({type}) => type === 'emit')).toEqual([
			{
				type: 'emit',
				event: {
					...{type: 'source-dropped', file: FILE, peer: 'eve', name: 'name of eve'},
					reason: 'sent a piece that does not match its hash',
				},
			},
		]);
		expect(asksOf(outputs).toSorted()).toEqual(['ask bob 3', 'unask eve 2', 'unask eve 3']);
		expect(rig.holds('eve', TEN, range(0, 10))).toEqual([]);
		expect(rig.gain('eve', TEN, 5)).toEqual([]);
		rig.downloads.peerGone('eve', rig.now);
		expect(rig.info().sources.map(({peer, dropped}) => [peer, dropped])).toEqual([
			['bob', undefined],
			['eve', 'sent a piece that does not match its hash'],
		]);
		rig.connect('eve');
		rig.downloads.peerCame('eve', rig.now);
		expect(asksOf(rig.holds('eve', TEN, range(0, 10)))).toEqual([]);
		expect(rig.states.at(-1)).toBe('fetching');
	});

	test('loses nothing else: other files of it go on', () => {
		const rig = new Rig();
		const other = offerOf(4, 'f2'.repeat(32));
		rig.start(ONE, ['eve']);
		rig.begin(other);
		rig.opened(other);
		rig.holds('eve', ONE, [0]);
		rig.holds('eve', other, [0, 1, 2, 3]);
		expect(asksOf(rig.arrived('eve', ONE, 0, 'wrong'))).toEqual([]);
		expect(rig.downloads.info(other.file, rig.now)!.sources).toMatchObject([{peer: 'eve', requests: 4}]);
	});
});

describe('somebody who does not give', () => {
	test('because it is busy is asked later', () => {
		const rig = new Rig();
		rig.start(ONE, ['bob']);
		rig.holds('bob', ONE, [0]);
		expect(asksOf(rig.denied('bob', ONE, 0, 'busy'))).toEqual([]);
		expect(asksOf(rig.wait(1_000))).toEqual(['ask bob 0']);
	});

	test.each(['not-here', 'changed', 'not-yours'] as const)('because of %s is asked what it has instead', reason => {
		const rig = new Rig();
		rig.start(TEN, ['bob']);
		rig.holds('bob', TEN, [0, 1]);
		const outputs = rig.denied('bob', TEN, 0, reason);
		expect(asksOf(outputs)).toEqual(['unask bob 1']);
		expect(rig.info()).toMatchObject({state: 'waiting', sources: []});
		expect(rig.wait(SEEK_PAUSE)).toEqual([seek(['bob'], [FILE], true)]);
		expect(rig.wait(60_000)).toEqual([]);
		expect(asksOf(rig.holds('bob', TEN, [1]))).toEqual(['ask bob 1']);
	});

	test('and says nothing loses it to another who holds it, without blame', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob', 'cat']);
		rig.holds('bob', TEN, [0]);
		rig.wait(STALL_AFTER);
		expect(asksOf(rig.holds('cat', TEN, [0]))).toEqual(['unask bob 0', 'ask cat 0']);
		// Nor is it asked for more at once.
		expect(asksOf(rig.gain('bob', TEN, 5))).toEqual([]);
		expect(asksOf(rig.wait(STALL_AFTER + TICK))).toContain('ask bob 5');
		expect(rig.info().sources.map(({peer, dropped}) => [peer, dropped])).toEqual([
			['bob', undefined],
			['cat', undefined],
		]);
	});

	test('and is the only one is asked anew after a minute', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob']);
		rig.holds('bob', TEN, [0]);
		expect(asksOf(rig.wait(60_000))).toEqual([]);
		expect(asksOf(rig.wait(30_000))).toEqual(['unask bob 0', 'ask bob 0']);
	});

	test('because its connection is gone is asked when there is one again', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob']);
		rig.holds('bob', TEN, [0, 1]);
		rig.open.delete('bob');
		expect(deedsOf(rig.news({news: 'bulk-closed', peer: 'bob', reason: 'lost'}))).toEqual([]);
		expect(deedsOf(rig.wait(2_000))).toEqual(deedsOf([openBulk('bob')]));
		rig.news({news: 'bulk-failed', peer: 'bob', message: 'refused'});
		expect(deedsOf(rig.wait(1_000))).toEqual([]);
		expect(deedsOf(rig.wait(2_000))).toEqual(deedsOf([openBulk('bob')]));
		rig.open.add('bob');
		expect(asksOf(rig.news({news: 'bulk-opened', peer: 'bob'})).toSorted()).toEqual(['ask bob 0', 'ask bob 1']);
	});

	test('because it is gone, or in no common room any more, is not asked', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob', 'cat']);
		rig.holds('bob', TEN, [0]);
		rig.open.delete('bob');
		rig.peers.delete('bob');
		expect(asksOf(rig.downloads.peerGone('bob', rig.now))).toEqual([]);
		expect(asksOf(rig.holds('cat', TEN, [0, 1])).toSorted()).toEqual(['ask cat 0', 'ask cat 1']);
		rig.peers.delete('cat');
		expect(asksOf(rig.downloads.peerLeft('cat', rig.now)).toSorted()).toEqual(['unask cat 0', 'unask cat 1']);
		expect(rig.info().state).toBe('waiting');
	});
});

describe('people', () => {
	test('pause and resume at any moment', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob']);
		rig.holds('bob', TEN, [0]);
		const paused = savedOf(TEN, {isPaused: true});
		expect(rig.command('pause')).toEqual([
			deed({deed: 'save', transfer: paused}),
			deed({deed: 'unask', peer: 'bob', block: piece(0)}),
			reply('pause'),
		]);
		// Who has what is heard all the time, and nothing is asked for.
		expect(rig.info()).toMatchObject({state: 'paused', rateIn: 0, map: {seen: '1000000000'}});
		expect(rig.info().waits).toBeUndefined();
		expect(rig.holds('bob', TEN, [0, 1])).toEqual([]);
		rig.wait(2_000);
		expect(rig.info()).toMatchObject({state: 'paused', map: {seen: '1100000000'}});
		expect(rig.command('pause')).toEqual([reply('pause')]);
		expect(rig.downloads.held(FILE)?.count).toBe(0);
		const resumed = rig.command('resume') ?? [];
		expect(resumed.slice(0, 2)).toEqual([deed({deed: 'save', transfer: savedOf(TEN)}), reply('resume')]);
		expect(asksOf(resumed).toSorted()).toEqual(['ask bob 0', 'ask bob 1']);
	});

	test('pause what is not open yet, and what was paused before a restart', () => {
		for (const isPaused of [true, false]) {
			const rig = new Rig();
			rig.connect('bob');
			rig.begin(TEN, {isPaused});
			if (!isPaused) rig.command('pause');
			rig.news({news: 'verifying', file: FILE, done: 5});
			expect(rig.opened(TEN, [1])).toEqual([]);
			expect(rig.info()).toMatchObject({state: 'paused', done: 65_536});
			expect(rig.downloads.held(FILE)?.count).toBe(1);
			rig.command('resume');
			expect(asksOf(rig.holds('bob', TEN, [1, 2]))).toEqual(['ask bob 2']);
		}
	});

	test('pause what is being finished: refused, and how much of it is safe is told', () => {
		const rig = new Rig();
		rig.start(ONE, ['bob']);
		rig.holds('bob', ONE, [0]);
		rig.arrived('bob', ONE, 0);
		expect(rig.command('pause')).toEqual([expect.objectContaining({type: 'refuse'})]);
		rig.news({news: 'finishing', file: FILE, done: 7});
		expect(rig.info()).toMatchObject({state: 'finishing', done: 7});
		rig.news({news: 'finished', file: FILE, path: PATH});
		expect(rig.finished).toHaveLength(1);
		expect(rig.finishedAs).toMatchObject({state: 'done', done: ONE.size});
	});

	test('cancel at any moment: told once, then forgotten', () => {
		const stages: readonly ((rig: Rig) => void)[] = [
			() => {},
			rig => rig.news({news: 'verifying', file: FILE, done: 1}),
			rig => rig.opened(ONE),
			rig => rig.opened(ONE, [], ['layer']),
			rig => rig.command('pause'),
			rig => rig.news({news: 'file-failed', file: FILE, error: {code: 'io', message: 'broken'}}),
		];
		for (const stage of stages) {
			const rig = new Rig();
			rig.begin(ONE);
			stage(rig);
			expect(rig.command('cancel')).toEqual([deed({deed: 'discard', file: FILE}), reply('cancel')]);
			expect(rig.states.at(-1)).toBe('cancelled');
			expect(rig.command('cancel')).toBeUndefined();
			expect(rig.opened(ONE, [0])).toEqual([]);
			expect(rig.news({news: 'finished', file: FILE, path: PATH})).toEqual([]);
			expect(rig.downloads.infos(rig.now)).toEqual([]);
		}
	});

	test('what just gets its name is not cancelled, nor does it end when its offer is taken back', () => {
		const rig = new Rig();
		rig.begin(ONE);
		rig.opened(ONE, [0]);
		expect(rig.command('cancel')).toEqual([expect.objectContaining({type: 'refuse'})]);
		rig.downloads.withdrawn(FILE, ['lobby'], rig.now);
		expect(rig.states.at(-1)).toBe('finishing');
		rig.news({news: 'finished', file: FILE, path: PATH});
		expect(rig.states.at(-1)).toBe('done');
	});

	test('why it waits, and what nobody here has', () => {
		const rig = new Rig();
		const waits = () => rig.info().waits;
		rig.connect('bob', 'cat');
		rig.begin(TEN, {from: 'cat'});
		rig.opened(TEN);
		expect([waits(), rig.info().nowhere]).toEqual(['nobody', TEN.size]);
		rig.holds('bob', TEN, [0]);
		expect([waits(), rig.info().nowhere]).toEqual(['asking', TEN.size - 65_536]);
		rig.denied('bob', TEN, 0, 'busy');
		expect(waits()).toBe('turn');
		rig.wait(60_000);
		rig.arrived('bob', TEN, 0);
		expect(waits()).toBeUndefined();
		rig.wait(10_000);
		expect(waits()).toBe('rest');
		rig.holds('cat', TEN, []);
		expect(waits()).toBe('gone');
	});

	test('take an offer back: rooms go one by one, and with the last one the transfer', () => {
		const rig = new Rig();
		rig.connect('bob', 'cat');
		rig.begin(TEN, {rooms: ['lobby', 'work']});
		rig.opened(TEN);
		rig.holds('bob', TEN, [0]);
		rig.peers.delete('bob');
		expect(rig.downloads.withdrawn(FILE, ['lobby'], rig.now)).toEqual([
			deed({deed: 'save', transfer: savedOf(TEN, {rooms: ['work']})}),
			deed({deed: 'unask', peer: 'bob', block: piece(0)}),
		]);
		expect(deedsOf(rig.downloads.withdrawn(FILE, ['work'], rig.now))).toEqual([{deed: 'discard', file: FILE}]);
		expect(rig.states.at(-1)).toBe('cancelled');
	});
});

describe('the disk', () => {
	test('that is full fails it; it is tried again after a while, with what is there', () => {
		const rig = new Rig();
		rig.start(TEN, ['bob']);
		rig.holds('bob', TEN, [0, 1]);
		rig.arrived('bob', TEN, 0);
		const error = {code: 'disk-full', message: 'no space left'} as const;
		expect(deedsOf(rig.news({news: 'file-failed', file: FILE, error}))).toEqual([
			{deed: 'unask', peer: 'bob', block: piece(1)},
			{deed: 'close', file: FILE},
		]);
		expect(rig.info()).toMatchObject({state: 'failed', error});
		expect(rig.downloads.held(FILE)).toBeUndefined();
		expect(rig.resets).toBe(2);
		expect(rig.arrived('bob', TEN, 1)).toEqual([]);
		expect(deedsOf(rig.wait(DISK_PAUSE - 500))).toEqual([]);
		expect(deedsOf(rig.wait(500))).toEqual([{deed: 'open', transfer: savedOf(TEN)}]);
		expect(asksOf(rig.opened(TEN)).toSorted()).toEqual(['ask bob 0', 'ask bob 1']);
		expect(rig.info().error).toBeUndefined();
	});

	test('that stays full is tried less and less often, and nobody hears of each time', () => {
		const rig = new Rig();
		rig.begin(ONE);
		const news = {news: 'file-failed', file: FILE, error: {code: 'quota', message: 'no'}} as const;
		rig.news(news);
		const told = rig.states.length;
		for (const pause of [DISK_PAUSE, 2 * DISK_PAUSE, 4 * DISK_PAUSE]) {
			expect(deedsOf(rig.wait(pause - 500))).toEqual([]);
			expect(deedsOf(rig.wait(500))).toEqual([{deed: 'open', transfer: savedOf(ONE)}]);
			expect(rig.info().state).toBe('failed');
			rig.news(news);
		}
		expect(rig.states).toHaveLength(told);
		rig.command('resume');
		expect(rig.info().state).toBe('waiting');
	});

	test('that fails in another way waits for a person', () => {
		const rig = new Rig();
		rig.start(ONE, []);
		rig.news({news: 'file-failed', file: FILE, error: {code: 'bad-manifest', message: 'no'}});
		expect(rig.wait(DISK_PAUSE * 3)).toEqual([]);
		expect(rig.command('resume')).toEqual([deed({deed: 'open', transfer: savedOf(ONE)}), reply('resume')]);
	});

	test('that fails in the end keeps it from being done', () => {
		const rig = new Rig();
		rig.start(ONE, ['bob']);
		rig.holds('bob', ONE, [0]);
		rig.arrived('bob', ONE, 0);
		rig.news({news: 'file-failed', file: FILE, error: {code: 'not-writable', message: 'no'}});
		expect(rig.news({news: 'finished', file: FILE, path: PATH})).toEqual([]);
		rig.command('resume');
		expect(deedsOf(rig.opened(ONE, [0]))).toEqual([{deed: 'finish', file: FILE}]);
		rig.news({news: 'finished', file: FILE, path: PATH});
		expect(rig.states.slice(-4)).toEqual(['failed', 'waiting', 'finishing', 'done']);
	});
});

describe('who is told that it is sought', () => {
	test('is everybody who may hold it, once, and again when it may not have heard', () => {
		const rig = new Rig();
		rig.peers.add('bob');
		rig.begin(TEN);
		expect(rig.downloads.peerCame('bob', rig.now)).toEqual([]);
		rig.peers.add('cat');
		expect(rig.downloads.peerCame('cat', rig.now)).toEqual([seek(['cat'], [FILE], true)]);
		expect(rig.downloads.peerMoved('cat', rig.now)).toEqual([seek(['cat'], [FILE], true)]);
		expect(rig.downloads.sought('cat', FILE, rig.now)).toEqual([]);
		expect(rig.downloads.sought('dan', FILE, rig.now)).toEqual([seek(['dan'], [FILE], true)]);
		expect(rig.downloads.peerCame('stranger', rig.now)).toEqual([]);
	});

	test('in messages of 64 files', () => {
		const rig = new Rig();
		const files = range(0, 70).map(index => index.toString(16).padStart(64, '0'));
		for (const file of files) rig.begin(offerOf(1, file));
		rig.peers.add('bob');
		expect(rig.downloads.peerCame('bob', rig.now)).toEqual([
			seek(['bob'], files.slice(0, 64), true),
			seek(['bob'], files.slice(64), true),
		]);
	});
});

describe('what is to be seen', () => {
	test('of one that is on its way', () => {
		const rig = new Rig();
		rig.start({...TEN, size: TEN.size - 1_000}, ['bob', 'cat'], [9]);
		const offer = {...TEN, size: TEN.size - 1_000};
		rig.holds('bob', offer, range(0, 10));
		rig.arrived('bob', offer, 3);
		expect(rig.info().left).toBeUndefined();
		rig.now += 1_500;
		const index = rig.info().map.asked.indexOf('1');
		rig.news({news: 'coming', peer: 'bob', block: piece(index), bytes: 10_000});
		const {map, ...info} = rig.info();
		expect(info).toEqual({
			...{file: FILE, name: 'a.bin', size: 654_360, files: 0, state: 'fetching', rooms: ['lobby'], from: ANN},
			...{isFetched: true, done: 130_072, rateIn: 50_357, rateOut: 0, received: 75_536, given: 0, left: 10_411},
			...{priority: 0, path: `${FOLDER}/a.bin`, takers: [], pieces: 10, pieceBytes: 65_536},
			sources: [{peer: 'bob', name: 'name of bob', pieces: 10, requests: 4, rate: 50_357, bytes: 75_536}],
		});
		expect(map).toMatchObject({have: '000f00000f', seen: '1111111111'});
		expect(map.asked).toMatch(/^[01]{3}0[01]{5}0$/);
		expect(map.asked.replaceAll('0', '')).toBe('1111');
	});

	test('in cells of many pieces: 0 only where nothing is, f only where everything is, and the rarest of each', () => {
		const rig = new Rig();
		const offer = offerOf(1_000);
		rig.start(offer, ['bob', 'cat'], [...range(0, 7), 999]);
		rig.holds('bob', offer, range(0, 1_000));
		rig.holds('cat', offer, range(0, 500));
		const {have, seen, asked} = rig.info().map;
		expect([have.length, seen.length, asked.length]).toEqual([256, 256, 256]);
		expect(have.slice(0, 3)).toBe('fc0');
		expect(have.slice(3)).toMatch(/^0+5$/);
		expect(seen).toMatch(/^2{128}1{128}$/);
	});
});

describe('what must be here before pieces', () => {
	const needs = ['layer', 'manifest'] as const;
	const folder = offerOf(10, FILE, {files: 2, manifest: 'aa'.repeat(32)});
	const slice = (what: 'layer' | 'manifest', index: number) => ({file: FILE, what, index}) as const;
	const came = (
		rig: Rig,
		peer: string,
		block: ReturnType<typeof slice>,
		bytes: number,
		verdict: 'ok' | 'wrong' = 'ok',
	) => rig.news({news: 'arrived', peer, block, bytes, verdict});
	const startFolder = (...peers: readonly string[]) => {
		const rig = new Rig();
		rig.connect(...peers);
		rig.begin(folder);
		rig.opened(folder, [], needs);
		return rig;
	};
	const told = (rig: Rig, which: readonly ('layer' | 'manifest')[], manifest = 0) =>
		rig.news({
			...{news: 'opened', file: FILE, pieces: new Uint8Array(2), needs: which, path: PATH},
			slices: {layer: 1, manifest},
		});

	test('is asked of one source, slice by slice; then pieces of everybody', () => {
		const rig = startFolder('bob', 'cat');
		expect(asksOf(rig.holds('bob', folder, [0]))).toEqual(['ask bob layer 0']);
		expect(asksOf(rig.holds('cat', folder, [1]))).toEqual([]);
		expect(rig.info().state).toBe('preparing');
		expect(asksOf(came(rig, 'bob', slice('layer', 0), 320))).toEqual([]);
		expect(asksOf(told(rig, ['manifest']))).toEqual(['ask bob manifest 0']);
		expect(asksOf(came(rig, 'bob', slice('manifest', 0), METADATA_SLICE_BYTES))).toEqual([]);
		expect(asksOf(told(rig, ['manifest'], 2))).toEqual(['ask bob manifest 1']);
		expect(asksOf(came(rig, 'bob', slice('manifest', 1), 20))).toEqual([]);
		expect(asksOf(told(rig, []))).toEqual(['ask bob 0', 'ask cat 1']);
	});

	test('is asked of another one, from the beginning, if it does not come, or is refused, or is wrong', () => {
		const rig = startFolder('bob', 'cat');
		rig.holds('bob', folder, [0]);
		rig.holds('cat', folder, [1]);
		expect(asksOf(rig.wait(10_500))).toEqual(['unask bob layer 0', 'ask cat layer 0']);
		rig.news({news: 'denied', peer: 'cat', block: slice('layer', 0), reason: 'busy'});
		expect(asksOf(rig.wait(1_000))).toEqual([]);
		expect(asksOf(rig.wait(9_500))).toEqual(['ask bob layer 0']);
		const outputs = came(rig, 'bob', slice('layer', 0), 320, 'wrong');
		expect(asksOf([...outputs, ...rig.wait(2_000)])).toEqual(['ask cat layer 0']);
	});

	test('is asked of another one if the one who gave half of it has gone', () => {
		const rig = startFolder('bob', 'cat');
		rig.holds('bob', folder, [0]);
		rig.holds('cat', folder, [1]);
		came(rig, 'bob', slice('layer', 0), 320);
		told(rig, ['manifest']);
		came(rig, 'bob', slice('manifest', 0), METADATA_SLICE_BYTES);
		rig.open.delete('bob');
		expect(asksOf(rig.downloads.peerGone('bob', rig.now))).toEqual(['ask cat manifest 0']);
	});

	test('of a folder of empty files is asked of whoever has said anything', () => {
		const rig = new Rig();
		const empty = offerOf(0, FILE, {files: 2, manifest: 'aa'.repeat(32)});
		rig.connect('bob');
		rig.begin(empty);
		rig.opened(empty, [], ['manifest']);
		expect(asksOf(rig.holds('bob', empty, []))).toEqual(['ask bob manifest 0']);
		came(rig, 'bob', slice('manifest', 0), 20);
		expect(deedsOf(rig.opened(empty))).toEqual([{deed: 'finish', file: FILE}]);
	});
});
