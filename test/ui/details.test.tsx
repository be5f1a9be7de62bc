import {cleanup} from 'ink-testing-library';
import {afterEach, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import type {EventDetails} from '../../source/api/event-details.ts';
import {initialState} from '../../source/store/state.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {detailsLines} from '../../source/ui/views/details.ts';
import {openApp} from './harness.tsx';
import {minutes, PEERS, peerInfo, SELF, said, snapshotOf} from './script.ts';
import {transfer} from './transfers.ts';

afterEach(cleanup);

const id = (letter: string) => letter.repeat(64);

const told: EventDetails = {
	room: 'lobby',
	messageId: 'asked',
	kind: 'reply',
	from: PEERS.ann,
	name: 'ann',
	text: `first line\nwith \x1b[31m and \u202e in it\n${'long '.repeat(40)}end`,
	timestamp: minutes(2),
	clock: minutes(2) + 3,
	order: minutes(7) + 3,
	received: minutes(2) + 1_234,
	epoch: '0123456789abcdef0123456789abcdef',
	sequence: 12,
	previous: id('b'),
	parents: ['known', id('c')],
	missing: [id('c')],
	bytes: 321,
	changes: [
		{messageId: id('d'), kind: 'edit', from: PEERS.ann, name: 'ann', text: 'better', timestamp: minutes(3)},
		{messageId: id('e'), kind: 'reaction', from: PEERS.cat, name: 'cat', text: '👍', timestamp: minutes(4)},
	],
	holders: [
		{peer: SELF, name: 'you'},
		{peer: PEERS.ann, name: 'ann'},
	],
	of: 2,
};

async function inspecting(columns: number, rows: number) {
	const app = openApp({columns, rows});
	app.store.core({state: 'running'});
	await app.events(
		snapshotOf(['lobby'], [peerInfo('ann'), peerInfo('cat')]),
		said('cat', 'what do you think?', 1, 'lobby', 'known'),
		said('ann', 'first line …', 2, 'lobby', 'asked'),
	);
	await app.press('shift+up');
	await app.type('i');
	return {...app, asked: app.sent.find(({command}) => command === 'inspect')};
}

type App = Awaited<ReturnType<typeof inspecting>>;
const answer = (app: App, more: Partial<EventDetails> = {}): Promise<void> =>
	app.events({type: 'reply', id: app.asked?.id as string, ok: true, result: {...told, ...more}});

test('all that is known of a message, in words', async () => {
	const app = await inspecting(100, 40);
	expect(app.asked).toMatchObject({command: 'inspect', room: 'lobby', messageId: 'asked'});
	expect(app.frame()).toContain('asking…');
	await answer(app);
	expect(app.frame().split('\n').slice(0, -1).join('\n')).toMatchSnapshot();
	await app.press('escape');
	expect(app.frame()).toContain('#lobby · 3 here');
});

test('a long text can be read to its end, in a small terminal too', async () => {
	const app = await inspecting(40, 12);
	await answer(app, {text: `${'line\n'.repeat(30)}the very end`, signature: 'f'.repeat(128), forked: true});
	let seen = app.frame();
	for (let page = 0; page < 60 && app.frame().includes('PgDn'); page++) {
		await app.press('pagedown');
		seen += app.frame();
	}
	expect(seen).toContain('the very end');
	expect(seen).toContain('Forked');
	expect(seen.replaceAll(/[^f]/g, '').length).toBeGreaterThanOrEqual(128);
});

test.each([
	['a clock that is ahead', {received: minutes(1)}, '1 min before that: its author’s clock is ahead of ours'],
	['an own one', {from: SELF, of: 4}, '2 of 4: you, ann'],
	[
		'the very first one',
		{previous: undefined, parents: [], missing: []},
		'none: its author had seen nothing before it',
	],
	['one without a signature', {}, 'none of its own: a later event of its author vouches for it'],
])('%s', (_, more, words) => {
	const details = {
		room: 'lobby',
		id: 'asked',
		answer: {...told, ...(more as Partial<EventDetails>), excerpts: new Map()},
	};
	const self = {peerId: SELF, name: 'you', addresses: [], interfaces: []};
	const lines = detailsLines({...initialState(minutes(9)), self, details}, 118, PLAIN_THEME);
	expect(lines.join('\n')).toContain(words);
});

test('what cannot be told, and what is told too late', async () => {
	const app = await inspecting(80, 24);
	const late: NodeEvent = {type: 'reply', id: app.asked?.id as string, ok: true, result: {...told, messageId: 'other'}};
	await app.events(late);
	expect(app.frame()).toContain('asking…');
	await app.press('escape');
	await app.type('i');
	const error = {code: 'unknown-message', message: 'no such message here'} as const;
	await app.events({type: 'reply', id: app.sent.at(-1)?.id as string, ok: false, error});
	expect(app.frame()).toContain('no such message here');
	expect(app.frame()).not.toContain('asking…');
});

test('of a file, how large it is to the byte, the id that takes it, and who has it', async () => {
	const app = await inspecting(100, 40);
	const file = {file: id('4'), name: 'a\x07.mp4', size: 1_234_567, files: 0, isExecutable: true};
	await answer(app, {kind: 'file', text: file.name, offer: file});
	expect(app.frame()).toMatch(/Offers +a program, 1,234,567 bytes \(1\.2 MB\)/);
	expect(app.frame()).toMatch(new RegExp(`File id +${id('4')}`));
	expect(app.frame()).toMatch(/Here +no: g on the message or \/get 44444444 takes it/);
	await app.events(transfer({state: 'done'}));
	expect(app.frame()).toMatch(/Here +yes: \S+holiday.mp4/);
	expect(app.frame()).toMatch(/Who has it +you, ann/);
});
