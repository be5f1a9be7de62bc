/** What is kept, over networks that break, crashes, full disks and slow lines. */
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {describe, expect} from 'vitest';
import type {EventOf, ExportedEvent} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import {HEARTBEAT_INTERVAL} from '../../source/behaviours/heartbeat.ts';
import {AWAY_TIME} from '../../source/behaviours/history/parameters.ts';
import {decodeEvent} from '../../source/wire/event.ts';
import {connected, type HeadlessNode} from '../helpers/node-process.ts';
import {test} from './lab-test.ts';
import {expectNothingTwice, exported, meet, report, say, untilGone, untilSame} from './talk.ts';

/** Crashes of one profile; what talks at the same time; and milliseconds that it may go on once something was promised. */
const CRASHES = 5;
const TALKERS = 4;
const LONGEST_LIFE = 250;

/** Bytes of a disk that takes a profile, and little more. */
const SMALL_DISK = 4 * 1024 * 1024;
/** A message of a few kilobytes; so many of them are more than a database that is full has left in its own files. */
const LONG_TEXT = 'x'.repeat(10_000);
const MANY = 1_000;

/** At this rate the others' history takes some seconds. */
const SLOW_LINE = '1mbit';
const OLD_MESSAGES = 1_600;
const AT_ONCE = 200;
const OLD_TEXT = 'of what was said long before he came; '.repeat(8);

/** The other router offers what is not old again by itself: with this one nothing but repair brings what was missed. */
const PLAIN = {args: ['--pubsub', 'floodsub']};

const textsOf = (events: readonly ExportedEvent[]) => events.flatMap(({text}) => text ?? []);

/** Epoch and number, which nobody may use for two events. */
function numberOf({event}: ExportedEvent): string {
	const {author, epoch, sequence} = decodeEvent(Buffer.from(event, 'base64'));
	return `${author} ${epoch} ${sequence}`;
}

/** Says one thing after the other until the node is killed. */
async function talk(node: HeadlessNode, name: string): Promise<void> {
	try {
		for (let count = 1; ; count++) await node.publish(`${name}, number ${count}`);
	} catch {
		// It was killed.
	}
}

function acknowledged(node: HeadlessNode): string[] {
	return node.all('reply').flatMap(reply => (reply.ok && 'messageId' in reply.result ? reply.result.messageId : []));
}

/**
 * Whoever of a side compares first is told what each side brought; another one whom he has told of it before may have
 * less to be told, or nothing. Nobody is told twice.
 */
async function expectReports(
	side: readonly HeadlessNode[],
	{received, given}: {readonly received: number; readonly given: number},
): Promise<void> {
	const isRight = (event: EventOf<'rejoined'>) => event.received === received && event.given === given;
	const report = await Promise.any(side.map(node => node.waitFor('rejoined', isRight)));
	expect(report.room).toBe('lobby');
	expect(report.away).toBeGreaterThanOrEqual(AWAY_TIME);
	for (const node of side) expect(node.all('rejoined').length).toBeLessThanOrEqual(1);
}

/** Milliseconds for any of these: most of it may be for waiting until the others have had their turn. */
const TIMEOUT = 300_000;

/** The last test that keeps the machine busy: they run one after another, beside the one that mostly waits. */
let last: Promise<unknown> = Promise.resolve();

function inTurn(act: () => Promise<void>): Promise<void> {
	const next = last.catch(() => {}).then(act);
	last = next;
	return next;
}

