import {expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {plainMeaning} from '../../source/plain/commands.ts';
import {completions} from '../../source/plain/completions.ts';
import {Narrator} from '../../source/plain/narrator.ts';
import {initialState} from '../../source/store/state.ts';
import {Store} from '../../source/store/store.ts';
import {meaningOf} from '../../source/ui/meaning.ts';
import {MESSAGE_SPREAD, REPORT, ROOM_SPREAD} from '../ui/reports.ts';
import {NOON, PEERS, peerInfo, SELF, said, snapshotOf} from '../ui/script.ts';

process.env.TZ = 'UTC';

/** Somebody in #lobby and #dev with ann and bob, who hears what is said. */
class Listener {
	readonly sent: string[] = [];
	now = NOON + 60 * 60_000;
	readonly store: Store;
	readonly #narrator: Narrator;

	constructor() {
		this.store = new Store({now: () => this.now, setTimer: () => () => {}, send: () => {}});
		this.#narrator = new Narrator(this.store.getState());
		this.store.core({state: 'running'});
		this.hears(snapshotOf(['lobby', 'dev'], [peerInfo('ann'), peerInfo('bob')]));
		this.kept();
	}

	hears(...events: readonly NodeEvent[]): readonly string[] {
		this.store.receive(events);
		this.store.flush();
		return this.#narrator.tell(this.store.getState(), events, this.now);
	}

	/** What the core has kept of the room that is open. */
	kept(...messages: readonly ReturnType<typeof said>[]): readonly string[] {
		for (const [id, {command}] of this.store.getState().pending) {
			if (command.command !== 'history') continue;
			const lines = this.hears({type: 'reply', id, ok: true, result: {messages}});
			if (lines.length > 0) return lines;
		}
		return [];
	}

	waits(milliseconds: number): readonly string[] {
		this.now += milliseconds;
		this.store.tick();
		this.store.flush();
		return this.hears();
	}

	types(line: string): readonly string[] {
		const meaning = plainMeaning(line, this.store.getState(), this.now);
		if (meaning && 'lines' in meaning) return meaning.lines;
		const intents = meaning ? [meaning.intent] : [];
		if (!meaning) intents.push({type: 'edit', edit: {edit: 'insert', text: line}} as never, {type: 'submit'} as never);
		for (const intent of intents) this.store.dispatch(intent, SURROUNDINGS);
		return this.hears();
	}
}

const SURROUNDINGS = {
	parseLine: (line: string, state: Parameters<typeof meaningOf>[1]) => meaningOf(line, state, false),
	commands: [],
	chatRows: 100,
	rowsOf: () => 1,
	fits: {rooms: false, network: false},
	page: {total: 0, shown: 0},
};

/** An entry that was told before, as it is now. */
function changed(
	event: ReturnType<typeof said>,
	change: 'edit' | 'reaction' | 'redaction',
	more: Partial<ReturnType<typeof said>>,
): NodeEvent {
	return {...event, ...more, type: 'message-changed', change};
}

test('what is said is said in words, once', () => {
	const listener = new Listener();
	const question = said('ann', 'did the deploy finish?', 61, 'lobby', 'q');
	expect(listener.hears(question)).toEqual(['13:01 #lobby ann: did the deploy finish?']);
	expect(listener.hears(question)).toEqual([]);
	const quoted = {messageId: 'q', from: PEERS.ann, name: 'ann', text: 'did the deploy finish?'};
	expect(listener.hears({...said('bob', 'yes', 62), kind: 'reply', replyTo: quoted})).toEqual([
		'13:02 #lobby bob answers ann, “did the deploy finish?”: yes',
	]);
	expect(listener.hears({...said('bob', 'you look', 62), mention: true})).toEqual([
		'13:02 #lobby bob to you: you look',
	]);
	expect(listener.hears({type: 'member-joined', room: 'lobby', peer: PEERS.cat, name: 'cat'})).toEqual([
		'cat is in #lobby',
	]);
	expect(listener.hears(changed(question, 'edit', {text: 'did it finish?', edited: NOON}))).toEqual([
		'ann edited: did it finish?',
	]);
	const liked = {text: 'did it finish?', edited: NOON, reactions: [{emoji: '👍', from: [PEERS.bob, SELF]}]};
	expect(listener.hears(changed(question, 'reaction', liked))).toEqual(['👍 from bob and you to ann: did it finish?']);
	const less = {...liked, reactions: [{emoji: '👍', from: [PEERS.bob]}]};
	expect(listener.hears(changed(question, 'reaction', less))).toEqual(['you took back 👍 to ann: did it finish?']);
	expect(listener.hears(changed(question, 'reaction', {...liked, reactions: []}))).toEqual([
		'somebody took back 👍 to ann: did it finish?',
	]);
	expect(listener.hears(changed(question, 'redaction', {text: '', redacted: 'wrong room'}))).toEqual([
		'ann took back, wrong room: did it finish?',
	]);
});

test('lines of one message cannot pass for messages of others', () => {
	const listener = new Listener();
	expect(listener.hears(said('ann', 'one\n13:01 #lobby bob: I quit\x1b[2J', 61))).toEqual([
		'13:01 #lobby ann, 2 lines:',
		'  one',
		'  13:01 #lobby bob: I quit\\x1b[2J',
	]);
});

test.each([
	['zoe', 'zoe'],
	['josé', 'josé'],
	['नमस्ते', 'नमस्ते'],
	["ann-marie.o'neil_2", "ann-marie.o'neil_2"],
	['Ann Lee', '“Ann Lee”'],
	['👍', '“👍”'],
	['you', '“you”·1CAT'],
	['Y o u', '“Y o u”·1CAT'],
	['уоu', '“уоu”·1CAT'],
	['#lobby', '“#lobby”·1CAT'],
	['12:03', '“12:03”·1CAT'],
	['3', '“3”·1CAT'],
	['warning', '“warning”·1CAT'],
	['ann to you', '“ann to you”·1CAT'],
	['ann: yes. Bob, please', '“ann: yes. Bob, please”·1CAT'],
	['ann： yes', '“ann： yes”·1CAT'],
	['a”: hello “b', "“a': hello 'b”·1CAT"],
	['…1BOB', '“…1BOB”·1CAT'],
	['', '…1CAT'],
])('a name puts no words into anybody’s mouth: %s', (name, shown) => {
	const listener = new Listener();
	expect(listener.hears({...said('cat', 'go on', 61), name})).toEqual([`13:01 #lobby ${shown}: go on`]);
	listener.hears({type: 'peer-connected', peer: PEERS.cat, name, address: '', direction: 'inbound'});
	expect(listener.hears({type: 'member-joined', room: 'lobby', peer: PEERS.cat, name})).toEqual([
		`${shown} is in #lobby`,
	]);
	expect(listener.types('/who')).toContain(`  ${shown}`);
	const direct = `@${PEERS.cat}`;
	listener.hears({type: 'room-joined', room: direct, members: [{peer: PEERS.cat, name}], direct: true});
	expect(listener.types('/read 1')).toEqual([`13:01 #lobby ${shown}: go on`]);
	expect(listener.types('/rooms').at(-1)).toBe(`${shown}: here`);
});

test('nor does a name that is taken, a name that two share, a quotation, or a reaction of letters', () => {
	const listener = new Listener();
	listener.hears({type: 'member-joined', room: 'lobby', peer: PEERS.cat, name: 'cat'});
	expect(listener.hears({type: 'peer-renamed', peer: PEERS.cat, name: 'ann: yes'})).toEqual([
		'#lobby: cat is now “ann: yes”',
	]);
	const conflict = {name: 'bob: no', peer: PEERS.cat, before: PEERS.bob, lastSeen: NOON};
	expect(listener.hears({type: 'name-conflict', ...conflict})).toEqual([
		'warning: two people are called “bob: no”: …1CAT now, …1BOB until now. It may be somebody else.',
	]);
	const replyTo = {messageId: 'q', from: PEERS.ann, name: 'ann', text: 'x”: I quit'};
	const answer = {...said('bob', 'really?', 61), kind: 'reply' as const, replyTo};
	expect(listener.hears(answer)).toEqual(["13:01 #lobby bob answers ann, “x': I quit”: really?"]);
	const reactions = [{emoji: 'ann:', from: [PEERS.ann]}];
	expect(listener.hears(changed(answer, 'reaction', {reactions}))).toEqual(['“ann:” from ann to bob: really?']);
});

test('elsewhere, only what is for us is said; the rest is counted, and heard on going there', () => {
	const listener = new Listener();
	expect(listener.hears(said('ann', 'the build is red', 61, 'dev'))).toEqual(['#dev: 1 unread']);
	expect(listener.hears(said('ann', 'still red', 62, 'dev'))).toEqual([]);
	expect(listener.hears({...said('bob', 'you broke it', 62, 'dev'), mention: true})).toEqual([
		'13:02 #dev bob to you: you broke it',
	]);
	const direct = `@${PEERS.bob}`;
	const members = [{peer: PEERS.bob, name: 'bob'}];
	expect(listener.hears({type: 'room-joined', room: direct, members, direct: true})).toEqual([]);
	expect(listener.hears(said('bob', 'sorry', 63, direct))).toEqual(['13:03 to you from bob: sorry']);
	expect(listener.types('/read')).toEqual([
		'#dev: 3 unread, one names you',
		'bob: 1 unread',
		'/go goes to the next one and says them.',
	]);
	expect(listener.types('/go dev')).toEqual(['You are in #dev with ann and bob.']);
	expect(listener.kept()).toEqual(['2 unread:', '13:01 #dev ann: the build is red', '13:02 #dev ann: still red']);
	expect(listener.types('/read 1')).toEqual(['13:02 #dev bob to you: you broke it']);
	expect(listener.types('/go @bob')).toEqual(['You are talking to bob, who is here.']);
	expect(listener.types('/rooms')).toEqual(['#lobby: 2 others', '#dev: 2 others', 'bob: you are here, here']);
	expect(listener.types('/go nowhere')[0]).toMatch(/^error: There is no room or person called nowhere here/);
});

test('on coming somewhere one hears the end of what is kept, and what others kept in one piece', () => {
	const listener = new Listener();
	listener.types('/go dev');
	const old = [1, 2, 3, 4, 5, 6, 7].map(at => said('ann', `number ${at}`, at - 24 * 60, 'dev'));
	expect(listener.kept(...old)).toEqual([
		'The last 5 messages:',
		'Friday 20 November 2026.',
		...[3, 4, 5, 6, 7].map(at => `12:0${at} #dev ann: number ${at}`),
	]);
	const late = [1, 2, 3, 4, 5, 6].map(at => ({...said('bob', `missed ${at}`, at, 'dev'), via: undefined as never}));
	for (const each of late) expect(listener.hears(each)).toEqual([]);
	expect(listener.waits(1_000)).toEqual([
		'6 messages said earlier, the last 5 (/read 6 says all):',
		...[2, 3, 4, 5, 6].map(at => `12:0${at} #dev bob: missed ${at}`),
	]);
	expect(listener.waits(1_000)).toEqual([]);
});

test('of what others hand on, the newest is said once all of it is here, and what happened before is no news', () => {
	const listener = new Listener();
	listener.types('/go dev');
	listener.kept();
	const old = (at: number) => ({...said('ann', `number ${at}`, at, 'dev', `old-${at}`), via: undefined as never});
	const joined = {...said('cat', '', 1, 'dev'), via: undefined as never, type: 'notice', kind: 'join'} as const;
	const progress = {type: 'history-progress', room: 'dev', expected: 9} as const;
	expect(listener.hears(joined, old(3), old(1), old(2), {...progress, received: 3, done: false})).toEqual([]);
	expect(listener.waits(2_000)).toEqual([]);
	expect(listener.hears({...progress, received: 9, done: true})).toEqual([]);
	expect(listener.waits(2_000)).toEqual([]);
	listener.kept(...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(old));
	expect(listener.waits(1_000)).toEqual([
		'9 messages said earlier, the last 5 (/read 9 says all):',
		...[5, 6, 7, 8, 9].map(at => `12:0${at} #dev ann: number ${at}`),
	]);
});

test('delivery is said when it is settled, or when it takes long', () => {
	const listener = new Listener();
	const state = (messageId: string, storedBy: number, of = 3): NodeEvent => {
		return {type: 'message-state', room: 'lobby', messageId, storedBy, of};
	};
	expect(listener.hears(said('you', 'hello', 61, 'lobby', 'mine'), state('mine', 2))).toEqual([]);
	expect(listener.hears(state('mine', 3))).toEqual(['kept by 3 of 3']);
	listener.hears(said('you', 'one', 62, 'lobby', 'first'), said('you', 'two', 62, 'lobby', 'second'));
	expect(listener.waits(9_000)).toEqual([]);
	expect(listener.waits(1_000)).toEqual(['nobody has your last 2 messages yet; whoever comes gets them']);
	expect(listener.waits(60_000)).toEqual([]);
	expect(listener.hears(state('first', 3), state('second', 2))).toEqual(['kept by 3 of 3: one']);
});

test('alarms, notices and refusals are said as what they are', () => {
	const listener = new Listener();
	expect(listener.types('/nosuch')).toEqual(['error: There is no command /nosuch; /help lists the commands']);
	expect(listener.hears({type: 'storage', state: 'failed', message: 'the disk is full'})).toEqual([
		'warning: nothing can be kept at present: the disk is full. What was acknowledged is safe.',
	]);
	const conflict = {name: 'ann', peer: PEERS.cat, before: PEERS.ann, lastSeen: NOON};
	expect(listener.hears({type: 'name-conflict', ...conflict})).toEqual([
		'warning: two people are called ann: …1CAT now, …1ANN until now. It may be somebody else.',
	]);
});

test.each([
	['/jo', ['/join ']],
	['/go #d', ['#dev']],
	['/re', ['/react ', '/read ', '/redact ', '/reply ', '/resume ']],
	['/msg bo', ['bob ']],
	['/set bell m', ['mentions']],
	['/send /tmp/a', ['/tmp/a b/']],
	['/react tad', ['🎉']],
	['an', ['ann: ']],
	['so @an', ['@ann ']],
	['@an', ['@ann ']],
	['see #de', ['#dev ']],
	['well :tad', ['🎉']],
	['/mou', []],
	['', []],
])('Tab knows what the screen knows: %s', (line, choices) => {
	const items = [{name: 'a b', isFolder: true}];
	expect(completions(line, new Listener().store.getState(), () => items).choices).toEqual(choices);
});

test('help knows every command that makes sense in lines', () => {
	const lines = new Listener().types('/help');
	for (const name of ['/rooms', '/go', '/who', '/read', '/join', '/msg', '/reply', '/quit'])
		expect(lines.some(line => line.startsWith(name))).toBe(true);
	expect(lines.join('\n')).not.toMatch(/\(F\d|Ctrl-/);
});

test('commands about the screen are refused where there is none', () => {
	const state = initialState(0);
	expect(plainMeaning('/mouse', state, 0)).toEqual({
		lines: ['error: /mouse is about the screen, and there is none here'],
	});
	expect(plainMeaning('/set theme dark', state, 0)).toBeUndefined();
});

test('what is measured is said to whoever asks, and not what the screen asks by itself', () => {
	const listener = new Listener();
	const answer = (name: string, result: unknown): readonly string[] => {
		const pending = [...listener.store.getState().pending];
		const id = pending.findLast(([, {command, isQuiet}]) => command.command === name && !isQuiet)?.[0] as string;
		return listener.hears({type: 'reply', id, ok: true, result} as NodeEvent);
	};
	expect(listener.types('/network')).toEqual([]);
	const lines = answer('network', {...REPORT, peers: REPORT.peers.slice(0, 3)});
	expect(lines).toMatchInlineSnapshot(`
		[
		  "3 peers connected; 0 B/s in, 0 B/s out; round trip p50 1.4 ms, p99 212 ms:",
		  "  cat: 53 ms, p50 48 ms, p99 212 ms, jitter 6.0 ms; loss 2.5 %; clock as ours, ± 2 ms; 482 kB in, 91 kB out; 18 kB waiting; score -3.2; tcp · AES-128-GCM; at 192.0.2.11:4001; for 4 min",
		  "  bob: 2.6 ms, p50 2.4 ms, p99 9.6 ms, jitter 0.30 ms; loss 0 %; clock 1.2 s ahead of ours, ± 3 ms; 482 kB in, 91 kB out; tcp · ChaCha20; from [2001:db8::17]:51234; for 4 min",
		  "  ann: 0.34 ms, p50 0.31 ms, p99 1.2 ms, jitter 0.04 ms; loss 0 %; clock as ours, ± 2 ms; 482 kB in, 91 kB out; tcp · AES-128-GCM; at 192.0.2.11:4001; for 4 min",
		]
	`);
	listener.types('/spread');
	expect(answer('room-spread', ROOM_SPREAD)).toMatchInlineSnapshot(`
		[
		  "#lobby: 14 others, 6 of them in the mesh (gossipsub).",
		  "  Of 24 messages of yours: half of the copies arrived within 1.8 ms, 99 of 100 within 41 ms; 99 % of members have them.",
		  "  Of 1204 messages of others: 0.9 copies too many for each; flooding would bring 5.2.",
		  "  402 kB of events; 58 kB of control, to keep the mesh and to offer them.",
		]
	`);
	listener.types('/topology');
	const node = (who: 'ann' | 'bob') => ({
		peer: PEERS[who],
		name: who,
		isSelf: false,
		isNeighbour: true,
		isReachable: true,
	});
	const nodes = [{...node('ann'), peer: SELF, isSelf: true}, {...node('ann'), toldAgo: 3}, node('bob')];
	const edge = (a: string, b: string, rtt?: number) => ({a, b, mesh: [], isConfirmed: true, ...(rtt && {rtt})});
	const edges = [edge(SELF, PEERS.ann, 0.4), edge(PEERS.ann, PEERS.bob)];
	const topology = {nodes, edges, bridges: [], groups: [[SELF]], unreachable: [], tells: true};
	expect(answer('topology', topology)).toMatchInlineSnapshot(`
		[
		  "3 members and 2 connections:",
		  "  you: ann (0.40 ms)",
		  "  ann: you (0.40 ms) and bob",
		  "  bob: ann, which does not say to whom it is connected",
		]
	`);
	listener.types('/trace bob');
	const hops = MESSAGE_SPREAD.holders.slice(1, 3).map(hop => ({...hop, link: 1.2, total: 3}));
	expect(answer('trace', {room: 'lobby', peer: PEERS.bob, hops})).toMatchInlineSnapshot(`
		[
		  "The way to bob: you, 1.2 ms to ann, 1.2 ms to “\\x1b[31mcat”·1CAT; 3.0 ms there and back.",
		]
	`);
});

test('who cannot be reached is said once, and who is back', () => {
	const listener = new Listener();
	const lost = (who: 'ann' | 'bob' | 'cat', how: 'lost' | 'only-us') => ({
		peer: PEERS[who],
		name: who,
		since: NOON,
		how,
		reachedBy: [],
	});
	const partition = (...unreachable: readonly ReturnType<typeof lost>[]): NodeEvent => ({
		type: 'partition',
		unreachable,
	});
	listener.hears({type: 'peer-disconnected', peer: PEERS.ann, reason: 'no-heartbeat'});
	expect(listener.hears(partition(lost('ann', 'lost')))).toEqual([
		'warning: ann cannot be reached since 12:00, 1 of 2',
	]);
	expect(listener.hears(partition(lost('ann', 'lost')))).toEqual([]);
	expect(listener.hears(partition(lost('ann', 'lost'), lost('bob', 'only-us')))).toEqual([
		'warning: bob: others reach it, this machine does not (/doctor)',
	]);
	const back: NodeEvent = {type: 'member-joined', room: 'lobby', peer: PEERS.ann, name: 'ann'};
	expect(listener.hears(back, partition())).toEqual(['ann is back in #lobby after 1 h']);
	// Whoever is in no room of ours is back without a word there.
	const connected = (who: 'cat'): NodeEvent => {
		return {type: 'peer-connected', peer: PEERS[who], name: who, address: '/ip4/192.0.2.1/tcp/1', direction: 'inbound'};
	};
	listener.hears(partition(lost('cat', 'lost')));
	expect(listener.hears(connected('cat'), partition())).toEqual(['Back after 1 h: cat']);
});

test('whoever is heard and takes no connection is told of once, while nobody is here', () => {
	const listener = new Listener();
	const heard: NodeEvent = {
		type: 'peer-discovered',
		peer: '12D3KooWHeard0',
		address: '/ip4/192.0.2.8/tcp/4001',
		via: 'announcement',
	};
	listener.hears(heard);
	expect(listener.waits(20_000)).toEqual([]);
	const gone = (peer: string): NodeEvent => ({type: 'peer-disconnected', peer, reason: 'closed'});
	expect(listener.hears(gone(PEERS.ann), gone(PEERS.bob))).toContain(
		'warning: 192.0.2.8 is heard and takes no connection: /doctor says why.',
	);
	expect(listener.waits(20_000)).toEqual([]);
});
