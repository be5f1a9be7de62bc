/** What the peers of the demo say and do, over and over. `{name}` is the person at the screen. */

export const CAST = ['ann', 'bob', 'cat', 'dan'] as const;
export type Actor = (typeof CAST)[number];

export const DEMO_ROOMS = ['lobby', 'dev'] as const;

/** Something that happens `after` milliseconds from the scene before it. */
export type Scene = {readonly after: number; readonly who: Actor} & (
	| {readonly does: 'say'; readonly room: (typeof DEMO_ROOMS)[number]; readonly text: string}
	/** To the last message of somebody else, wherever that was said. */
	| {readonly does: 'reply'; readonly to: Actor; readonly text: string}
	| {readonly does: 'react'; readonly to: Actor; readonly emoji: string}
	/** Changes its own last message. */
	| {readonly does: 'edit'; readonly text: string}
	/** Offers the picture to a room. */
	| {readonly does: 'offer'; readonly room: (typeof DEMO_ROOMS)[number]}
	/** Fetches what was offered last. */
	| {readonly does: 'take'}
	/** Ends properly: everyone knows at once. */
	| {readonly does: 'leave'}
	/** Is killed, without a goodbye: everyone sees the connection break. */
	| {readonly does: 'vanish'}
	| {readonly does: 'return'}
);

function say(after: number, who: Actor, room: (typeof DEMO_ROOMS)[number], text: string): Scene {
	return {after, who, does: 'say', room, text};
}

function reply(after: number, who: Actor, to: Actor, text: string): Scene {
	return {after, who, does: 'reply', to, text};
}

function react(after: number, who: Actor, to: Actor, emoji: string): Scene {
	return {after, who, does: 'react', to, emoji};
}

/** A few lines of code, fenced. */
const BLOCK = ['```js', 'for (const peer of swarm) {', '  greet(peer);', '}', '```'].join('\n');

export const SCENES: readonly Scene[] = [
	say(2500, 'ann', 'lobby', 'Welcome! We are four real peers, each a program of its own on this machine. No server.'),
	say(3500, 'bob', 'lobby', 'Say hello: type and press Enter. We hear you directly, over TLS 1.3.'),
	react(2000, 'cat', 'ann', '👋'),
	react(600, 'dan', 'ann', '👋'),
	say(2500, 'cat', 'lobby', 'The number beside each name is the live round-trip time to that pear.'),
	{
		after: 3500,
		who: 'cat',
		does: 'edit',
		text: 'The number beside each name is the live round-trip time to that peer.',
	},
	say(
		3000,
		'ann',
		'lobby',
		'A picture for everybody: take it with /get. F7 shows how the pieces go from one to another.',
	),
	{after: 500, who: 'ann', does: 'offer', room: 'lobby'},
	{after: 2500, who: 'bob', does: 'take'},
	{after: 1500, who: 'cat', does: 'take'},
	{after: 1500, who: 'dan', does: 'take'},
	say(4500, 'ann', 'dev', '@{name}: this names you, so #dev says @1 while you are elsewhere.'),
	say(3000, 'dan', 'lobby', 'See the mark at #dev? Alt-2 goes there (or Esc, then 2), Alt-1 comes back.'),
	say(5000, 'bob', 'dev', 'Alt-A jumps to the next room with something unread.'),
	reply(5000, 'cat', 'dan', 'Or by name, with Ctrl-K. And this is a reply: Shift-↑ selects a message, R answers it.'),
	say(4500, 'bob', 'lobby', `Code keeps its shape, \`inline\` and as a block:\n${BLOCK}`),
	say(
		6000,
		'ann',
		'lobby',
		'Links are links: https://en.wikipedia.org/wiki/Peer-to-peer. Select a message, and O opens it.',
	),
	react(2500, 'dan', 'bob', '💡'),
	say(5000, 'dan', 'lobby', 'I leave for a moment. Watch me in the peers pane: a goodbye is seen at once.'),
	{after: 2000, who: 'dan', does: 'leave'},
	say(6000, 'bob', 'lobby', 'While dan is away: the check mark beside a message counts who keeps it. His is missing.'),
	say(
		4000,
		'cat',
		'lobby',
		'Nothing is lost by being away. Whoever has it hands it on, whether its author is there or not.',
	),
	{after: 4000, who: 'dan', does: 'return'},
	reply(
		4000,
		'dan',
		'cat',
		'Back, and I have all that you said. I asked what I had missed, and any of you could answer.',
	),
	react(2000, 'bob', 'dan', '🎉'),
	say(6000, 'ann', 'dev', '/nick gives you another name; everyone sees the change at once.'),
	say(6000, 'cat', 'dev', '/msg dan and some words talk to dan alone. If he is away, he gets them when he is back.'),
	say(6000, 'bob', 'lobby', 'Now dan is killed without a goodbye. The broken connection gives him away.'),
	{after: 1500, who: 'dan', does: 'vanish'},
	say(12_000, 'ann', 'lobby', 'Found out yet? No server told you: your own program saw the connection break.'),
	{after: 3000, who: 'dan', does: 'return'},
	say(4000, 'dan', 'dev', 'Same key, same peer: my name could be anything, the key is who I am.'),
	say(7000, 'cat', 'dev', 'Scripts can join in: p2p-tui headless reads commands and prints events as JSON lines.'),
	say(7000, 'bob', 'lobby', 'PgUp and PgDn scroll, /search finds. While you read older messages the view holds still.'),
	say(7000, 'ann', 'lobby', 'On a second machine, just run p2p-tui: you two will find each other. /quit leaves.'),
	{after: 20_000, who: 'dan', does: 'leave'},
	{after: 8000, who: 'dan', does: 'return'},
];

/** What `ann` answers when the person at the screen says something. */
export const ANSWERS: readonly string[] = [
	'Loud and clear, {name}. It came straight from your program to mine, signed by your key.',
	'I hear you, {name}. All of us got that, each over a connection of our own.',
	'Yes, {name}? I am only a small script, but the connection between us is real.',
	'Received, {name}. Look at the network pane: that is how long it took.',
];
