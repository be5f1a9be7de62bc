import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {entryAt} from '../../source/store/log.ts';
import {MEETING} from '../../source/store/reduce/rooms.ts';
import {reduceCore, reduceEvents, reduceTick} from '../../source/store/reduce.ts';
import {displayName, nameHolders, sortedPeers} from '../../source/store/selectors.ts';
import {
	initialState,
	MAX_ENTRIES,
	MAX_PEERS,
	MAX_SAMPLES,
	type Member,
	type State,
	type SystemEntry,
} from '../../source/store/state.ts';
import {
	ANN,
	act,
	BOB,
	connected,
	entriesOf,
	message,
	NOW,
	roomInfo,
	roomOf,
	SELF,
	snapshot,
	stateIn,
	texts,
	type,
} from './helpers.ts';

const entered = (room: string): NodeEvent => ({type: 'room-joined', room, members: roomInfo(room).members});

/** `left: ann and bob`. */
const allNames = ({text, name, others = []}: SystemEntry) => `${text}: ${[name, ...others.map(each => each.name)]}`;

describe('messages', () => {
	test('are kept per room, and count as unread only where nobody looks', () => {
		const first = message('dev', ANN, 'hi');
		const state = reduceEvents(
			stateIn(roomInfo('lobby', ANN), roomInfo('dev', ANN)),
			[message('lobby', ANN, 'hello'), first, message('dev', ANN, '@me!'), message('dev', SELF, 'yes')],
			NOW,
		);
		expect(texts(state, 'lobby')).toEqual(['ann: hello']);
		expect(roomOf(state, 'lobby')).toMatchObject({unread: 0, mentions: 0, firstUnread: undefined});
		expect(roomOf(state, 'dev')).toMatchObject({unread: 2, mentions: 1, firstUnread: {id: first.messageId}});
	});

	test('of the open room are unread while another page is shown, and marked off afterwards', () => {
		const help = act(stateIn(roomInfo('lobby', ANN)), [{type: 'view', view: 'help'}]).state;
		const first = message('lobby', ANN, 'hello');
		const state = reduceEvents(help, [first], NOW);
		expect(roomOf(state, 'lobby').unread).toBe(1);
		const back = act(state, [{type: 'back'}]).state;
		expect(roomOf(back, 'lobby')).toMatchObject({unread: 0, divider: {id: first.messageId}, firstUnread: undefined});
	});

	test('are bounded per room', () => {
		const many = Array.from({length: MAX_ENTRIES + 500}, (_, index) => message('lobby', ANN, String(index)));
		const {log} = roomOf(reduceEvents(stateIn(roomInfo('lobby', ANN)), many, NOW), 'lobby');
		expect(log.length).toBeLessThan(MAX_ENTRIES + 64);
		expect(entryAt(log, log.length - 1)).toMatchObject({text: String(MAX_ENTRIES + 499)});
	});

	test('of rooms that we are not in are not shown', () => {
		const state = stateIn(roomInfo('lobby'));
		expect(reduceEvents(state, [message('elsewhere', ANN, 'hello')], NOW)).toBe(state);
	});

	test('of our own show how far they have spread', () => {
		const state = reduceEvents(
			stateIn(roomInfo('lobby', ANN)),
			[
				message('lobby', SELF, 'mine', {messageId: 'mine'}),
				message('lobby', ANN, 'later'),
				{type: 'message-state', room: 'lobby', messageId: 'mine', storedBy: 1, of: 2},
				{type: 'message-state', room: 'lobby', messageId: 'mine', storedBy: 2, of: 2},
				{type: 'message-state', room: 'lobby', messageId: 'unknown', storedBy: 9, of: 9},
			],
			NOW,
		);
		expect(entriesOf(state, 'lobby')[0]).toMatchObject({id: 'mine', storedBy: 2, of: 2});
	});

	test('row 53: text, names and rooms of others hold no control characters', () => {
		const hostile = '\x1b]0;owned\x07\x1b[2J\u202e\u200b';
		const state = reduceEvents(
			stateIn(roomInfo('lobby', ANN)),
			[
				{type: 'room-joined', room: `x${hostile}`, members: [{peer: ANN, name: hostile}]},
				message('lobby', ANN, hostile, {name: hostile}),
				connected(BOB, hostile),
				{type: 'peer-disconnected', peer: BOB, reason: hostile},
				{type: 'peer-renamed', peer: ANN, name: hostile},
				{type: 'warning', code: 'x', message: hostile},
			],
			NOW,
		);
		const shown = JSON.stringify([
			state.rooms.map(room => [room.label, room.members, room.log]),
			[...state.peers],
			state.notice,
		]);
		expect(shown).not.toMatch(/\\u001b|\\u0007|\u202e|\u200b/);
		expect(shown).toContain('\\\\x1b]0;owned');
	});
});

