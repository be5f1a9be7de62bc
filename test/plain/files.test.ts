/** Files as they are said line by line. */
import {expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {Narrator} from '../../source/plain/narrator.ts';
import {transferLines} from '../../source/plain/transfers.ts';
import {messageLines} from '../../source/plain/words.ts';
import {entryAt} from '../../source/store/log.ts';
import type {MessageEntry} from '../../source/store/state.ts';
import {Store} from '../../source/store/store.ts';
import {NOON, PEERS, peerInfo, snapshotOf} from '../ui/script.ts';
import {ALL, idOf, offered, transfer} from '../ui/transfers.ts';

process.env.TZ = 'UTC';

function listening() {
	const places = {home: '/home/me', cwd: '/home/me'};
	const store = new Store({now: () => NOON + 60_000, setTimer: () => () => {}, send: () => {}, places});
	const narrator = new Narrator(store.getState());
	const hears = (...events: readonly NodeEvent[]) => {
		store.receive(events);
		store.flush();
		return narrator.tell(store.getState(), events, NOON + 60_000);
	};
	store.core({state: 'running'});
	hears(snapshotOf(['lobby'], [peerInfo('ann'), peerInfo('bob')]));
	return {store, hears};
}

test('an offer says what it is, how large, and how to take it', () => {
	const {hears} = listening();
	expect(hears(offered('ann', {name: 'holiday.mp4'}, 1))).toEqual([
		'12:01 #lobby ann offers “holiday.mp4”, 1.4 GB; /get takes it',
	]);
	expect(hears(offered('bob', {name: 'run”: I quit', isExecutable: true, size: 10, file: idOf('7')}, 1))).toEqual([
		"12:01 #lobby bob offers the program “run': I quit”, 10 B; /get 77777777 takes it",
	]);
	expect(hears(offered('ann', {name: 'photos', files: 3}, 1, `@${PEERS.ann}`))).toContain(
		'12:01 to you from ann, a file: the folder “photos”, 3 files, 1.4 GB; /get photos takes it',
	);
});

test('of one of our own, when the room is read again', () => {
	const {store, hears} = listening();
	hears(offered('you', {name: 'a.txt', size: 10}, 1));
	const state = store.getState();
	const room = state.rooms.find(({room}) => room === 'lobby')!;
	const entry = entryAt(room.log, room.log.length - 1) as MessageEntry;
	expect(messageLines(state, room, entry)).toEqual(['12:01 #lobby you offer “a.txt”, 10 B']);
});

test('how far it is, a quarter at a time; then where it is', () => {
	const {hears} = listening();
	const at = (share: number, more = {}) => hears(transfer({done: 1.4e9 * share, ...more}));
	expect(at(0)).toEqual([]);
	expect(at(0.2)).toEqual([]);
	expect(at(0.3)).toEqual(['“holiday.mp4”: 30 %, 88 MB/s, 8 s left.']);
	expect(at(0.4)).toEqual([]);
	expect(at(0.9)).toEqual(['“holiday.mp4”: 90 %, 88 MB/s, 8 s left.']);
	// That the core answers, and a notice says.
	expect(at(0.9, {state: 'paused'})).toEqual([]);
	expect(at(0.9, {state: 'waiting', from: PEERS.cat, sources: []})).toEqual([]);
	expect(at(0.9)).toEqual([]);
	expect(at(0.9, {state: 'waiting', from: PEERS.cat, sources: []})).toEqual([
		'“holiday.mp4” waits: nobody who has it is here.',
	]);
	expect(at(0.9)).toEqual([]);
	expect(at(1, {state: 'done'})).toEqual(['“holiday.mp4” is here: ~/Downloads/holiday.mp4']);
});

test('of several that end at a time, each is said once', () => {
	const {hears} = listening();
	const names = ['a.jpg', 'b.jpg', 'c.jpg'];
	const all = (more: (name: string) => object) =>
		hears(...names.map((name, index) => transfer({file: idOf(String(index)), name, done: 0, ...more(name)})));
	const error = {code: 'io', message: 'the disk is broken'} as const;
	all(() => ({}));
	const ends = all(name => (name === 'b.jpg' ? {state: 'failed', error} : {state: 'done', path: `/home/me/${name}`}));
	expect(ends).toEqual(['“c.jpg” is here: ~/c.jpg', '“a.jpg” is here: ~/a.jpg', 'error: “b.jpg”: the disk is broken']);
	expect(all(name => (name === 'b.jpg' ? {state: 'failed', error} : {state: 'done'}))).toEqual([]);
});

test('who has it is no taker of it', () => {
	const {store, hears} = listening();
	const bob = {peer: PEERS.bob, name: 'bob', pieces: 668, rate: 0, bytes: 42};
	hears(transfer({state: 'done', rateOut: 0, sources: [], takers: [bob, {...bob, peer: PEERS.cat, pieces: 3}]}));
	expect(transferLines(store.getState())[1]).toContain(': here; bob has it; 42 MB given;');
});

test('/transfers says all of them', () => {
	const {store, hears} = listening();
	expect(transferLines(store.getState())).toHaveLength(1);
	hears(...ALL);
	expect(transferLines(store.getState())).toMatchInlineSnapshot(`
		[
		  "7 files; 88 MB/s in, 4.6 MB/s out:",
		  "  “holiday.mp4”, 1.4 GB: coming; 54 %; 88 MB/s; 8 s left; from ann and cat; to bob at 1.2 MB/s; 42 MB given; goes to ~/Downloads/holiday.mp4",
		  "  “disk.img”, 20 GB: reading, being read, to be offered; 43 %; 8 s left; 42 MB given; lies at ~/disk.img",
		  "  “report.pdf”, 1.2 MB: giving; to bob at 3.4 MB/s; 2.0 MB given; lies at ~/report.pdf",
		  "  “漢字の写真 🏔️.jpg”, 4.2 MB: waiting, asking who has it; 0 %; 42 MB given; goes to ~/Downloads/holiday.mp4",
		  "  “backup.tar.zst”, 40 GB: failed, the disk is full: 40 GB are needed, 3.2 GB are free; 42 MB given; goes to ~/Downloads/holiday.mp4",
		  "  “photos of the mountains, 2026”, 214 files, 8.1 GB: paused; 24 %; from ann and cat; 42 MB given; goes to ~/Downloads/holiday.mp4",
		  "  “notes.txt”, 0 B: here; 42 MB given; lies at ~/Downloads/notes.txt",
		]
	`);
});
