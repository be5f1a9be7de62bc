/** Peers that were connected once and of which nothing is heard: all of them are tried, where nothing is announced. */
import {expect, test} from 'vitest';
import {MAX_KEPT_PEERS} from '../../source/swarm/address-book.ts';
import {DEFAULT_LIMITS} from '../../source/swarm/limits.ts';
import {callers, strangers} from './fixtures.ts';
import {introduction, ofType, type Rig, type Seen, startChat} from './rig.ts';

/** Milliseconds within which each is to be dialled once, if the others refuse. */
const IN_TIME = 60_000;

const place = (index: number, port = 4001) => `/ip4/10.0.${index}.7/tcp/${port}`;

/** Every dial is refused at once. Returns the addresses tried. */
function tried(rig: Rig, first: readonly Seen[]): ReadonlySet<string> {
	const addresses = new Set<string>();
	let effects = first;
	for (const end = rig.now + IN_TIME; rig.now < end; rig.now += 100) {
		const dials = ofType(effects, 'dial');
		effects = [];
		for (const {dial, address} of dials) {
			addresses.add(address);
			const more = rig.input({type: 'dial-failed', dial, code: 'refused', message: 'refused'});
			effects = [...effects, ...more];
		}
		effects = [...effects, ...rig.timer('dial')];
	}
	return addresses;
}

test('all that an earlier run knew are tried', () => {
	const rig = startChat();
	const remembered = strangers(MAX_KEPT_PEERS).map((peer, index) => ({peer, addresses: [place(index)]}));
	const effects = rig.input({type: 'start', addresses: ['/ip4/192.168.1.1/tcp/4001'], remembered});
	expect(tried(rig, effects).size).toBe(MAX_KEPT_PEERS);
});

test('all that were lost at once are tried, also those that came to us', () => {
	const rig = startChat();
	const peers = callers(DEFAULT_LIMITS.target);
	for (const [index, peer] of peers.entries()) {
		rig.open(index, peer, {address: place(index, 40_000)});
		rig.message(index, introduction(`${index}`, [place(index)]));
	}
	rig.now = 60_000;
	const effects = peers.flatMap((_, index) => rig.close(index, 'reset'));
	expect(tried(rig, effects).size).toBe(peers.length);
});
