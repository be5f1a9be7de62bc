/** Files on the screen: offers in the chat, the transfers page, commands and keys about them. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {NodeEvent, Results} from '../../source/api/event.ts';
import type {TransferInfo} from '../../source/api/files.ts';
import {chosenTransfer} from '../../source/store/pages/transfers.ts';
import {statusRows} from '../../source/ui/panes/status.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {transferContent} from '../../source/ui/views/transfer.ts';
import {type Bare, openBare} from './bare.ts';
import type {Size} from './harness.tsx';
import {HOSTILE} from './hostile.ts';
import {livelyEvents, PEERS} from './script.ts';
import {ALL, HALF, idOf, offered, transfer} from './transfers.ts';

const SIZES: readonly Size[] = [
	{columns: 40, rows: 12},
	{columns: 80, rows: 24},
	{columns: 120, rows: 40},
	{columns: 200, rows: 60},
];
const MIDDLE = SIZES[1] as Size;
const PLACES = {home: '/home/me', cwd: '/home/me/work'};

function lively(size: Size = MIDDLE) {
	const app = openBare(size, {places: PLACES, usualFolder: '/home/me/Downloads'});
	app.events(...livelyEvents());
	return app;
}

const offer = (name = 'holiday.mp4', file = idOf('4')) => offered('ann', {name, file}, 7);
const last = (app: Bare): Command | undefined => app.sent.at(-1);
const notice = (app: Bare) => app.store.getState().notice?.text;

/** The last question of that kind is answered. */
function answer<Name extends Command['command'] & keyof Results>(app: Bare, name: Name, result: Results[Name]) {
	const asked = [...app.asked, ...app.sent].findLast(({command}) => command === name);
	app.events({type: 'reply', id: asked?.id as string, ok: true, result} as NodeEvent);
}

/** Of the open room, all that is kept is here. */
function readThrough(app: Bare) {
	answer(app, 'history', {messages: []});
	app.store.flush();
}

function later(app: Bare, seconds: number) {
	for (let second = 0; second < seconds; second++) {
		app.time.advance(1_000);
		app.events(transfer());
		app.store.flush();
	}
}

function write(app: Bare, line: string) {
	app.type(line);
	app.press('return');
}

/** Moves the mark to the one with that name. */
function choose(app: Bare, name: string) {
	for (const _ of ALL) app.press('up');
	for (const _ of ALL) {
		if (chosenTransfer(app.store.getState())?.name === name) return;
		app.press('down');
	}
	throw new Error(`no ${name}`);
}

/** The two rows of the newest offer. */
function card(app: Bare): string {
	const rows = app.frame().split('\n');
	const at = rows.findLastIndex(line => line.includes('▤'));
	return rows
		.slice(at, at + 2)
		.map(line => line.replaceAll('│', '').trimEnd())
		.join('\n');
}

describe.each(SIZES)('at $columns×$rows', size => {
	test('offers in the chat', () => {
		const app = lively(size);
		app.events(
			...ALL,
			offered('bob', {name: 'backup.tar.zst', file: idOf('7'), size: 40e9}, 6),
			offered('you', {name: 'report.pdf', file: idOf('5'), size: 1_234_567}, 6),
			offered('cat', {name: 'install.sh', file: idOf('a'), size: 4_321, isExecutable: true}, 7),
			offered('ann', {name: 'notes.txt', file: idOf('8'), size: 0}, 7),
			offer(),
		);
		expect(app.frame()).toMatchSnapshot();
	});

	test('the transfers page', () => {
		const app = lively(size);
		app.press('f7');
		app.events(...ALL);
		expect(app.frame()).toMatchSnapshot();
	});

	test('one of them, with its pieces', () => {
		const app = lively(size);
		app.events(...ALL);
		app.press('f7');
		choose(app, 'holiday.mp4');
		app.press('return');
		expect(app.store.getState().view).toBe('transfer');
		expect(app.frame()).toMatchSnapshot();
	});
});

test('what becomes of an offer stands in the second row of its card', () => {
	const app = lively(SIZES[2]);
	app.events(offer());
	const state = (more: Partial<TransferInfo>) => {
		app.events(transfer({rateOut: 0, takers: [], given: 0, ...more}));
		return card(app).split('\n')[1]?.trim();
	};
	expect(card(app)).toContain('Shift-↑ g or /get gets it');
	expect(state({state: 'preparing', done: 0})).toContain('preparing');
	expect(state({state: 'fetching'})).toContain('54 %  88 MB/s  8 s');
	expect(state({state: 'fetching', rateIn: 0})).toContain('54 %  asking ann, cat');
	// Ann is here, and has not said yet what she has.
	expect(state({state: 'waiting', sources: []})).toContain('asking');
	expect(state({state: 'waiting', sources: [], from: PEERS.dan})).toContain('nobody has it here');
	expect(state({state: 'verifying'})).toContain('checking');
	expect(state({state: 'paused'})).toContain('paused');
	expect(state({state: 'failed', error: {code: 'io', message: 'the disk is broken'}})).toBe('✖ the disk is broken');
	expect(state({state: 'done'})).toBe('✓ ~/Downloads/holiday.mp4');
	expect(state({state: 'done', given: 3.2e9})).toContain('3.2 GB given');
	expect(state({state: 'changed', isFetched: false})).toBe('! changed: given no more');
	expect(state({state: 'cancelled'})).toContain('gets it');
	const rows = app.frame().split('\n');
	app.events(transfer());
	expect(app.frame().split('\n').length).toBe(rows.length);
});