describe.concurrent('history', {timeout: TIMEOUT}, () => {
	test('row 58: two groups that were apart hold the same afterwards, and each hears once what it missed', async ({
		lab,
	}) => {
		const hosts = await lab.hosts(lab.bridge(), 'ann', 'bob', 'cat', 'dan');
		const nodes = hosts.map(host => host.start(host.name, PLAIN));
		const [ann, bob, cat, dan] = nodes as [HeadlessNode, HeadlessNode, HeadlessNode, HeadlessNode];
		await meet(...nodes);
		const before = await ann.publish('before');
		await Promise.all([bob, cat, dan].map(node => node.hears('before')));

		await lab.partition(hosts.slice(0, 2), hosts.slice(2));
		const pairs = [ann, bob].flatMap(one =>
			[cat, dan].flatMap(other => [[one, other] as const, [other, one] as const]),
		);
		await Promise.all(pairs.map(pair => untilGone(...pair)));
		const room = 'lobby';
		const fromAnn = await ann.publish('apart');
		await bob.hears('apart');
		await bob.result({command: 'publish', room, text: 'here too', replyTo: fromAnn});
		await ann.result({command: 'topic', room, text: 'on the left'});
		const fromCat = await cat.publish('alone');
		await dan.hears('alone');
		await dan.result({command: 'publish', room, text: 'so am I', replyTo: fromCat});
		await cat.result({command: 'react', room, messageId: before, emoji: '👍'});
		await dan.result({command: 'topic', room, text: 'on the right'});
		await Promise.all([untilSame([ann, bob]), untilSame([cat, dan]), delay(AWAY_TIME)]);

		await lab.heal();
		const begun = performance.now();
		const events = await untilSame(nodes);
		report('Two groups healed, the same everywhere after', performance.now() - begun);
		expect(textsOf(events)).toEqual(expect.arrayContaining(['apart', 'here too', 'alone', 'so am I', '👍']));
		const topics = await Promise.all(nodes.map(node => node.result({command: 'topic', room})));
		const last = events.filter(({kind}) => kind === 'topic').at(-1)!;
		expect(topics).toEqual(nodes.map(() => ({room, topic: last.text, from: last.from})));

		await expectReports([ann, bob], {received: 4, given: 3});
		await expectReports([cat, dan], {received: 3, given: 4});
		await say(ann, bob, cat, dan);
		await say(dan, ann, bob, cat);
		expectNothingTwice(...nodes);
	});

	test('who was away gets everything from a third after its author has left for good', ({lab, folder}) =>
		inTurn(async () => {
			const hosts = await lab.hosts(lab.bridge(), 'ann', 'bob', 'cat');
			const [annHost, bobHost, catHost] = hosts;
			const start = (host = catHost!) => host.start(host.name, {...PLAIN, directory: join(folder, host.name)});
			const [ann, bob, cat] = [start(annHost), start(bobHost), start(catHost)];
			await meet(ann, bob, cat);
			await cat.result({command: 'shutdown'});
			await cat.exited;

			const room = 'lobby';
			const first = await ann.publish('one');
			await bob.hears('one');
			await bob.result({command: 'react', room, messageId: first, emoji: '🎉'});
			await ann.result({command: 'publish', room, text: 'two', replyTo: first});
			const regretted = await ann.publish('three');
			await ann.result({command: 'edit', room, messageId: first, text: 'one, as I meant it'});
			await ann.result({command: 'redact', room, messageId: regretted, reason: 'too much'});
			const held = await untilSame([ann, bob]);
			ann.kill('SIGKILL');
			await ann.exited;

			const again = start();
			await connected([again, bob]);
			// Byte for byte; but of a run that comes in one piece only the last event needs its signature.
			const missed = await untilSame([again, bob]);
			expect(missed.map(({event}) => event)).toEqual(held.map(({event}) => event));
			const {messages} = await again.result({command: 'history', room, limit: 3});
			expect(messages.map(({text}) => text)).toEqual(['one, as I meant it', 'two', '']);
			expect(messages[0]).toMatchObject({reactions: [{emoji: '🎉', from: [await bob.peerId()]}]});
			expect(messages[1]).toMatchObject({name: 'ann', replyTo: {messageId: first}});
			expect(messages[2]).toMatchObject({redacted: 'too much'});
			await again.waitFor('message', message => message.messageId === first);
			expectNothingTwice(again, bob);
		}));

	test('row 56: what was acknowledged before any of five crashes is everywhere, and no number is used twice', ({
		lab,
		folder,
	}) =>
		inTurn(async () => {
			const [annHost, bobHost] = await lab.hosts(lab.bridge(), 'ann', 'bob');
			const start = () => annHost!.start('ann', {directory: join(folder, 'ann')});
			const bob = bobHost!.start('bob', {directory: join(folder, 'bob')});
			const random = seededRandom(56);
			const promised: string[] = [];
			for (let life = 1; life <= CRASHES; life++) {
				const ann = start();
				await connected([ann, bob]);
				const talking = Array.from({length: TALKERS}, (_, talker) => talk(ann, `life ${life}, talker ${talker + 1}`));
				// On a busy machine the first may take longer than all of the rest.
				await ann.waitFor('reply', ({ok}) => ok);
				await delay(random.float() * LONGEST_LIFE);
				ann.kill('SIGKILL');
				await Promise.all([ann.exited, ...talking]);
				promised.push(...acknowledged(ann));
			}
			const ann = start();
			await connected([ann, bob]);
			const events = await untilSame([ann, bob]);
			const held = new Set(events.map(({messageId}) => messageId));
			expect(promised.length).toBeGreaterThanOrEqual(CRASHES);
			expect(promised.filter(id => !held.has(id))).toEqual([]);
			expect(new Set(events.map(numberOf)).size).toBe(events.length);
			expectNothingTwice(bob, ann);
		}));

	test('row 57: on a full disk nothing is acknowledged, others are heard, and all is well once there is space', ({
		lab,
		folder,
	}) =>
		inTurn(async () => {
			const [annHost, bobHost] = await lab.hosts(lab.bridge(), 'ann', 'bob');
			const directory = join(folder, 'ann');
			const ann = annHost!.start('ann', {directory, disk: SMALL_DISK});
			const bob = bobHost!.start();
			await meet(ann, bob);
			const ballast = `/proc/${ann.pid}/root${directory}/ballast`;
			expect(() => writeFileSync(ballast, Buffer.alloc(SMALL_DISK))).toThrow('ENOSPC');

			const refused = `refused ${LONG_TEXT}`;
			let code: string | undefined;
			for (let count = 0; count < MANY && code === undefined; count++) {
				const reply = await ann.ask({command: 'publish', room: 'lobby', text: refused});
				if (!reply.ok) ({code} = reply.error);
			}
			expect(code).toBe('storage');
			expect(await ann.waitFor('storage')).toMatchObject({state: 'failed', code: 'disk-full'});
			const missed = await bob.publish('while the disk was full');
			await ann.hears('while the disk was full');

			rmSync(ballast);
			await ann.waitFor('storage', ({state}) => state === 'ok');
			await bob.waitFor('message-state', ({messageId, storedBy}) => messageId === missed && storedBy === 2);
			await say(ann, bob);
			const events = await untilSame([ann, bob]);
			const sent = acknowledged(ann);
			const own = events.filter(({text}) => text === refused);
			expect(own.map(({messageId}) => messageId)).toEqual(sent.filter(id => own.some(event => event.messageId === id)));
			expect(new Set(events.map(numberOf)).size).toBe(events.length);
			expectNothingTwice(ann, bob);
		}));

	// The clock of a machine that is busy with other things proves nothing against us: then it may try once more.
	test('on a slow line, while a history is taken over, pings and chat get through', {retry: 1}, ({lab, folder}) =>
		inTurn(async () => {
			const hosts = await lab.hosts(lab.bridge(), 'ann', 'bob');
			const start = () => hosts[0]!.start('ann', {directory: folder});
			const before = start();
			for (let count = 0; count < OLD_MESSAGES; count += AT_ONCE) {
				const texts = Array.from({length: AT_ONCE}, (_, index) => `${count + index} ${OLD_TEXT}`);
				await Promise.all(texts.map(text => before.publish(text)));
			}
			// What is new would be offered by the router, too.
			await before.result({command: 'shutdown'});
			await before.exited;
			const ann = start();
			await ann.ready;
			for (const host of hosts) host.limit(SLOW_LINE);
			const bob = hosts[1]!.start();
			// After the newest screenful, in the midst of the rest.
			await bob.waitFor('history-progress', ({received}) => received > OLD_MESSAGES / 4, {timeout: 30_000});
			const begun = performance.now();
			const [{rtts}, heard] = await Promise.all([
				bob.result({command: 'ping', peer: await ann.peerId()}),
				ann.publish('hello, bob').then(async () => {
					await bob.hears('hello, bob');
					return performance.now() - begun;
				}),
			]);
			report('History on a slow line: heard after, and a ping', heard, ...rtts);
			expect(bob.all('history-progress').some(({done}) => done)).toBe(false);
			expect(Math.max(heard, ...rtts)).toBeLessThan(HEARTBEAT_INTERVAL);
			await bob.waitFor('history-progress', ({done}) => done, {timeout: 40_000});
			report('History on a slow line: taken over after', performance.now() - begun);
			expect((await exported(bob)).length).toBeGreaterThan(OLD_MESSAGES);
			await untilSame([ann, bob]);
			expect([...ann.all('peer-disconnected'), ...bob.all('peer-disconnected')]).toEqual([]);
			expectNothingTwice(ann, bob);
		}),
	);
});
