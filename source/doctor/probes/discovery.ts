/** Announcements sent and heard, and who is met. */

import {randomBytes} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import type {NetworkInterface} from '../../net/interfaces.ts';
import {DOCTOR_MARK} from '../../wire/announcement.ts';
import {identityFromSeed} from '../../wire/identity.ts';
import {type DiscoveryFacts, isUnanswered, type PeerFacts} from '../facts.ts';
import {probeHolders} from './holders.ts';
import {Listening} from './listening.ts';
import {Meeting} from './meeting.ts';
import {probeNeighbours} from './neighbours.ts';
import {guestsOn, outwardPorts} from './proc-net.ts';
import type {System} from './system.ts';

/**
 * Milliseconds. Nodes announce themselves every three to five seconds, and answer a question at once: so if nobody has
 * answered yet, it is worth waiting for what comes unasked.
 */
const PATIENCE = 4_600;
/** By then all dials are over. */
const DEADLINE = 5_400;
/** Others than the first may be a little later. */
const COMPANY = 1_200;
/** An answer may be lost, as anything over UDP. */
const ASK_AT = [0, 400, 1_500];
const STEP = 50;

/** Of chance, behind the mark of doctors: with the number of the way they are the 16 of an instance id. */
const MARK_BYTES = 9;
const SEED_BYTES = 32;

export type DiscoveryOptions = {
	readonly port: number;
	readonly interfaces: readonly NetworkInterface[];
	readonly isRestricted: boolean;
};

export async function probeDiscovery(options: DiscoveryOptions, system: System): Promise<DiscoveryFacts> {
	const begun = performance.now();
	const {port, interfaces} = options;
	const identity = identityFromSeed(randomBytes(SEED_BYTES));
	const meeting = new Meeting({...options, identity, deadline: begun + DEADLINE});
	const listening = await Listening.open({
		...{port, interfaces, self: identity.peerId, mark: DOCTOR_MARK + randomBytes(MARK_BYTES).toString('hex')},
		tcpPorts: await meeting.listen(),
		onHeard: (...heard) => meeting.heard(...heard),
	});
	const holders = probeHolders(port, process.pid, system);
	const isAlone = interfaces.every(({internal}) => internal);
	const listened = await listen(listening, meeting, begun, isAlone ? COMPANY : PATIENCE);
	await listening.announce({leaving: true});
	const {ways, failures} = listening;
	await meeting.settle();
	const peers = await withSystem(meeting, system);
	await meeting.close();
	await listening.close();
	return {
		...{port, listening: {...failures}, holders: await holders, ways},
		...{peers, here: meeting.here, portsHere: await outward(meeting.portsHere, system), listened},
	};
}

/** What the system knows besides: who has answered on the link, and who is connected to a p2p-tui that runs here. */
async function withSystem(meeting: Meeting, system: System): Promise<PeerFacts[]> {
	const {peers, portsHere} = meeting;
	if (system.platform !== 'linux') return peers;
	const inDoubt = peers.filter(isInDoubt).flatMap(({peer}) => meeting.hostsOf(peer));
	const [answered, tcp] = await Promise.all([
		inDoubt.length > 0 ? probeNeighbours(inDoubt, system) : undefined,
		system.read('/proc/net/tcp'),
	]);
	const guests = guestsOn(tcp ?? '', portsHere);
	return peers.map(peer => {
		// A firewall may keep out neighbour discovery, which is IPv6, and cannot keep out ARP.
		const hosts = meeting.hostsOf(peer.peer);
		const isOnLink = isInDoubt(peer) ? answered && hosts.some(host => answered.has(host)) : undefined;
		const reachedUs = peer.reachedUs || hosts.some(host => guests.includes(host));
		return {...peer, reachedUs, ...(isOnLink !== undefined && {isOnLink})};
	});
}

/** Heard close by, and silent: only then does it matter whether anything for one machine alone gets through. */
function isInDoubt({dial, answered, reachedUs, isDoctor, interface: name}: PeerFacts): boolean {
	return isUnanswered(dial) && !answered && !reachedUs && !isDoctor && name !== undefined;
}

/** Without those on which only this machine is listened to, where that is known. */
async function outward(ports: readonly number[], system: System): Promise<number[]> {
	const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(path => system.read(path)));
	const known = tables.flatMap(table => (table === undefined ? [] : [outwardPorts(table)]));
	return ports.filter(port => known.length === 0 || known.some(list => list.includes(port)));
}

/** Milliseconds for which it listened. */
async function listen(listening: Listening, meeting: Meeting, begun: number, patience: number): Promise<number> {
	const due = [...ASK_AT];
	while (true) {
		const passed = performance.now() - begun;
		if (due[0] !== undefined && passed >= due[0]) {
			void listening.announce({leaving: false});
			due.shift();
		}
		// What has not come back by then will not.
		const isHeard = listening.isWhole || passed >= 2 * COMPANY;
		if (
			(passed >= COMPANY && isHeard && meeting.isSettled) ||
			(passed >= patience && !meeting.hasHeard) ||
			passed >= DEADLINE
		)
			return passed;
		if (passed >= patience && meeting.isSettled) return passed;
		await sleep(STEP);
	}
}