test.each([
	['nobody', undefined, 'nobody has it here', 'nobody who has it is here'],
	['rest', 560e6, '40 % is with nobody here', '40 % is with nobody here; it goes on when somebody with it comes'],
	['gone', undefined, 'ann gives it no more', 'who offered it gives it no more'],
	['asking', undefined, 'asking ann, cat', 'asking those who have it'],
	['turn', undefined, 'others go first', 'others go first'],
] as const)('what it waits for: %s', (waits, nowhere, brief, whole) => {
	const app = lively(SIZES[2]);
	app.events(offer(), transfer({state: 'waiting', waits, ...(nowhere ? {nowhere} : {}), rateIn: 0}));
	expect(card(app)).toContain(brief);
	app.press('f7', 'return');
	expect(app.frame()).toContain(whole);
});

test('without a word of the core, others go first only where something was asked of them', () => {
	const app = lively(SIZES[2]);
	const source = {peer: PEERS.ann, name: 'ann', pieces: 668, requests: 0, rate: 0, bytes: 0};
	const waiting = (more: Partial<typeof source>) => {
		app.events(transfer({state: 'waiting', rateIn: 0, sources: [{...source, ...more}]}));
		return card(app);
	};
	app.events(offer());
	expect(waiting({requests: 2})).toContain('others go first');
	expect(waiting({})).toContain('asking ann');
	expect(waiting({pieces: 0})).toContain('asking');
});

test('the words are whole where there is little room: the bar goes before they do', () => {
	const app = lively(SIZES[0]);
	app.events(offer(), transfer({state: 'waiting', from: PEERS.dan, sources: []}));
	expect(card(app)).toContain('nobody has it here');
	const message = 'There is a file in the place of a folder: /home/me/Downloads';
	app.events(transfer({state: 'failed', error: {code: 'no-folder', message}}));
	expect(card(app)).toContain('✖ failed: its folder');
	app.events(transfer({state: 'hashing', isFetched: false, left: undefined as never}));
	expect(card(app)).toContain('being read');
	const middle = lively(MIDDLE);
	middle.events(offer(), transfer({done: 7e8}));
	expect(card(middle)).toMatch(/88 MB\/s {2}8 s {2}from 2$/);
});

test('who takes it is named while bytes go, and then who has how much', () => {
	const app = lively(SIZES[2]);
	const bob = {peer: PEERS.bob, name: 'bob', pieces: 80, rate: 0, bytes: 1e6};
	app.events(offered('you', {name: 'report.pdf', file: idOf('5')}, 8));
	const giving = (more: Partial<TransferInfo>) => {
		app.events(transfer({file: idOf('5'), state: 'done', isFetched: false, rateOut: 0, takers: [bob], ...more}));
		return card(app);
	};
	expect(giving({rateOut: 3e6, takers: [{...bob, rate: 3e6}]})).toContain('⇡ 3.0 MB/s to bob');
	expect(giving({})).toContain('yours · bob has 11 %');
	expect(giving({takers: [{...bob, pieces: 668}]})).toContain('yours · bob has it');
	const ann = {peer: PEERS.ann, name: 'ann', pieces: 668, rate: 0, bytes: 0};
	expect(giving({takers: [ann], given: 0})).not.toContain('ann has it');
});

test('how to take one is said of the newest that is not taken only; of the others there is nothing more to say', () => {
	const app = lively(SIZES[2]);
	const others = ['7', '8', '9'].map(digit => offered('bob', {name: `${digit}.bin`, file: idOf(digit)}, 7));
	app.events(...others, offer(), offered('you', {name: 'report.pdf', file: idOf('5')}, 8));
	const hint = () => app.frame().match(/▤ (\S+) .*\n.* {5}(\S.*) gets it/);
	expect(hint()?.slice(1)).toEqual(['holiday.mp4', '/get']);
	expect(app.frame().match(/gets it/g)).toHaveLength(1);
	app.events(transfer());
	expect(hint()?.slice(1)).toEqual(['9.bin', '/get']);
	app.press('shift+up', 'up', 'up', 'up');
	expect(app.frame()).toContain('▤ 8.bin · 1.4 GB · g gets it');
});

test('ours that is given no longer says so, once it is known', () => {
	const app = lively(SIZES[2]);
	app.events(offered('you', {name: 'report.pdf', file: idOf('5')}, 8));
	expect(card(app)).not.toContain('not given');
	answer(app, 'file-settings', {folder: '/home/me/Downloads', accept: []});
	expect(card(app)).toContain('not given any more: /send offers it again');
});