describe('rooms', () => {
	test('the first one joined is opened; later ones are not, unless they were asked for here', () => {
		const empty = reduceCore(initialState(NOW), {state: 'running'}, NOW);
		const one = reduceEvents(empty, [{type: 'room-joined', room: 'lobby', members: []}], NOW);
		expect(one.active).toBe('lobby');
		const two = reduceEvents(one, [{type: 'room-joined', room: 'dev', members: []}], NOW);
		expect([two.active, two.rooms.map(room => room.label)]).toEqual(['lobby', ['#lobby', '#dev']]);
		const asked = act(two, [{type: 'command', command: {command: 'join', room: 'ops'}}]);
		const id = asked.commands[0]?.id as string;
		const three = reduceEvents(
			asked.state,
			[
				{type: 'room-joined', room: 'ops', members: []},
				{type: 'reply', id, ok: true, result: {room: 'ops'}},
			],
			NOW,
		);
		expect([three.active, three.last]).toEqual(['ops', 'lobby']);
	});

	test('leaving the open one goes back to the one before', () => {
		const state = act(stateIn(roomInfo('a'), roomInfo('b'), roomInfo('c')), [
			{type: 'go', to: {by: 'name', room: 'b'}},
			{type: 'go', to: {by: 'name', room: 'c'}},
		]).state;
		const left = reduceEvents(state, [{type: 'room-left', room: 'c'}], NOW);
		expect([left.active, left.last, left.rooms.length]).toEqual(['b', undefined, 2]);
		const none = reduceEvents(
			left,
			[
				{type: 'room-left', room: 'a'},
				{type: 'room-left', room: 'b'},
			],
			NOW,
		);
		expect([none.active, none.rooms]).toEqual([undefined, []]);
	});

	test('say who comes, goes, is lost and returns; each once', () => {
		const state = reduceEvents(
			stateIn(roomInfo('lobby')),
			[
				connected(ANN, 'ann'),
				{type: 'member-joined', room: 'lobby', peer: ANN, name: 'ann'},
				{type: 'member-joined', room: 'lobby', peer: ANN, name: 'ann'},
				{type: 'member-left', room: 'lobby', peer: ANN},
				{type: 'member-joined', room: 'lobby', peer: ANN, name: 'ann'},
				{type: 'peer-disconnected', peer: ANN, reason: 'no-heartbeat'},
				{type: 'member-left', room: 'lobby', peer: ANN},
			],
			NOW,
		);
		expect(texts(state, 'lobby')).toEqual([
			'in ann is here',
			'out ann left',
			'in ann is back',
			'lost ann is gone (no heartbeat)',
		]);
		expect(roomOf(state, 'lobby').members.map(member => member.peer)).toEqual([SELF]);
	});

	test('whoever was there before us has not joined', () => {
		const before = stateIn(roomInfo('lobby'));
		const arrival: NodeEvent = {type: 'member-joined', room: 'lobby', peer: ANN, name: 'ann'};
		expect(texts(reduceEvents(before, [arrival], NOW + MEETING - 1), 'lobby')).toEqual(['in ann is here']);
		expect(texts(reduceEvents(before, [arrival], NOW + MEETING), 'lobby')).toEqual(['in ann joined']);
	});

	test('what is said of several, one after the other, is one line; who of them is lost has one of their own', () => {
		const peers = Array.from({length: 6}, (_, index) => ({peer: `peer-${index}`, name: `p${index}`}));
		const [first, second] = peers as [Member, Member];
		const joined = peers.map((peer): NodeEvent => ({type: 'member-joined', room: 'lobby', ...peer}));
		const later = NOW + MEETING;
		const state = reduceEvents(stateIn(roomInfo('lobby')), joined, later);
		expect(entriesOf(state, 'lobby')).toMatchObject([{peer: 'peer-0', text: 'joined', others: peers.slice(1)}]);
		const left = ({peer}: Member): NodeEvent => ({type: 'member-left', room: 'lobby', peer});
		const gone = reduceEvents(state, [left(first), left(second)], later + 1_000);
		expect(entriesOf(gone, 'lobby').slice(1)).toMatchObject([{peer: 'peer-0', text: 'left', others: [second]}]);
		const lost: NodeEvent = {type: 'peer-disconnected', peer: first.peer, reason: 'no-heartbeat'};
		expect(texts(reduceEvents(gone, [lost], later + 2_000), 'lobby').slice(1)).toEqual([
			'out p1 left',
			'lost p0 is gone (no heartbeat)',
		]);
		// Each is remembered by itself, and after a message a line begins anew.
		const back = reduceEvents(gone, [message('lobby', ANN, 'hi'), ...joined.slice(0, 2)], later + 2_000);
		expect(texts(back, 'lobby').at(-1)).toBe('in p0 is back');
		expect(entriesOf(back, 'lobby').at(-1)).toMatchObject({others: [second]});
		const long = reduceEvents(gone, joined.slice(0, 1), later + 400_000);
		expect(reduceEvents(long, [joined[1] as NodeEvent], later + 800_000).rooms[0]?.log.length).toBe(4);
	});

	test('whoever comes and goes all the time fills two lines', () => {
		const comes: NodeEvent = {type: 'member-joined', room: 'lobby', peer: ANN, name: 'ann'};
		const goes: NodeEvent = {type: 'member-left', room: 'lobby', peer: ANN};
		let state = reduceEvents(stateIn(roomInfo('lobby')), [comes, goes], NOW);
		for (let time = 1; time <= 5; time++) state = reduceEvents(state, [comes, goes], NOW + time * 60_000);
		expect(texts(state, 'lobby').slice(-2)).toEqual(['in ann is back', 'out ann left']);
		expect(entriesOf(state, 'lobby').at(-1)?.timestamp).toBe(NOW + 300_000);
		expect(entriesOf(state, 'lobby').length).toBeLessThanOrEqual(4);
		const other = reduceEvents(state, [message('lobby', BOB, 'hi', {order: NOW + 305_000}), comes], NOW + 310_000);
		expect(texts(other, 'lobby').slice(-2)).toEqual(['bob: hi', 'in ann is back']);
	});

	const comes = (peer: string, name: string): NodeEvent => ({type: 'member-joined', room: 'lobby', peer, name});
	const goes = (peer: string): NodeEvent => ({type: 'member-left', room: 'lobby', peer});

	test.each([
		['in turn', [goes(ANN), comes(ANN, 'ann'), goes(BOB), comes(BOB, 'bob')]],
		['together', [goes(ANN), goes(BOB), comes(ANN, 'ann'), comes(BOB, 'bob')]],
		['in each other', [goes(ANN), goes(BOB), comes(BOB, 'bob'), comes(ANN, 'ann')]],
	])('two who come and go %s fill two lines, and so do many', (_, round) => {
		let state = stateIn(roomInfo('lobby', ANN, BOB));
		for (let time = 1; time <= 30; time++) state = reduceEvents(state, round, NOW + time * 1_000);
		expect(entriesOf(state, 'lobby').length).toBeLessThanOrEqual(4);
		// Whoever is here has come last.
		const lines = entriesOf(state, 'lobby').map(entry => (entry.kind === 'system' ? allNames(entry) : ''));
		const last = (name: string) => lines.findLast(line => line.includes(name));
		expect([last('ann'), last('bob')].every(line => line?.startsWith('is back'))).toBe(true);
		const crowd = Array.from({length: 50}, (_, index) => [comes(`key-${index}`, `k${index}`), goes(`key-${index}`)]);
		for (let time = 31; time <= 35; time++) state = reduceEvents(state, crowd.flat(), NOW + time * 1_000);
		expect(entriesOf(state, 'lobby').length).toBeLessThanOrEqual(8);
	});

	test('a peer that comes and goes between what people say leaves two lines behind', () => {
		let state = stateIn(roomInfo('lobby', ANN, BOB));
		for (let time = 1; time <= 10; time++) {
			const said = message('lobby', BOB, `${time}`, {order: NOW + time * 1_000 + 1});
			state = reduceEvents(state, [goes(ANN), said, comes(ANN, 'ann')], NOW + time * 1_000);
		}
		expect(entriesOf(state, 'lobby').filter(({kind}) => kind === 'system')).toHaveLength(2);
		expect(texts(state, 'lobby').at(-1)).toBe('in ann is back');
	});

	test('names that change all the time are one line each, unless something is said in between', () => {
		const renamed = (peer: string, name: string): NodeEvent => ({type: 'peer-renamed', peer, name});
		let state = stateIn(roomInfo('lobby', ANN, BOB));
		for (let time = 1; time <= 50; time++)
			state = reduceEvents(state, [renamed(ANN, `ann-${time}`), renamed(BOB, `bob-${time}`)], NOW + time * 1_000);
		expect(texts(state, 'lobby')).toEqual(['note ann is now ann-50', 'note bob is now bob-50']);
		state = reduceEvents(
			state,
			[message('lobby', BOB, 'hi', {order: NOW + 60_000}), renamed(ANN, 'ann')],
			NOW + 60_001,
		);
		expect(texts(state, 'lobby').slice(1)).toEqual(['note bob is now bob-50', 'bob: hi', 'note ann-50 is now ann']);
	});

	test('a "left" that turns out to be a lost connection becomes one line with the reason', () => {
		const lost = reduceEvents(
			stateIn(roomInfo('lobby', ANN)),
			[
				{type: 'member-left', room: 'lobby', peer: ANN},
				{type: 'peer-disconnected', peer: ANN, reason: 'no-heartbeat'},
			],
			NOW,
		);
		expect(texts(lost, 'lobby')).toEqual(['lost ann is gone (no heartbeat)']);
		const goodbye = reduceEvents(
			stateIn(roomInfo('lobby', ANN)),
			[
				{type: 'member-left', room: 'lobby', peer: ANN},
				{type: 'peer-disconnected', peer: ANN, reason: 'goodbye: leaving'},
			],
			NOW,
		);
		expect(texts(goodbye, 'lobby')).toEqual(['out ann left']);
	});

	test.each([
		['closed', 'lost ann is gone (connection lost)'],
		['some-new-code', 'lost ann is gone (some new code)'],
		['', 'lost ann is gone'],
	])('the reason %j is put in words', (reason, line) => {
		const state = reduceEvents(stateIn(roomInfo('lobby', ANN)), [{type: 'peer-disconnected', peer: ANN, reason}], NOW);
		expect(texts(state, 'lobby')).toEqual([line]);
	});

	test('a new name is said and shown', () => {
		const before = reduceEvents(stateIn(roomInfo('lobby', ANN)), [connected(ANN, 'ann')], NOW);
		const state = reduceEvents(before, [{type: 'peer-renamed', peer: ANN, name: 'Anna'}], NOW);
		expect(texts(state, 'lobby')).toEqual(['note ann is now Anna']);
		expect(state.peers.get(ANN)?.name).toBe('Anna');
	});
});

