import {describe, expect, test} from 'vitest';
import {KnownStatements} from '../../../source/behaviours/topology/known.ts';
import {
	FEW_AUTHORS,
	MAX_AUTHORS,
	PEER_STATEMENTS,
	PICTURE_PER_AUTHOR,
	READER_PROTOCOL,
	RELAY_DELAY,
	STATE_DELAY,
	STATE_INTERVAL,
} from '../../../source/behaviours/topology/parameters.ts';
import {type Identity, identityFromSeed} from '../../../source/wire/identity.ts';
import {decodeStatement, type Statement} from '../../../source/wire/neighbours.ts';
import {ANN, BOB, CAT, count, DAN, IDENTITIES, received, send, TIMESTAMP} from '../fixtures.ts';
import {Node, stated, TELLS, told} from './node.ts';

const [ann, bob, cat, dan] = IDENTITIES;

describe('our own statement', () => {
	test('leaves a second after a neighbour came, for all who tell or read, and names those who tell', () => {
		const node = new Node();
		node.meet(BOB);
		node.meet(CAT, {name: 'x', protocols: [READER_PROTOCOL]});
		node.meet(DAN, {name: 'x', protocols: []});
		expect(told(node.run(STATE_DELAY))).toEqual([
			{
				to: [BOB, CAT],
				author: ANN,
				sequence: TIMESTAMP + STATE_DELAY,
				timestamp: TIMESTAMP + STATE_DELAY,
				validity: 150,
				name: 'me',
				rooms: ['lobby'],
				neighbours: [{peer: BOB, rtt: 2_000, rooms: ['lobby']}],
				lost: [],
			},
		]);
	});

	test('follows changes at its pace, tells of losses sooner, and comes now and then if nothing changes', () => {
		const node = new Node();
		node.meet(BOB);
		node.run(STATE_DELAY);
		node.meet(CAT);
		expect(told(node.run(STATE_INTERVAL - 1))).toEqual([]);
		expect(told(node.run(1)).map(({neighbours}) => neighbours.length)).toEqual([2]);
		node.lose(CAT, 'no-heartbeat');
		const [afterLoss] = told(node.run(2_000));
		expect(afterLoss).toMatchObject({neighbours: [{peer: BOB}], lost: [{peer: CAT, ago: 2}]});
		expect(told(node.run(53_000))).toEqual([]);
		expect(told(node.run(13_000))).toHaveLength(1);
	});

	test('goes on behind what somebody with our key has stated', () => {
		const node = new Node();
		node.meet(BOB);
		node.input(received(BOB, stated(ann, [CAT], {sequence: 2 ** 50})));
		expect(told(node.run(STATE_DELAY))).toMatchObject([{sequence: 2 ** 50 + 1}]);
		expect(node.edges()).toEqual(['ab']);
	});

	test('is not made by who does not tell: it reads, and hands nothing on', () => {
		const node = new Node(false);
		expect(node.protocol).toBe(READER_PROTOCOL);
		node.meet(BOB);
		node.meet(DAN);
		node.input(received(BOB, stated(bob, [CAT])));
		node.input(received(BOB, stated(cat, [BOB])));
		expect(told(node.run(200_000))).toEqual([]);
		expect(node.topology().tells).toBe(false);
	});
});