test('what is taken back is no card any more, and nothing of it can be got', () => {
	const app = lively();
	const told = offer();
	app.events(told, {...told, type: 'message-changed', change: 'redaction', redacted: '', text: ''} as NodeEvent);
	expect(app.frame()).toContain('(taken back)');
	expect(app.frame()).not.toContain('▤');
	readThrough(app);
	write(app, '/get');
	expect(notice(app)).toBe('Nobody has offered a file here');
});

test('a map says in words what stands in it, where there is little room too; how many have a piece, once', () => {
	const app = lively(SIZES[0]);
	const map = {have: `ff${'0'.repeat(30)}`, seen: `00${'2'.repeat(20)}${'0'.repeat(10)}`, asked: '0'.repeat(32)};
	app.events(transfer({map}));
	app.press('f7', 'return');
	expect(app.frame()).toContain('██2···················0000000000');
	expect(app.frame()).toContain('1–9·· so many others have it');
	expect(app.frame()).toContain('0 nobody here');
});

test.each(['starting', 'restarting'] as const)('while the core is %s, nobody is told that nothing is offered', core => {
	const app = lively();
	const still = 'What is offered here is still being read; try in a moment';
	app.store.core(core === 'starting' ? {state: core} : {state: core, reason: 'it stopped'});
	write(app, '/get holiday.mp4 ~/in');
	expect(notice(app)).toBe(still);
	app.store.core({state: 'running'});
	app.store.flush();
	app.press('return');
	expect(notice(app)).toBe(still);
	app.press('escape');
	write(app, '/get');
	expect(notice(app)).toBe(still);
	app.press('escape');
	write(app, '/get holiday.mp4 ~/in');
	// The line is there still.
	const told = offer();
	app.events(told);
	readThrough(app);
	app.press('return');
	expect(last(app)).toMatchObject({command: 'fetch-file', file: idOf('4'), folder: '/home/me/in'});
	write(app, '/get nothing.mp4');
	expect(notice(app)).toBe('Nothing called nothing.mp4 is offered here; an id (8 digits) works too');
});

test('at 60 columns, what goes before others is marked, and a long notice leaves the frame closed', () => {
	const app = lively({columns: 60, rows: 20});
	app.events(...ALL);
	app.press('f7');
	expect(app.frame()).toContain('↑photos of the');
	app.press('escape');
	readThrough(app);
	write(app, `/get ${'something '.repeat(7)}`);
	expect(app.frame().split('\n').at(-2)).toMatch(/^╰ \S Nothing called something .* ─*╯$/);
});

test('of one that has failed, the list says what to do', () => {
	const app = lively();
	app.press('f7');
	const message = `The disk is full: make room for ${'/home/me/very-long'.repeat(11)}/half.bin.part and resume`;
	app.events(transfer({state: 'failed', error: {code: 'disk-full', message}}));
	app.store.flush();
	expect(
		app
			.frame()
			.replaceAll(/[\s│]+/g, ' ')
			.match(/make room for …half.bin.part and resume/g),
	).toHaveLength(2);
});

describe('on the selected offer', () => {
	test('g takes it; then it goes on with what was held, and says where it is', () => {
		const app = lively();
		const told = offer();
		app.events(told);
		app.press('shift+up');
		app.type('g');
		expect(last(app)).toMatchObject({command: 'fetch-file', file: idOf('4'), messageId: told.messageId});
		app.events(transfer());
		app.type('g');
		expect(notice(app)).toMatch(/on its way/);
		for (const state of ['paused', 'failed'] as const) {
			app.events(transfer({state}));
			app.type('g');
			expect(last(app)).toMatchObject({command: 'resume', file: idOf('4')});
		}
		app.events(transfer({state: 'done'}));
		app.type('g');
		expect(notice(app)).toBe('It is here already: ~/Downloads/holiday.mp4');
		expect(app.sent).toHaveLength(3);
		// Deleted, or written into.
		app.events(transfer({state: 'changed'}));
		app.type('g');
		expect(last(app)).toMatchObject({command: 'fetch-file', file: idOf('4'), messageId: told.messageId});
	});

	test('of what is here and given no more, the card says where; g asks whether it still is', () => {
		const app = lively();
		const told = offer();
		app.events(told, transfer({state: 'done'}), transfer({state: 'kept', rateOut: 0, rooms: [], takers: []}));
		expect(notice(app)).toBe('“holiday.mp4” is given no more; it stays at ~/Downloads/holiday.mp4');
		expect(card(app)).toContain('✓ ~/Downloads/holiday.mp4 · not given');
		app.press('shift+up');
		app.type('g');
		expect(last(app)).toMatchObject({command: 'fetch-file', file: idOf('4'), messageId: told.messageId});
		const path = '/home/me/Downloads/holiday.mp4';
		answer(app, 'fetch-file', {file: idOf('4'), path, isHere: true});
		expect(notice(app)).toBe('It is here already: ~/Downloads/holiday.mp4');
		app.type('o');
		expect(app.effects.at(-1)).toEqual({type: 'show-place', path});
		app.press('escape');
		readThrough(app);
		write(app, '/get');
		expect(notice(app)).toBe('All that is offered here is taken');
		app.press('f7');
		expect(app.frame()).toMatch(/holiday\.mp4 +1\.4 GB +…s\/holiday\.mp4.* kept/);
		expect(app.frame()).toContain(' holiday.mp4: ~/Downloads/holiday.mp4; given to nobody');
		app.type('x');
		expect(app.frame()).toContain('forget holiday.mp4? It stays where it is.');
		app.type('x');
		expect(last(app)).toMatchObject({command: 'cancel', file: idOf('4')});
		app.events(transfer({state: 'cancelled'}));
		expect(notice(app)).toBe('“holiday.mp4” is forgotten; it stays at ~/Downloads/holiday.mp4');
	});

	test('G writes where it is to go', () => {
		const app = lively();
		app.events(offer('my film.mp4'));
		app.press('shift+up');
		app.type('G');
		app.type('Videos');
		app.press('return');
		expect(last(app)).toMatchObject({command: 'fetch-file', file: idOf('4'), folder: '/home/me/Videos'});
	});

	test('o shows where it lies, c copies that; before, there is nothing to show', () => {
		const app = lively();
		app.events(offer());
		app.press('shift+up');
		app.type('o');
		expect(notice(app)).toBe('It is not here yet');
		app.type('c');
		expect(app.effects.at(-1)).toEqual({type: 'copy', text: 'holiday.mp4'});
		app.events(transfer({state: 'done'}));
		app.type('o');
		app.type('c');
		const path = '/home/me/Downloads/holiday.mp4';
		expect(app.effects.slice(-2)).toEqual([
			{type: 'show-place', path},
			{type: 'copy', text: path},
		]);
	});

	test('ours is not taken, nor edited', () => {
		const app = lively();
		app.events(offered('you', {name: 'report.pdf', file: idOf('5')}, 8));
		app.press('shift+up');
		app.type('g');
		app.type('e');
		expect(notice(app)).toMatch(/cannot be edited/);
		expect(app.sent).toEqual([]);
	});
});

