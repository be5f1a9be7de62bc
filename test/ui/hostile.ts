/** Peers that write what a terminal should not see, wherever they can write anything. */
import type {ChatMessage, Member, NodeEvent, PeerInfo} from '../../source/api/event.ts';
import {minutes, PEERS, peerInfo, SELF, said, snapshotOf} from './script.ts';

export const HOSTILE: readonly string[] = [
	'漢字かな交じり文'.repeat(40),
	'👩‍👩‍👧‍👦🏳️‍🌈🇨🇭👍🏽1️⃣☺️🫠'.repeat(12),
	'שלום עולם سلام مرحبا abc 123 '.repeat(10),
	'\u202egnp.exe \u2066\u2067\u2068 \u200f\u061c',
	`Z${'\u0301\u0302\u0489'.repeat(3_000)} a\u0300e\u0301`,
	'n'.repeat(500),
	'w'.repeat(16_384),
	'\ta\tb\t\tc',
	'\x1b[2J\x1b[H\x1b[31m\x1b]0;title\x07\x9b5m\x1b(0lqk\x0e',
	'\x1b]8;;http://evil.example\x07click\x1b]8;;\x07 \x1b]52;c;ZXZpbA==\x07 \x1bP+q\x1b\\',
	'one\ntwo\r\nthree\n\n\n\nseven\r\x08\x85\u2028\u2029',
	'\ud800x\udc00 \uffff\ufffe\u{10ffff}\u{e0041}\u{e007f}',
	'\u200b\u200c\u200d\u2060\ufeff\u00ad\u115f\u3164\u180e',
	'क्षि ที่นี่ 한 ｶﾞｷﾞ ﷽ ꧅ 𒐫',
	'नमस्ते दुनिया কার্ত্স্ন্য తెలుగు മലയാളം ភាសាខ្មែរ',
	`${'क्'.repeat(400)} ก${'ำ'.repeat(400)} ${'🏽'.repeat(60)} a🏽b🏽 🏽`,
	'🇨🇨🇨 👨‍ ‍👩 #️⃣ ☺︎',
	'`code **bold** _x_ ```\nblock\n``` [a](http://b) https://example.org/\x1b[31m',
	'%s %n <b>&amp; \\x1b',
	'   ',
	'',
];

/** Events in which every word of somebody else is one of `words`, each the next one. */
export function hostileEvents(words: readonly string[]): NodeEvent[] {
	let next = 0;
	const word = (): string => words[next++ % words.length] as string;
	const rooms = ['lobby', word(), word(), `@${PEERS.bob}`, `@${PEERS.dan}`];
	const peers: PeerInfo[] = [
		{...peerInfo('ann'), name: word(), addresses: [word()], rtt: 0.3},
		{...peerInfo('bob'), name: word(), rtt: 12_345.6},
		{...peerInfo('cat', 'connecting'), name: word()},
		{...peerInfo('dan', 'gone', minutes(-9_000)), name: word()},
	];
	const snapshot = snapshotOf(rooms, peers);
	const known = peers.map(({id}) => ({peer: id, name: word(), isHere: false, lastSeen: minutes(-3)}));
	const told = (event: NodeEvent, more: Partial<ChatMessage>) => ({...event, ...more}) as NodeEvent;
	const entry = (who: 'ann' | 'bob' | 'cat', at: number, more: Partial<ChatMessage> = {}) =>
		told(said(who, word(), at), {name: word(), ...more});
	const quoted = {messageId: 'm-1', from: PEERS.ann, name: word(), text: word()};
	const own = said('you', word(), 6, 'lobby', 'own-1');
	const kinds = ['topic', 'join', 'name', 'leave', 'unknown'] as const;
	return [
		{
			...snapshot,
			name: word(),
			interfaces: [word(), word()],
			addresses: [word()],
			rooms: snapshot.rooms.map(room => ({...room, name: room.room, topic: word(), unread: 3, known})),
		},
		entry('ann', 1, {messageId: 'm-1', reactions: [{emoji: word(), from: [PEERS.bob, SELF]}]}),
		entry('bob', 2, {kind: 'reply', replyTo: quoted}),
		entry('bob', 2, {kind: 'reply', replyTo: {messageId: 'unknown', name: word()}, mention: true}),
		entry('cat', 3, {redacted: word(), text: ''}),
		entry('cat', 3, {edited: minutes(4), forked: true, missing: 70_000, reactions: emoji(word, 40)}),
		...kinds.map(kind => told(entry('ann', 4, {kind}), {type: 'notice'} as never)),
		own,
		{type: 'message-state', room: 'lobby', messageId: 'own-1', storedBy: 900_000, of: 1_000_000},
		told(said('bob', word(), 5, `@${PEERS.bob}`), {name: word()}),
		{type: 'topic-changed', room: 'lobby', topic: word(), from: PEERS.ann},
		{type: 'peer-discovered', peer: '12D3KooWFound', address: word(), via: 'mdns'},
		{type: 'peer-renamed', peer: PEERS.ann, name: word()},
		{type: 'member-joined', room: 'lobby', peer: PEERS.dan, name: word()},
		{type: 'peer-disconnected', peer: PEERS.cat, reason: word()},
		{type: 'name-conflict', name: word(), peer: PEERS.dan, before: PEERS.bob, lastSeen: minutes(-90)},
		{type: 'history-progress', room: 'lobby', received: 3, expected: 1_000_000, done: false},
		{type: 'warning', code: 'x', message: word()},
		...([word(), word()].map(message => ({type: 'storage', state: 'failed', message})) as NodeEvent[]),
	];
}

const emoji = (word: () => string, count: number) =>
	Array.from({length: count}, () => ({emoji: word(), from: [PEERS.bob] as string[]}));

export const hostileMembers = (words: readonly string[]): Member[] =>
	Object.values(PEERS).map((peer, index) => ({peer, name: words[index % words.length] as string}));