describe('peers', () => {
	test('connected ones come first, then who is gone', () => {
		const state = reduceEvents(
			stateIn(roomInfo('lobby')),
			[
				connected(BOB, 'bob'),
				{type: 'peer-disconnected', peer: BOB, reason: 'closed'},
				connected(ANN, 'ann'),
				{type: 'peer-discovered', peer: '12D3KooWCat0', address: '/ip4/127.0.0.1/tcp/9', via: 'announcement'},
			],
			NOW,
		);
		expect(sortedPeers(state).map(peer => [peer.name, peer.state])).toEqual([
			['ann', 'connected'],
			['bob', 'gone'],
			['…Cat0', 'discovered'],
		]);
	});

	test('row 39: two with one name, and one with ours, are told apart', () => {
		const state = reduceEvents(stateIn(roomInfo('lobby')), [connected(ANN, 'Me'), connected(BOB, 'bob')], NOW);
		const shown = (peer: string, name: string) => displayName(nameHolders(state), peer, name);
		expect([shown(SELF, 'me'), shown(ANN, 'Me'), shown(BOB, 'bob')]).toEqual(['me·Self', 'Me·Ann0', 'bob']);
	});

	test('who is gone and said nothing tags nobody who is here, but is tagged', () => {
		const state = reduceEvents(
			stateIn(roomInfo('lobby')),
			[connected(BOB, 'ann'), {type: 'peer-disconnected', peer: BOB, reason: 'closed'}, connected(ANN, 'ann')],
			NOW,
		);
		const shown = (peer: string) => displayName(nameHolders(state), peer, 'ann');
		expect([shown(ANN), shown(BOB)]).toEqual(['ann', 'ann·Bob0']);
	});

	test('round-trip times are a ring, and start anew with a new connection', () => {
		const times = Array.from({length: 100}, (_, index) => ({type: 'rtt', peer: ANN, milliseconds: index}) as const);
		const state = reduceEvents(stateIn(roomInfo('lobby')), [connected(ANN, 'ann'), ...times], NOW);
		expect(state.peers.get(ANN)?.samples).toEqual(Array.from({length: MAX_SAMPLES}, (_, index) => index + 40));
		const again = reduceEvents(
			state,
			[{type: 'peer-disconnected', peer: ANN, reason: 'x'}, connected(ANN, 'ann')],
			NOW,
		);
		expect(again.peers.get(ANN)?.samples).toEqual([]);
	});

	test('a flood of strangers is bounded and pushes out nobody who is connected', () => {
		const strangers = Array.from(
			{length: MAX_PEERS + 50},
			(_, index) =>
				({
					type: 'peer-discovered',
					peer: `peer-${index}`,
					address: '/ip4/127.0.0.1/tcp/9',
					via: 'announcement',
				}) as const,
		);
		const state = reduceEvents(stateIn(roomInfo('lobby')), [connected(ANN, 'ann'), ...strangers], NOW);
		expect(state.peers.size).toBe(MAX_PEERS);
		expect(state.peers.get(ANN)?.state).toBe('connected');
	});

	test('a time that is no time is not drawn', () => {
		const state = reduceEvents(stateIn(roomInfo('lobby')), [connected(ANN, 'ann')], NOW);
		expect(reduceEvents(state, [{type: 'rtt', peer: ANN, milliseconds: Number.NaN}], NOW)).toBe(state);
	});
});