describe('the transfers page', () => {
	const opened = () => {
		const app = lively();
		app.events(...ALL);
		app.press('f7');
		return app;
	};

	test('is asked for every second while it is open, and what comes is shown', () => {
		const app = lively();
		app.press('f7');
		expect(app.frame()).toContain('Nothing comes or goes');
		expect(app.frame()).not.toContain('x end');
		answer(app, 'transfers', {transfers: [transfer({name: 'other.bin'})]});
		expect(app.frame()).toContain('other.bin');
		app.time.advance(1_000);
		app.store.tick();
		app.store.flush();
		expect(app.asked.filter(({command}) => command === 'transfers').length).toBeGreaterThan(1);
	});

	test('p holds, goes on and tries again', () => {
		const app = opened();
		choose(app, 'holiday.mp4');
		app.type('p');
		expect(last(app)).toMatchObject({command: 'pause', file: idOf('4')});
		choose(app, 'backup.tar.zst');
		app.type('p');
		expect(last(app)).toMatchObject({command: 'resume', file: idOf('7')});
		choose(app, 'report.pdf');
		app.type('p');
		expect(app.sent).toHaveLength(2);
	});

	test('x asks once; Esc and any other key take the question back', () => {
		const app = opened();
		choose(app, 'holiday.mp4');
		app.type('x');
		expect(app.frame()).toContain('give up holiday.mp4?');
		app.press('escape');
		choose(app, 'disk.img');
		app.type('x');
		expect(app.frame()).toContain('stop reading disk.img? It stays, and is not offered.');
		app.press('escape');
		choose(app, 'holiday.mp4');
		app.type('x');
		app.press('escape');
		expect(app.frame()).not.toContain('give up');
		expect(app.store.getState().view).toBe('transfers');
		app.type('x');
		app.press('down');
		app.type('x');
		expect(app.sent).toEqual([]);
		app.type('x');
		expect(last(app)?.command).toBe('cancel');
	});

	test('the status bar names the key by what it does, and not where it does nothing', () => {
		const app = lively();
		app.press('f7');
		answer(app, 'transfers', {transfers: ALL});
		const hints = (name: string) => {
			choose(app, name);
			return app.frame().split('\n').at(-1);
		};
		expect(hints('holiday.mp4')).toMatch(/p pause .*x end .*\+ sooner/);
		expect(hints('photos of the mountains, 2026')).toContain('p go on');
		expect(hints('backup.tar.zst')).toContain('p try again');
		for (const name of ['report.pdf', 'disk.img']) expect(hints(name)).not.toMatch(/ p |sooner/);
		choose(app, 'notes.txt');
		app.type('p');
		expect(notice(app)).toBe('“notes.txt” is here, and given to others; x stops that');
	});

	test('a held one has no speed, and its map tells nothing of others that are not listened to', () => {
		const app = lively();
		app.press('f7');
		app.events(transfer({state: 'paused', sources: [], takers: [], rateOut: 0}));
		expect(app.frame()).toContain('↓ 0 B/s');
		expect(app.frame()).not.toContain('88 MB/s');
		app.press('return');
		expect(app.frame()).toContain('· missing');
		expect(app.frame()).not.toContain('nobody here has it');
		app.events(transfer({state: 'changed', isFetched: false, sources: [], done: 0}));
		expect(app.frame()).not.toContain('missing');
	});

	test('who gave it is still named when it is here; so are its other names', () => {
		const app = lively();
		app.press('f7');
		app.events(transfer({state: 'done', otherNames: ['film\n.mp4']}));
		app.press('return');
		expect(app.frame()).toContain('It came from 2');
		expect(app.frame()).toContain('To 1 other');
		expect(app.frame()).not.toContain('Also at');
		expect(app.frame()).toMatch(/ann .* 500 MB/);
		app.press('end');
		expect(app.frame()).toMatch(/also as +film .mp4/);
	});

	test('+ and - change what goes first, and stop at either end', () => {
		const app = opened();
		choose(app, 'holiday.mp4');
		app.type('+');
		expect(last(app)).toMatchObject({command: 'prioritise', file: idOf('4'), priority: 1});
		app.events(transfer({priority: -1}));
		app.type('-');
		expect(notice(app)).toBe('It goes after all others already');
		expect(app.sent).toHaveLength(1);
	});

	test('Enter opens one, Esc comes back to it', () => {
		const app = opened();
		choose(app, 'report.pdf');
		app.press('return');
		expect(app.frame()).toContain('Transfer ─');
		app.press('escape');
		expect(chosenTransfer(app.store.getState())?.name).toBe('report.pdf');
		app.press('escape');
		expect(app.store.getState().view).toBe('chat');
	});

	test('of a folder its files are asked for until they are known, and shown with what is whole', () => {
		const app = opened();
		const folder = {file: idOf('b'), name: 'album', files: 4, size: 400, pieces: 4, pieceBytes: 100};
		const map = {have: 'f9f0', seen: '1111', asked: '0000'};
		app.events(transfer({...folder, done: 250, map}));
		choose(app, 'album');
		app.press('return');
		const known = {file: folder.file, isKnown: true, total: 4};
		const files = ['one.jpg', 'two/🏝 b.jpg', '\u001b[31m../three\u202egpj.exe', 'empty'].map(path => ({
			path,
			size: 130,
		}));
		answer(app, 'contents', {...known, isKnown: false, files: [], total: 0});
		app.press('pagedown');
		expect(app.frame()).toContain('Which files are in it is known once');
		later(app, 1);
		answer(app, 'contents', {
			...known,
			files: [{path: 'one.jpg', size: 90}, ...files.slice(1, 3), {path: 'empty', size: 0}],
		});
		const questions = app.asked.filter(({command}) => command === 'contents').length;
		later(app, 3);
		expect(app.asked.filter(({command}) => command === 'contents').length).toBe(questions);
		const rows = () => transferContent(app.store.getState(), 60, 24, PLAIN_THEME).lines.slice(-5);
		expect(rows().map(line => line.trimEnd())).toEqual([
			'─ 4 files ──────────────────────────────────────── 1 whole ─',
			' ✓ one.jpg                                             90 B',
			'   two/🏝 b.jpg                                        130 B',
			expect.stringMatching(/^ {3}\S*\.\.\/three\S*gpj\.exe +130 B$/),
			'   empty                                                0 B',
		]);
		for (const line of rows()) expect(widthOf(line)).toBe(60);
		app.events(transfer({...folder, state: 'done', done: 400, map: {...map, have: 'ffff'}}));
		expect(rows().filter(line => line.startsWith(' ✓'))).toHaveLength(4);
	});

	test('the keys keep to the same one while it moves in the list', () => {
		const app = opened();
		choose(app, 'holiday.mp4');
		app.events(transfer({state: 'paused'}));
		app.type('p');
		expect(last(app)).toMatchObject({command: 'resume', file: idOf('4')});
	});
});

