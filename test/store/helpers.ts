import type {Command} from '../../source/api/command.ts';
import type {ChatMessage, EventOf, NodeEvent, PeerInfo, RoomInfo, Snapshot} from '../../source/api/event.ts';
import type {ArgumentKind, CommandSpec} from '../../source/store/complete-types.ts';
import {type Decision, decide, type Surroundings} from '../../source/store/decide.ts';
import type {Intent} from '../../source/store/intent.ts';
import {reduceCore, reduceEvents} from '../../source/store/reduce.ts';
import {type Entry, initialState, type Room, type State} from '../../source/store/state.ts';

export const NOW = 1_800_000_000_000;
export const SELF = '12D3KooWSelf';
export const ANN = '12D3KooWAnn0';
export const BOB = '12D3KooWBob0';

export function roomInfo(room: string, ...peers: readonly string[]): RoomInfo {
	const members = [SELF, ...peers].map(peer => ({peer, name: peer === SELF ? 'me' : peer.slice(8, 11).toLowerCase()}));
	return {room, name: room, members, unread: 0, topic: '', known: [], events: 0};
}

export function snapshot(rooms: readonly RoomInfo[], peers: readonly PeerInfo[] = []): Snapshot {
	return {
		type: 'snapshot',
		peerId: SELF,
		name: 'me',
		addresses: ['/ip4/127.0.0.1/tcp/1'],
		interfaces: ['lo'],
		rooms,
		peers,
	};
}

/** Running, in these rooms; the first one is open. */
export function stateIn(...rooms: readonly RoomInfo[]): State {
	const running = reduceCore(initialState(NOW), {state: 'running'}, NOW);
	return reduceEvents(running, [snapshot(rooms)], NOW);
}

let serial = 0;

export function message(room: string, from: string, text: string, more: Partial<ChatMessage> = {}): EventOf<'message'> {
	serial += 1;
	const name = from === SELF ? 'me' : from.slice(8, 11).toLowerCase();
	return {
		type: 'message',
		kind: 'message',
		room,
		messageId: `id-${serial}`,
		order: NOW + serial,
		from,
		name,
		text,
		timestamp: NOW,
		seq: serial,
		local: from === SELF,
		// It comes as it is said; without these, it comes from what others have kept.
		...(from === SELF ? {} : {via: from, hops: 1}),
		...more,
	};
}

export function connected(peer: string, name: string): NodeEvent {
	return {type: 'peer-connected', peer, name, address: '/ip4/127.0.0.1/tcp/2', direction: 'inbound'};
}

export function roomOf(state: State, room: string): Room {
	const found = state.rooms.find(candidate => candidate.room === room);
	if (!found) throw new Error(`not in ${room}`);
	return found;
}

export function entriesOf(state: State, room: string): Entry[] {
	return roomOf(state, room).log.chunks.flat();
}

/** What the entries say, without when: `ann: hello`, `→ bob joined`. */
export function texts(state: State, room: string): string[] {
	return entriesOf(state, room).map(entry =>
		entry.kind === 'message' ? `${entry.name}: ${entry.text}` : `${entry.mark} ${entry.name} ${entry.text}`,
	);
}

const spec = (name: string, ...kinds: readonly ArgumentKind[]): CommandSpec => ({
	name,
	aliases: [],
	usage: `/${name}`,
	help: '',
	arguments: kinds.map(kind => ({kind})),
});

export const SPECS: readonly CommandSpec[] = [
	spec('dial', 'address'),
	spec('help'),
	spec('join', 'room'),
	spec('msg', 'person', 'text'),
	spec('ping', 'person'),
];

export const AROUND: Surroundings = {
	now: NOW,
	parseLine: (line, state) => {
		if (line === '/broken') return {ok: false, message: 'no such command'};
		if (line === '/help') return {ok: true, intents: [{type: 'view', view: 'help'}]};
		if (state.active === undefined) return {ok: false, message: 'no room'};
		return {ok: true, intents: [{type: 'command', command: {command: 'publish', room: state.active, text: line}}]};
	},
	commands: SPECS,
	chatRows: 10,
	rowsOf: () => 1,
	fits: {rooms: true, network: true},
	page: {total: 50, shown: 10},
};

export function act(
	state: State,
	intents: readonly Intent[],
	around: Partial<Surroundings> = {},
): Decision & {commands: Command[]} {
	const commands: Command[] = [];
	let decision: Decision = {state, commands: [], effects: []};
	for (const intent of intents) {
		decision = decide(decision.state, intent, {...AROUND, ...around});
		commands.push(...decision.commands);
	}
	return {...decision, commands};
}

export const type = (text: string): Intent => ({type: 'edit', edit: {edit: 'insert', text}});