describe('statements of others', () => {
	test('are handed on to neighbours whom the author does not name, once, with their age', () => {
		const node = new Node();
		for (const peer of [BOB, CAT, DAN]) node.meet(peer);
		node.run(10_000);
		const message = stated(bob, [ANN, CAT], {age: 7});
		node.input(received(BOB, message));
		expect(node.run(RELAY_DELAY)).toEqual([send([DAN], {...message, age: 7})]);
		expect(told(node.run(20_000))).toEqual([]);
	});

	test('are not handed on to whoever has them, or gets them from two others', () => {
		const node = new Node();
		for (const peer of [BOB, CAT, DAN]) node.meet(peer);
		node.run(10_000);
		const message = stated(bob, [ANN]);
		node.input(received(BOB, message));
		node.input(received(CAT, message));
		node.input(received(DAN, stated(dan, [ANN, ...IDENTITIES.slice(4).map(({peerId}) => peerId)])));
		// Of those near to BOB only we are a neighbour of DAN.
		expect(told(node.run(RELAY_DELAY)).map(({to, author}) => [to, author])).toEqual([
			[[DAN], BOB],
			[[BOB, CAT], DAN],
		]);
	});

	test('leave once in a go, the newest of each author', () => {
		const node = new Node();
		for (const peer of [BOB, CAT]) node.meet(peer);
		node.run(10_000);
		for (const sequence of [1, 2, 3]) node.input(received(BOB, stated(bob, [ANN], {sequence})));
		expect(told(node.run(20_000)).map(({to, author, sequence}) => [to, author, sequence])).toEqual([[[CAT], BOB, 3]]);
	});

	test('older ones, and what is no statement, are dropped; a forged one costs the connection', () => {
		const node = new Node();
		node.meet(BOB);
		node.meet(CAT);
		const newer = stated(bob, [ANN, CAT], {sequence: 2});
		expect(node.input(received(BOB, newer))).toEqual([]);
		expect(node.input(received(CAT, newer))).toEqual([]);
		expect(node.input(received(CAT, stated(bob, [ANN])))).toEqual([count('old-statement')]);
		expect(
			node.input(received(CAT, {...newer, statement: Uint8Array.of(0xc0), signature: new Uint8Array(64)})),
		).toEqual([count('bad-statement')]);
		const forged = {...stated(dan, [BOB]), signature: new Uint8Array(64).fill(1)};
		expect(node.input(received(CAT, forged))).toEqual([
			count('forged-statement'),
			{type: 'disconnect', peer: CAT, reason: 'forged-statement', misbehaved: true},
		]);
	});

	test('are good for as long as they say, less their age; replays are no news for an hour after that', () => {
		const node = new Node();
		node.meet(BOB);
		const message = stated(bob, [ANN, CAT], {validity: 100});
		node.input(received(BOB, {...message, age: 40}));
		node.run(60_000);
		expect(node.edges()).toEqual(['ab', 'bc']);
		node.run(5_000);
		expect(node.edges()).toEqual(['ab']);
		node.run(3_500_000);
		expect(node.input(received(BOB, message))).toEqual([count('old-statement')]);
		node.run(100_000);
		expect(node.input(received(BOB, message))).toEqual([]);
	});

	test('are as young as the youngest that came, whoever said first that they were old', () => {
		const node = new Node();
		for (const peer of [BOB, CAT]) node.meet(peer);
		const message = stated(dan, [CAT]);
		node.input(received(CAT, stated(cat, [ANN, DAN])));
		node.input(received(BOB, {...message, age: 149}));
		node.input(received(CAT, {...message, age: 1}));
		node.run(100_000);
		expect(node.edges()).toContain('cd');
		// But not younger than they were when they came.
		node.input(received(BOB, message));
		node.run(60_000);
		expect(node.edges()).not.toContain('cd');
	});

	test('with a time far from ours are not good for long', () => {
		const node = new Node();
		node.meet(BOB);
		node.input(received(BOB, stated(bob, [ANN, CAT], {validity: 3_600, timestamp: 1_000})));
		node.input(received(BOB, stated(dan, [BOB, CAT], {validity: 3_600})));
		node.run(160_000);
		expect(node.topology().nodes.find(({peer}) => peer === BOB)?.toldAgo).toBeUndefined();
		expect(node.topology().nodes.find(({peer}) => peer === DAN)?.toldAgo).toBe(160_000);
	});

	test('of one sender have a rate', () => {
		const node = new Node();
		node.meet(BOB);
		node.meet(CAT);
		const message = received(BOB, stated(bob, [ANN]));
		for (let number = 0; number < PEER_STATEMENTS.burst; number++) expect(node.input(message)).toEqual([]);
		expect(node.input(message)).toEqual([count('neighbours-flood')]);
		expect(node.input(received(CAT, stated(cat, [ANN])))).toEqual([]);
	});
});