describe('the status bar', () => {
	const bar = (app: Bare, columns = 120) => statusRows(app.store.getState(), columns, PLAIN_THEME).join('');

	test('says what moves, only while it moves', () => {
		const app = lively();
		expect(bar(app)).not.toMatch(/[⇣⇡◷]/);
		app.events(transfer());
		expect(bar(app)).toContain('⇣ 54 % 88 MB/s ⇡ 1.2 MB/s');
		expect(bar(app)).toContain('F7 transfers');
		expect(bar(app, 40)).toContain('⇣ 54 % ⇡ · ● 3 peers');
		app.events(transfer({state: 'paused', rateOut: 0}));
		expect(bar(app)).not.toMatch(/[⇣⇡]/);
	});
});

describe('a long name in a notice', () => {
	const rows = (app: Bare) => app.frame().split('\n').slice(-2);

	test.each([
		['letters', `${'l'.repeat(244)}.txt`, 'l'.repeat(27)],
		['wide ones', `${'漢'.repeat(80)}.txt`, '漢'.repeat(13)],
		['words', `${'some words '.repeat(20)}end.txt`, 'some words some words some'],
	])('of %s is cut in its middle', (_, name, start) => {
		const app = lively();
		const path = `/home/me/Downloads/${name}`;
		app.events(transfer({name, path, rateOut: 0, takers: []}));
		app.events(transfer({name, path, rateOut: 0, takers: [], state: 'done'}));
		const [first, second] = rows(app) as [string, string];
		expect(first).toContain(`“${start}`);
		expect(`${first}${second}`).toMatch(/…\.txt” is here: …?\S/);
		expect(second).toMatch(/● 3 peers $/);
		expect(widthOf(first)).toBe(80);
		expect(widthOf(second)).toBe(80);
		expect(notice(app)).toContain(name.slice(0, 200));
	});

	test('stays as it is where there is room for all of it', () => {
		const app = lively();
		const name = `${'l'.repeat(50)}.txt`;
		app.events(transfer({name, takers: []}), transfer({name, takers: [], state: 'done', path: `/home/me/in/${name}`}));
		expect(
			rows(app)
				.join('')
				.replaceAll(/[╰╯─]|\s+/g, ''),
		).toContain(`“${name}”ishere:~/in/${name}`);
	});
});