describe('the core', () => {
	test('says where this node can be reached now', () => {
		const event = {
			type: 'addresses-changed',
			addresses: ['/ip4/127.0.0.2/tcp/1'],
			interfaces: ['lo', 'wlan0\x07'],
		} as const;
		const before = stateIn(roomInfo('lobby'));
		expect(reduceEvents(before, [event], NOW).self).toEqual({
			...before.self,
			addresses: ['/ip4/127.0.0.2/tcp/1'],
			interfaces: ['lo', 'wlan0\\x07'],
		});
		expect(reduceEvents(initialState(NOW), [event], NOW).self).toBeUndefined();
	});

	test('row 60: a restart keeps messages, drafts and rooms; the reason is shown, then that it is over', () => {
		const before = act(
			reduceEvents(stateIn(roomInfo('lobby', ANN)), [connected(ANN, 'ann'), message('lobby', ANN, 'kept')], NOW),
			[{type: 'edit', edit: {edit: 'insert', text: 'draft'}}],
		).state;
		const down = reduceCore(before, {state: 'restarting', reason: 'boom\x1b[2J'}, NOW);
		expect(down.core).toEqual({state: 'restarting', reason: 'boom\\x1b[2J'});
		expect(down.peers.get(ANN)?.state).toBe('gone');
		const up = reduceEvents(reduceCore(down, {state: 'running'}, NOW), [snapshot([roomInfo('lobby')])], NOW);
		expect(texts(up, 'lobby')).toEqual(['ann: kept']);
		expect(roomOf(up, 'lobby').composer.text).toBe('draft');
		expect(up.notice?.text).toBe('The core was restarted: boom\\x1b[2J');
		expect([up.restarts, up.active]).toEqual([1, 'lobby']);
	});

	test('row 60: what a new core is offered once more is not shown twice, our own neither, and counts for nothing', () => {
		const long = Array.from({length: 50}, (_, index) => message('dev', ANN, `${index}`));
		const [theirs, mine] = [message('dev', ANN, 'theirs, me'), message('dev', SELF, 'mine')];
		const rooms = [roomInfo('lobby', ANN), roomInfo('dev', ANN)];
		const unread = reduceEvents(stateIn(...rooms), [...long, theirs, mine], NOW);
		const scrolled = act(unread, [
			{type: 'go', to: {by: 'name', room: 'dev'}},
			{type: 'scroll', pages: 1},
		]).state;
		expect([roomOf(unread, 'dev').unread, roomOf(scrolled, 'dev').below]).toEqual([51, 0]);
		for (const state of [unread, scrolled]) {
			const again = reduceCore(reduceCore(state, {state: 'restarting', reason: 'boom'}, NOW), {state: 'running'}, NOW);
			const up = reduceEvents(again, [snapshot([]), entered('lobby'), entered('dev')], NOW);
			// Nothing at all is different, whatever they are now said to be.
			const others = [
				{...theirs, local: true},
				{...mine, local: false},
			] as NodeEvent[];
			expect(reduceEvents(up, [theirs, mine, ...others, theirs], NOW)).toBe(up);
			const later = reduceEvents(up, [theirs, message('dev', ANN, 'new'), mine], NOW);
			expect(texts(later, 'dev').slice(-3)).toEqual(['ann: theirs, me', 'me: mine', 'ann: new']);
		}
	});

	test('row 60: whatever a room still shows is known, however much has come; and no more than that', () => {
		const flood = Array.from({length: 20_000}, (_, index) => message('lobby', ANN, `${index}`));
		let state = stateIn(roomInfo('lobby', ANN));
		for (let from = 0; from < flood.length; from += 1_000) {
			state = reduceEvents(state, flood.slice(from, from + 1_000), NOW);
			expect(reduceEvents(state, flood.slice(Math.max(0, from + 1_000 - MAX_ENTRIES), from + 1_000), NOW)).toBe(state);
		}
		const {orders, log} = roomOf(state, 'lobby');
		expect(orders.size).toBe(log.length);
		// A room that we left and came back to begins anew.
		const left = reduceEvents(state, [{type: 'room-left', room: 'lobby'}, entered('lobby'), ...flood.slice(-1)], NOW);
		expect(texts(left, 'lobby')).toEqual(['ann: 19999']);
	});

	test('what is answered is known as long as the answers are here, in whatever order they come and go', () => {
		const answerTo = (id: string, order: number) =>
			message('lobby', ANN, 'yes', {
				kind: 'reply',
				order,
				replyTo: {messageId: id, from: BOB, name: 'bob', text: 'old'},
			});
		const answeredIn = (state: State) => [...roomOf(state, 'lobby').answered].sort();
		const question = message('lobby', BOB, 'now?', {messageId: 'q', order: NOW + 5});
		const [first, second] = [answerTo('q', NOW + 10), answerTo('q', NOW + 20)];
		let state = reduceEvents(stateIn(roomInfo('lobby', ANN)), [first, second, answerTo('p', NOW + 30), question], NOW);
		expect(answeredIn(state)).toEqual([
			['p', 1],
			['q', 2],
		]);
		// They quote it as it is, though it came after them.
		expect(entriesOf(state, 'lobby')).toMatchObject([{}, {reply: {text: 'now?'}}, {reply: {text: 'now?'}}, {}]);
		const moved = {...first, order: NOW + 40, type: 'message-changed', change: 'order'} as const;
		state = reduceEvents(state, [moved], NOW);
		expect(answeredIn(state)).toEqual([
			['p', 1],
			['q', 2],
		]);
		const flood = Array.from({length: MAX_ENTRIES + 100}, (_, index) => answerTo('z', NOW + 100 + index));
		state = reduceEvents(state, flood, NOW);
		expect(answeredIn(state)).toEqual([['z', roomOf(state, 'lobby').log.length]]);
	});

	test('what was refused is said, and a message that was refused goes back into the composer', () => {
		const asked = act(stateIn(roomInfo('lobby')), [
			{type: 'edit', edit: {edit: 'insert', text: 'precious'}},
			{type: 'submit'},
		]);
		const [command] = asked.commands;
		expect(command).toMatchObject({command: 'publish', room: 'lobby', text: 'precious'});
		const refused = reduceEvents(
			asked.state,
			[{type: 'reply', id: command?.id as string, ok: false, error: {code: 'bad-text', message: 'too long'}}],
			NOW,
		);
		expect(refused.notice).toMatchObject({level: 'error', text: 'Too long'});
		expect(roomOf(refused, 'lobby').composer.text).toBe('precious');
	});

	test('a command that was refused goes back to where it was typed, unless something else is being written', () => {
		const around = {
			parseLine: () => ({ok: true, intents: [{type: 'command', command: {command: 'join', room: 'x y'}}]}) as const,
		};
		const asked = act(stateIn(roomInfo('lobby'), roomInfo('dev')), [type('/join x y'), {type: 'submit'}], around);
		const refusal = {
			type: 'reply',
			id: asked.commands[0]?.id as string,
			ok: false,
			error: {code: 'bad-room', message: 'not a room name'},
		} as const;
		const refused = reduceEvents(asked.state, [refusal], NOW);
		expect(roomOf(refused, 'lobby').composer.text).toBe('/join x y');
		expect(refused.notice).toMatchObject({text: 'Not a room name', line: '/join x y'});
		expect(roomOf(act(refused, [{type: 'back'}]).state, 'lobby').composer.text).toBe('');
		const busy = reduceEvents(act(asked.state, [type('hello')]).state, [refusal], NOW);
		expect([roomOf(busy, 'lobby').composer.text, busy.notice?.line]).toEqual(['hello', undefined]);
		const elsewhere = act(asked.state, [{type: 'go', to: {by: 'name', room: 'dev'}}]).state;
		const later = reduceEvents(elsewhere, [refusal], NOW);
		expect(['lobby', 'dev'].map(room => roomOf(later, room).composer.text)).toEqual(['/join x y', '']);
	});

	test('a new name of our own is confirmed', () => {
		const asked = act(stateIn(roomInfo('lobby')), [{type: 'command', command: {command: 'nick', name: 'joe'}}]);
		const reply = {type: 'reply', id: asked.commands[0]?.id as string, ok: true, result: {name: 'joe'}} as const;
		expect(reduceEvents(asked.state, [reply], NOW).notice).toMatchObject({level: 'info', text: 'You are now joe'});
	});

	test('a reply to nobody changes nothing', () => {
		const state = stateIn(roomInfo('lobby'));
		expect(reduceEvents(state, [{type: 'reply', id: 'x', ok: true, result: {room: 'y'}}], NOW)).toBe(state);
	});
});

