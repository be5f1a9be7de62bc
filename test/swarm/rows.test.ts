/** What a flood may do in the course of time, and when it only repeats and varies what is known. */
import {expect, test} from 'vitest';
import type {Results} from '../../source/api/event.ts';
import {MAX_SIGHTINGS, NEWS_IN_ALL, NEWS_PER_SOURCE} from '../../source/swarm/sightings.ts';
import {strangers} from './fixtures.ts';
import {ofType, type Rig, type Seen, startChat} from './rig.ts';

const hostOf = (index: number) => `198.51.${index >> 8}.${index & 255}`;
const discovered = (effects: readonly Seen[]) =>
	ofType(effects, 'emit').filter(({event}) => event.type === 'peer-discovered').length;

function listed(rig: Rig): number {
	const [reply] = rig.command({command: 'peers', id: '1'});
	if (reply?.type !== 'emit' || reply.event.type !== 'reply' || !reply.event.ok) throw new Error('no reply');
	return (reply.event.result as Results['peers']).peers.length;
}

/** An announcement of another start of the program each time. */
function restarted(rig: Rig, peer: string, start: number, host: string): number {
	const instance = start.toString(16).padStart(32, '0');
	const announcement = {peer, instance, port4: 4001, port6: undefined, wantsAnswer: false, leaving: false};
	return discovered(rig.input({type: 'announcement', announcement, host, port: 50_000, family: 4}));
}

test('row 15: a hundred invented peers a second, from everywhere and for a minute, fill the table and no more', () => {
	const rig = startChat();
	let most = 0;
	for (const [index, peer] of strangers(6_000).entries()) {
		rig.now = index * 10;
		rig.announcement(peer, hostOf(index));
		if (index % 100 === 0) most = Math.max(most, listed(rig));
	}
	expect([most > MAX_SIGHTINGS / 2, most <= MAX_SIGHTINGS]).toEqual([true, true]);
	expect(rig.swarm.counters.get('discovery-flood')).toBeGreaterThan(0);
});

test.each([
	['at one place', () => '192.0.2.66', 50, NEWS_PER_SOURCE.burst],
	['everywhere', hostOf, 1_000, NEWS_IN_ALL.burst],
])('row 18: known peers %s that start anew again and again are told of at a rate', (_, from, peers, most) => {
	const rig = startChat();
	const known = strangers(peers);
	let told = 0;
	for (let start = 0; start < 4; start++) {
		for (const [index, peer] of known.entries()) told += restarted(rig, peer, start, from(index));
	}
	expect(told).toBe(most);
});