describe('the person is told', () => {
	test('that it is here, has failed, has changed, and who was dropped', () => {
		const app = lively();
		app.events(transfer(), transfer({state: 'done'}));
		expect(notice(app)).toBe('“holiday.mp4” is here: ~/Downloads/holiday.mp4');
		app.events(transfer({state: 'failed', error: {code: 'io', message: 'the disk is broken'}}));
		expect(notice(app)).toBe('“holiday.mp4”: the disk is broken');
		app.events(transfer({state: 'changed'}));
		expect(notice(app)).toBe('“holiday.mp4” is gone from here, or has changed, and is given no more');
		app.events(transfer({state: 'done'}), transfer({state: 'changed', isFetched: false}));
		expect(notice(app)).toBe('“holiday.mp4” has changed since you offered it, and is given no more');
		const reason = 'a piece did not match';
		app.events({type: 'source-dropped', file: idOf('4'), peer: PEERS.dan, name: 'dan\x07', reason});
		expect(notice(app)).toBe('Nothing more is asked of dan\\x07 for “holiday.mp4”: a piece did not match');
	});

	test('what becomes of what is given up or taken back', () => {
		const app = lively();
		const end = (before: Partial<TransferInfo>, more: Partial<TransferInfo> = {}) => {
			app.events(transfer(before), transfer({...before, ...more, state: 'cancelled'}));
			return notice(app);
		};
		const error = {code: 'changed', message: 'the offer was taken back'} as const;
		expect(end({})).toBe('“holiday.mp4” is given up: the 54 % of it that were here are deleted');
		expect(end({done: 0})).toBe('“holiday.mp4” is given up');
		expect(end({}, {error})).toBe('“holiday.mp4” was taken back by ann: it is not fetched any more');
		const stays = '“holiday.mp4” is given no more; it stays at ~/Downloads/holiday.mp4';
		expect(end({state: 'done'})).toBe(stays);
		expect(end({state: 'done', isFetched: false}, {error})).toBe(stays);
		expect(end({state: 'changed', isFetched: false}, {error})).toBe('“holiday.mp4” is given no more');
		expect(end({state: 'hashing', isFetched: false})).toBe('“holiday.mp4” is not offered');
	});

	test('what is tried again by itself fails in silence, unless otherwise; what is called off is no failure', () => {
		const app = lively();
		const error = {code: 'quota', message: 'it does not fit'} as const;
		const failed = (more: Partial<TransferInfo> = {}) => {
			app.press('escape');
			app.events(transfer({state: 'waiting'}), transfer({state: 'failed', error, ...more}));
			return notice(app);
		};
		expect(failed()).toBe('“holiday.mp4”: it does not fit');
		expect(failed()).toBeUndefined();
		expect(failed({error: {...error, message: 'no disk'}})).toBe('“holiday.mp4”: no disk');
		write(app, '/resume');
		answer(app, 'resume', {file: idOf('4')});
		expect(failed({error: {...error, message: 'no disk'}})).toBe('“holiday.mp4”: no disk');
		write(app, '/send disk.img');
		const asked = app.sent.at(-1)?.id as string;
		app.press('escape');
		app.events({type: 'reply', id: asked, ok: false, error: {code: 'file', message: 'cancelled'}});
		expect(app.composer().join()).not.toContain('/send');
	});

	test.each([
		[0.546, '54 %'],
		[0.004, '1 %'],
		[0.996, '99 %'],
	])('how far it is is the same everywhere: %f', (share, percent) => {
		const app = lively();
		const done = share * 1e9;
		app.events(offer(), transfer({size: 1e9, done}));
		expect(card(app)).toContain(percent);
		write(app, '/pause');
		app.events(transfer({size: 1e9, done, state: 'paused'}));
		answer(app, 'pause', {file: idOf('4')});
		expect(notice(app)).toBe(`“holiday.mp4” is paused at ${percent}`);
		app.events(transfer({size: 1e9, done, state: 'cancelled'}));
		expect(notice(app)).toBe(`“holiday.mp4” is given up: the ${percent} of it that were here are deleted`);
	});

	test('a name is never changed, nor said twice; what was left out of a folder is said', () => {
		const app = lively();
		const error = {code: 'not-readable', message: 'There is no /home/me/ct (any more)'} as const;
		app.events(transfer({name: 'ct'}), transfer({name: 'ct', state: 'failed', error}));
		expect(notice(app)).toBe(error.message);
		write(app, '/send photos');
		answer(app, 'offer-file', {messageId: '1', file: idOf('8'), size: 1, files: 3, skipped: 2});
		expect(notice(app)).toBe('“photos” is offered; left out: 2 hidden, linked or empty');
		write(app, '/get 44444444');
		answer(app, 'fetch-file', {file: idOf('4'), path: '/home/me/x', isHere: true});
		expect(notice(app)).toBe('It is here already: ~/x');
	});

	test('what could not be read goes when it is given up, or is read again', () => {
		const app = lively();
		const path = '/home/me/gone.img';
		const error = {code: 'not-readable', message: `There is no ${path} (any more)`} as const;
		const unread = {file: path, path, name: 'gone.img', isFetched: false, rooms: ['dev']};
		const failed = transfer({...unread, state: 'failed', error});
		app.events(transfer(), failed);
		write(app, '/cancel');
		expect(app.sent.at(-1)).toMatchObject({command: 'cancel', file: idOf('4')});
		write(app, '/cancel gone.img');
		expect(app.sent).toHaveLength(1);
		expect(notice(app)).toBe('“gone.img” is not offered');
		expect(app.store.getState().files.transfers.has(path)).toBe(false);
		app.events(failed);
		write(app, '/resume gone.img');
		expect(app.sent.at(-1)).toMatchObject({command: 'offer-file', path, room: 'dev'});
		app.events(transfer({...unread, state: 'hashing'}));
		write(app, '/cancel');
		expect(app.sent.at(-1)).toMatchObject({command: 'cancel', file: path});
	});

	test('that whoever offered it gives it no more: once', () => {
		const app = lively();
		app.events(transfer(), transfer({state: 'waiting', waits: 'gone', sources: []}));
		expect(notice(app)).toBe('“holiday.mp4” may not come: ann gives it no more, and nobody else here has all of it');
		app.press('escape');
		app.events(transfer({state: 'waiting', waits: 'gone', sources: []}));
		expect(notice(app)).toBeUndefined();
	});

	test('nothing of what was here before the screen was', () => {
		const app = lively();
		app.events(transfer({state: 'done'}));
		expect(notice(app)).toBeUndefined();
	});

	test('a core that was started again is asked for all of it once more', () => {
		const app = lively();
		app.events(offer(), transfer({state: 'done'}));
		const asked = () => app.asked.filter(({command}) => command === 'transfers').length;
		expect(asked()).toBe(1);
		app.store.core({state: 'restarting', reason: 'it failed'});
		expect(card(app)).toContain('gets it');
		app.store.core({state: 'running'});
		expect(asked()).toBe(2);
		answer(app, 'transfers', {transfers: [transfer({state: 'done'})]});
		expect(card(app)).toContain('✓ ~/Downloads');
	});
});

