/** Whether one host can make a node deaf to all others: by inventing peers, whatever it claims of them. */
import {expect, test} from 'vitest';
import type {Results} from '../../source/api/event.ts';
import {MAX_FOREIGN, MAX_SIGHTING_LIFETIME} from '../../source/swarm/sightings.ts';
import {HANDSHAKE_TIMEOUT} from '../../source/wire/limits.ts';
import {BOB} from '../behaviours/fixtures.ts';
import {strangers} from './fixtures.ts';
import {ofType, type Rig, type Seen, startChat} from './rig.ts';

/** Peers that an attacker invents: more than any table holds. */
const INVENTED = strangers(1_100);

/** Milliseconds between two of them: as fast as news are taken. */
const PAUSE = 8;

/** Seconds in which an honest newcomer announces itself again. */
const MINUTE = 60_000;

const asking = {instance: 'cd'.repeat(16), port4: 4001, port6: 4001, wantsAnswer: true, leaving: false};

function announce(rig: Rig, peer: string, host: string, scope?: string): Seen[] {
	const family = host.includes(':') ? 6 : 4;
	const where = {host, port: 50_000, family, ...(scope === undefined ? {} : {scope})} as const;
	return rig.input({type: 'announcement', announcement: {...asking, peer}, ...where});
}

const mdns = (speaks: 'p2p-tui' | 'libp2p', source?: string) => (rig: Rig, peer: string, index: number) =>
	rig.input({
		type: 'mdns',
		peer,
		addresses: [`/ip4/10.${index >> 8}.${index & 255}.9/tcp/4001`],
		speaks,
		ttl: 4_500,
		...(source === undefined ? {} : {source}),
	});

/** Runs the swarm with dials that hang until their time is over. */
class Hanging {
	readonly rig: Rig;
	readonly dialled = new Set<string>();
	readonly #pending: {readonly dial: number; readonly until: number}[] = [];

	constructor() {
		this.rig = startChat({discovery: true});
		this.rig.now = 10_000;
	}

	note(effects: readonly Seen[]): readonly Seen[] {
		for (const {dial, expected} of ofType(effects, 'dial')) {
			this.dialled.add(expected ?? '');
			this.#pending.push({dial, until: this.rig.now + HANDSHAKE_TIMEOUT});
		}
		return effects;
	}

	wait(milliseconds: number): void {
		const end = this.rig.now + milliseconds;
		while (this.rig.now < end) {
			this.rig.now = Math.min(end, this.rig.now + 50);
			while ((this.#pending[0]?.until ?? end + 1) <= this.rig.now) {
				const {dial} = this.#pending.shift() as {dial: number};
				this.note(this.rig.input({type: 'dial-failed', dial, code: 'timeout', message: 'no answer'}));
			}
			this.note(this.rig.timer('dial'));
		}
	}
}

function listed(rig: Rig): readonly string[] {
	const [reply] = rig.command({command: 'peers', id: '1'});
	if (reply?.type !== 'emit' || reply.event.type !== 'reply' || !reply.event.ok) throw new Error('no reply');
	return (reply.event.result as Results['peers']).peers.map(({id}) => id);
}

const isListed = (rig: Rig, peer: string) => listed(rig).includes(peer);

type Flood = (rig: Rig, peer: string, index: number) => Seen[];

const FLOODS: readonly (readonly [string, Flood])[] = [
	['by multicast DNS, each on another host', mdns('p2p-tui', '192.168.1.66')],
	['by multicast DNS that is read from a link-local address', mdns('p2p-tui', 'fe80::66%eth0')],
	['by multicast DNS, for peers that speak libp2p only', mdns('libp2p', '192.168.1.66')],
	[
		'by announcements from ever other link-local addresses',
		(rig, peer, index) => announce(rig, peer, `fe80::${(index + 1).toString(16)}`, 'eth0'),
	],
	[
		'by announcements from ever other addresses of its /64',
		(rig, peer, index) => announce(rig, peer, `2001:db8::${(index + 1).toString(16)}`),
	],
];

test.each(FLOODS)('row 15: one host that invents 1,100 peers %s keeps nobody out', (_, invent) => {
	const run = new Hanging();
	for (const [index, peer] of INVENTED.entries()) {
		run.rig.now += PAUSE;
		run.note(invent(run.rig, peer, index));
	}
	// At the first announcement, with the flood just over: listed and answered.
	const effects = run.note(announce(run.rig, BOB, '192.168.1.7'));
	expect([ofType(effects, 'answer').length, isListed(run.rig, BOB)]).toEqual([1, true]);
	// Dialled as soon as a dial that hangs gives its place back.
	run.wait(HANDSHAKE_TIMEOUT + 500);
	expect(run.dialled.has(BOB)).toBe(true);
});

test('row 15: nor do 1,100 peers that come from 1,100 hosts, for as long as they are repeated', () => {
	const run = new Hanging();
	const repeat = () => {
		for (const [index, peer] of INVENTED.entries()) {
			run.wait(PAUSE);
			run.note(mdns('p2p-tui')(run.rig, peer, index));
			if (index % 400 === 0) answers += ofType(run.note(announce(run.rig, BOB, '192.168.1.7')), 'answer').length;
		}
	};
	let answers = 0;
	let seen = 0;
	const from = run.rig.now;
	while (run.rig.now - from < MINUTE) {
		repeat();
		if (isListed(run.rig, BOB)) seen += 1;
	}
	expect([answers > 10, seen > 0]).toEqual([true, true]);
	run.wait(MINUTE);
	expect(run.dialled.has(BOB)).toBe(true);
});

test('row 15: what multicast DNS tells is held for two minutes at most, however long it is said to be good', () => {
	const {rig} = new Hanging();
	mdns('p2p-tui', '192.168.1.66')(rig, BOB, 1);
	rig.now += MAX_SIGHTING_LIFETIME - 1;
	expect(isListed(rig, BOB)).toBe(true);
	rig.now += 1;
	expect(isListed(rig, BOB)).toBe(false);
});

test('row 15: a crowd that speaks libp2p only takes no place of those who speak as we do', () => {
	const {rig} = new Hanging();
	mdns('p2p-tui')(rig, BOB, 5_000);
	for (const [index, peer] of INVENTED.entries()) mdns('libp2p')(rig, peer, index);
	expect([isListed(rig, BOB), listed(rig).length]).toEqual([true, MAX_FOREIGN + 1]);
});