test('who brings very many authors pushes out what it has brought, and nobody else', () => {
	const known = new KnownStatements();
	const template = decodeStatement(stated(bob, []).statement);
	const add = (number: number, author: string, bringer: string) => {
		const statement: Statement = {...template, author, sequence: number};
		const signed = {statement: new Uint8Array(1), signature: Uint8Array.of(number >> 8, number)};
		known.add({statement, signed, bringer, age: 0, goodFor: 60_000}, 0);
	};
	add(1, BOB, BOB);
	add(2, CAT, CAT);
	add(3, DAN, CAT);
	for (let number = 4; number < 4 + 2 * MAX_AUTHORS; number++) add(number, `invented ${number}`, BOB);
	const authors = [...known.entries()].map(([author]) => author);
	expect([authors.length, authors.slice(0, 3)]).toEqual([MAX_AUTHORS, [BOB, CAT, DAN]]);
	expect(authors.at(-1)).toBe(`invented ${3 + 2 * MAX_AUTHORS}`);
});

describe('the report', () => {
	test('says all that is known', () => {
		const node = new Node();
		node.meet(BOB, {...TELLS, name: 'bob'});
		node.meet(CAT, {...TELLS, name: 'cat'});
		node.input(received(BOB, stated(bob, [ANN, CAT, DAN])));
		node.input(received(CAT, stated(cat, [ANN, BOB])));
		node.input(received(BOB, stated(dan, [BOB], {name: 'dan', age: 3})));
		expect(node.topology()).toEqual({
			nodes: [
				{peer: ANN, name: 'me', isSelf: true, isNeighbour: false, isReachable: true},
				{peer: BOB, name: 'bob', isSelf: false, isNeighbour: true, toldAgo: 0, isReachable: true},
				{peer: CAT, name: 'cat', isSelf: false, isNeighbour: true, toldAgo: 0, isReachable: true},
				{peer: DAN, name: 'dan', isSelf: false, isNeighbour: false, toldAgo: 3_000, isReachable: true},
			],
			edges: [
				{a: ANN, b: BOB, rtt: 2, mesh: ['lobby'], isConfirmed: true},
				{a: ANN, b: CAT, rtt: 2, mesh: [], isConfirmed: true},
				{a: BOB, b: CAT, rtt: 3, mesh: [], isConfirmed: true},
				{a: BOB, b: DAN, rtt: 3, mesh: [], isConfirmed: true},
			],
			bridges: [{a: BOB, b: DAN}],
			groups: [[ANN, BOB, CAT, DAN]],
			unreachable: [],
			tells: true,
		});
	});
});

test('in a large network the picture is made anew now and then only, but at once if our own connections change', () => {
	const node = new Node();
	const authors = Array.from({length: FEW_AUTHORS + 1}, (_, index) =>
		identityFromSeed(new Uint8Array(32).fill(100 + index)),
	);
	node.meet(BOB);
	node.input(received(BOB, stated(bob, [ANN, ...authors.map(({peerId}) => peerId)])));
	for (const author of authors) node.input(received(BOB, stated(author, [BOB])));
	const count = () => node.topology().edges.length;
	const before = count();
	expect(before).toBe(1 + authors.length);
	const [one, other] = authors as [Identity, Identity];
	node.input(received(BOB, stated(one, [BOB, other.peerId], {sequence: 2})));
	node.input(received(BOB, stated(other, [BOB, one.peerId], {sequence: 2})));
	expect(count()).toBe(before);
	node.meet(CAT);
	expect(count()).toBe(before + 2);
	node.input(received(BOB, stated(one, [BOB], {sequence: 3})));
	node.run(PICTURE_PER_AUTHOR * (FEW_AUTHORS + 10));
	expect(count()).toBe(before + 1);
});

test('a group that nobody misses has left, though what it said last is still good', () => {
	const node = new Node();
	node.meet(BOB);
	node.meet(CAT);
	node.input(received(CAT, stated(cat, [ANN, DAN])));
	node.input(received(CAT, stated(dan, [CAT])));
	node.lose(CAT, 'closed');
	expect([node.edges(), node.topology().groups]).toEqual([['ab'], [[ANN, BOB]]]);
	node.meet(CAT);
	node.lose(CAT, 'no-heartbeat');
	expect([node.edges(), node.topology().groups]).toEqual([
		['ab', 'cd'],
		[
			[ANN, BOB],
			[CAT, DAN],
		],
	]);
});