test('Tab before the folder was read counts once it is; not if the line has changed', () => {
	const app = lively();
	const items = [{name: 'report.pdf', isFolder: false}];
	app.type('/send ~/re');
	app.press('tab');
	app.store.listed('/home/me', items);
	expect(app.composer().join('\n')).toContain('/send ~/report.pdf');
	const other = lively();
	other.type('/send ~/re');
	other.press('tab');
	other.type('a');
	other.store.listed('/home/me', items);
	expect(other.composer().join('\n')).not.toContain('report');
});

test('where files go is told to the core, as usual too', () => {
	const app = lively();
	write(app, '/set files.folder ~/in');
	expect(last(app)).toMatchObject({command: 'file-settings', settings: {folder: '/home/me/in'}});
	write(app, '/set files.folder -');
	expect(last(app)).toMatchObject({command: 'file-settings', settings: {folder: '/home/me/Downloads'}});
});

test('a setting of files is told in words, by its name as it is written', () => {
	const app = lively();
	write(app, '/set files.quota');
	expect(notice(app)).toBe(
		'files.quota is not set; it can be an amount, such as "50GB", or "off" for no limit; - for the default',
	);
	write(app, '/set quota 5GB');
	expect(notice(app)).toBe('files.quota is 5GB from now on');
	write(app, '/set files.quota lots');
	expect(notice(app)).toMatch(/^files\.quota can be an amount/);
	app.press('escape');
	write(app, '/set theme dark');
	expect(notice(app)).toBe('theme is dark from now on');
	write(app, '/set notifications purple');
	expect(notice(app)).toMatch(/^notifications can be off/);
	app.press('escape');
	write(app, '/limit up 1MB/s');
	expect(notice(app)).toMatch(/^Files go out at/);
});