test('time takes notices away, and moves the clock only as far as anybody sees', () => {
	const state = reduceEvents(stateIn(roomInfo('lobby')), [{type: 'warning', code: 'x', message: 'careful'}], NOW);
	const settled = reduceTick(state, NOW + 3_000);
	expect([state.showsHints, settled.showsHints]).toEqual([false, true]);
	expect(reduceTick(settled, NOW + 5_000)).toBe(settled);
	const later = reduceTick(settled, NOW + 10_000);
	expect([later.notice, later.clock]).toEqual([undefined, NOW + 10_000]);
});

test('the state that went in is not touched', () => {
	const state = reduceEvents(stateIn(roomInfo('lobby', ANN), roomInfo('dev', ANN)), [connected(ANN, 'ann')], NOW);
	const before = JSON.stringify([state, [...state.peers]]);
	reduceEvents(
		state,
		[
			message('lobby', ANN, 'hello'),
			message('dev', SELF, 'hello'),
			{type: 'rtt', peer: ANN, milliseconds: 1},
			{type: 'member-left', room: 'dev', peer: ANN},
			{type: 'room-left', room: 'lobby'},
			{type: 'peer-disconnected', peer: ANN, reason: 'x'},
		],
		NOW,
	);
	expect(JSON.stringify([state, [...state.peers]])).toBe(before);
});