describe('a file dropped into the window', () => {
	const files = [{path: '/home/me/my report.pdf', name: 'my report.pdf', size: 1_234_567, isFolder: false}];
	const title = (app: Bare) => app.composer()[0] ?? '';

	test.each([
		'/home/me/my\\ report.pdf',
		"'/home/me/my report.pdf'",
		'"/home/me/my report.pdf" ',
		'file:///home/me/my%20report.pdf\n',
		'/home/me/my report.pdf',
		'~/my\\ report.pdf',
	])('%s is asked about, once it is known to be there', pasted => {
		const app = lively();
		app.paste(pasted);
		const look = app.effects.at(-1);
		expect(look).toMatchObject({type: 'look-at', paths: ['/home/me/my report.pdf']});
		expect(title(app)).not.toContain('offers');
		app.store.looked((look as {text: string}).text, files);
		expect(title(app)).toContain('Enter offers my report.pdf to #lobby');
		app.press('return');
		expect(app.sent).toMatchObject([{command: 'offer-file', path: '/home/me/my report.pdf', room: 'lobby'}]);
		expect(title(app)).not.toContain('offers');
	});

	const dropped = () => {
		const app = lively();
		app.paste("'/home/me/my report.pdf'");
		app.store.looked("'/home/me/my report.pdf'", files);
		return app;
	};

	test('a long name is cut, not the room it goes to; and an old error goes with the next Enter or page', () => {
		const app = lively();
		const path = '/home/me/a name that is much longer than a terminal of this width can ever show.pdf';
		app.paste(path);
		app.store.looked(path, [{path, name: path.slice(9), size: 7, isFolder: false}]);
		expect(title(app)).toMatch(/offers a name .*… to #lobby .*Esc no/);
		app.store.tell({level: 'error', text: 'not so'});
		app.press('return');
		expect(notice(app)).toBeUndefined();
		app.store.tell({level: 'error', text: 'not so'});
		app.press('f7');
		expect(notice(app)).toBeUndefined();
	});

	test('Esc keeps the text, and then it is a text', () => {
		const app = dropped();
		app.press('escape');
		expect(title(app)).not.toContain('offers');
		app.press('return');
		expect(app.sent).toMatchObject([{command: 'publish', text: "'/home/me/my report.pdf'"}]);
	});

	test('nothing is offered of what was written on, nor in another room', () => {
		const app = dropped();
		app.type(' look at this');
		expect(title(app)).not.toContain('offers');
		app.press('return');
		expect(app.sent).toMatchObject([{command: 'publish'}]);
		const other = dropped();
		other.press('alt+2');
		expect(title(other)).not.toContain('offers');
	});

	test('a path of nothing is a text; so is one that follows other words', () => {
		const app = lively();
		app.paste('/etc/nothing');
		app.store.looked('/etc/nothing', []);
		expect(title(app)).not.toContain('offers');
		app.press('return');
		expect(notice(app)).toContain('/send');
		const other = lively();
		other.type('see ');
		other.paste('/home/me/report.pdf');
		expect(other.effects).toEqual([]);
	});

	test('several at once', () => {
		const app = lively();
		app.paste("/a/b.txt '/a/c d.txt' /a/e\\ f.txt");
		expect(app.effects).toMatchObject([{type: 'look-at', paths: ['/a/b.txt', '/a/c d.txt', '/a/e f.txt']}]);
	});
});

describe('whatever others write', () => {
	const word = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({unit: 'binary', maxLength: 300}));
	const number = fc.constantFrom(0, 1, 999, 1e6, 2 ** 40, -5, Number.NaN, Number.POSITIVE_INFINITY);

	test('every row is as wide as it is to be, and nothing of it reaches the terminal', () => {
		const states = ALL.map(({state}) => state);
		fc.assert(
			fc.property(
				fc.array(word, {minLength: 6, maxLength: 6}),
				fc.array(number, {minLength: 6, maxLength: 6}),
				fc.constantFrom(...states),
				fc.constantFrom(...SIZES.slice(0, 3)),
				(words, numbers, state, size) => {
					const app = lively(size);
					const [name = '', reason = '', who = '', place = '', room = '', cells = ''] = words;
					const [bytes = 0, done = 0, rate = 0, left = 0, pieces = 0, files = 0] = numbers;
					const peer = {peer: PEERS.dan, name: who, pieces, rate, bytes};
					const told = transfer({
						...{name, state, size: bytes, done, rateIn: rate, rateOut: rate, left, pieces, files, given: bytes},
						rooms: [room, `@${room}`],
						path: place,
						error: {code: 'io', message: reason},
						sources: [
							{...peer, requests: 1, dropped: reason},
							{...peer, requests: 3},
						],
						takers: [peer],
						map: {have: cells, seen: HALF.seen, asked: cells},
					});
					app.events(offered('ann', {name, size: bytes, files, file: told.file}, 7), told);
					const rows = [app.frame()];
					app.press('f7');
					rows.push(app.frame());
					app.type('x');
					rows.push(app.frame());
					app.press('return');
					rows.push(app.frame());
					for (const line of rows.flatMap(frame => frame.split('\n'))) {
						expect(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(line), JSON.stringify(line)).toBe(false);
						expect(widthOf(line), JSON.stringify(line)).toBeLessThanOrEqual(size.columns);
					}
				},
			),
			{numRuns: 40},
		);
	});
});
