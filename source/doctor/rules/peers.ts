/** Whether those who are heard can be reached, and whether their clocks agree. */
import type {Finding} from '../../api/doctor.ts';
import {type Facts, isUnanswered, type PeerFacts} from '../facts.ts';
import {blocksOf} from '../firewall/judge.ts';
import {otherCommand} from '../words.ts';
import {hasOpenDoor} from './doors.ts';
import {about, count, fix, lansOf, listed, type Rule} from './rule.ts';

export const peerRules: readonly Rule[] = [connections, clocks];

function connections(facts: Facts): Finding[] {
	const {peers} = facts.discovery;
	const find = about('peers', 'connections to those who were heard');
	const tried = peers.filter(({dial}) => dial !== undefined);
	if (tried.length === 0) return [find('connect', 'skipped', 'nobody was heard who could be dialled')];
	const isDone = ({dial}: PeerFacts) => dial?.result === 'connected';
	const [done, failed] = [tried.filter(isDone), tried.filter(peer => !isDone(peer))];
	const guests = peers.filter(({reachedUs}) => reachedUs).length;
	const back = guests > 0 ? `; ${guests} of them connected to this machine` : '';
	const ok = done.length === 0 ? [] : [find('connect', 'ok', `${done.length} of ${tried.length} work${back}`)];
	return [...ok, ...failures(facts, failed, done.length > 0)];
}

/** The kinds in which connections fail, each told once. */
function failures(facts: Facts, failed: readonly PeerFacts[], doOthersWork: boolean): Finding[] {
	const kinds = new Map<string, PeerFacts[]>();
	const isOpen = hasOpenDoor(facts);
	for (const peer of failed) {
		const kind = kindOf(peer, isOpen);
		kinds.set(kind, [...(kinds.get(kind) ?? []), peer]);
	}
	return [...kinds].map(([kind, peers]) => failure(facts, kind, peers, doOthersWork));
}

function kindOf(peer: PeerFacts, isOpen: boolean): string {
	const {dial, answered, reachedUs, isDoctor, isOnLink} = peer;
	if (!isUnanswered(dial)) return dial?.result === 'failed' && dial.code === 'refused' ? 'refused' : 'failed';
	// Who answers has heard where we are, and what it cannot do to the doctor it can do to the p2p-tui here.
	if (reachedUs || (answered && isOpen)) return 'one-way';
	if (peer.interface === undefined) return 'other-subnet';
	// Something for us alone came through: the network does not keep us apart. A doctor sends nothing of the kind.
	if (answered || isDoctor || isOnLink) return 'peer-firewall';
	// Where the system does not say who answers on the link, either may be it.
	return isOnLink === undefined ? 'silent' : 'isolated';
}

function failure(facts: Facts, kind: string, peers: readonly PeerFacts[], doOthersWork: boolean): Finding {
	const find = about('peers', 'connections to those who were heard');
	const hosts = listed(peers.map(({host}) => host));
	const what = `${count(peers.length, 'peer')} (${hosts})`;
	const grave = doOthersWork ? 'warning' : 'problem';
	switch (kind) {
		case 'refused':
			return find(
				'peer-refused',
				'warning',
				`${what} refused: it has just ended, or a firewall there says no`,
				there(facts),
			);
		case 'failed':
			return find('peer-failed', 'warning', `${what} did not complete the handshake: ${reasonOf(peers[0]!)}`);
		case 'one-way':
			return find(
				'peer-one-way',
				'note',
				`${what} can connect to us, and we cannot connect there: a firewall there. One way is enough`,
				there(facts),
			);
		case 'other-subnet':
			return find('other-subnet', grave, `${what} heard from another subnet: ${ownAddresses(facts)}`, sameSubnet());
		case 'peer-firewall':
			return find(
				'peer-firewall',
				grave,
				`${what} is heard and takes no connection: a firewall there drops TCP`,
				there(facts),
			);
		default:
			return isOurOwnFault(facts)
				? find('peer-silent', 'note', `${what} cannot be connected to: see the firewall`)
				: find(
						kind === 'silent' ? 'peer-silent' : 'client-isolation',
						grave,
						`${what} heard, but ${apartWords(kind)}`,
						isolation(facts),
					);
	}
}

function apartWords(kind: string): string {
	return kind === 'silent'
		? 'no connection gets there: a firewall there drops TCP, or the network keeps its clients apart (client isolation)'
		: 'nothing that is meant for one machine alone gets through: the network seems to keep its clients apart (client isolation)';
}

function ownAddresses(facts: Facts): string {
	const own = lansOf(facts).flatMap(({name, addresses}) =>
		addresses.filter(({family}) => family === 4).map(({address}) => `${address} (${name})`),
	);
	return own.length === 0 ? 'this machine has no IPv4 address' : `this machine has ${listed(own)}, and no way there`;
}

function sameSubnet() {
	return fix(
		'On one wire, but one of the two has an address that does not fit: let both get theirs from the same router (DHCP), or give one of them an address in the range of the other by hand.',
	);
}

function reasonOf({dial}: PeerFacts): string {
	return dial?.result === 'failed' ? dial.message : '';
}

function isOurOwnFault(facts: Facts): boolean {
	return blocksOf(facts, lansOf(facts)).some(({traffic}) => traffic === 'answers' || traffic === 'connections-out');
}

function there(facts: Facts) {
	return fix('Run this on that machine, and do what it says:', otherCommand(facts, 'doctor'));
}

function isolation(facts: Facts) {
	return fix(
		'Switch off “client isolation” (also: AP isolation, wireless isolation, guest mode) in the settings of the access point, or leave the guest network; a cable or the hotspot of a telephone helps at once. If that is not it, a firewall on the other machine drops everything: run this there.',
		otherCommand(facts, 'doctor'),
	);
}

/** Milliseconds by which clocks may differ before somebody would notice it in a chat. */
const MUCH = 60_000;
/** No clock that is right shows an earlier time than this program was written: 2026-01-01. */
const EARLIEST = Date.UTC(2026, 0, 1);

function clocks(facts: Facts): Finding[] {
	const find = about('clock', 'the clock of this machine');
	const setting = fix('Have it set by the network:', setClock(facts));
	if (facts.now < EARLIEST) {
		const date = new Date(facts.now).toISOString().slice(0, 10);
		return [find('clock-wrong', 'warning', `it says ${date}, which cannot be`, setting)];
	}
	const offsets = facts.discovery.peers.flatMap(({dial}) =>
		dial?.result === 'connected' && dial.clock !== undefined ? [dial.clock] : [],
	);
	if (offsets.length === 0) return [find('clock', 'skipped', 'nobody to compare it with')];
	const middle = [...offsets].sort((one, other) => one - other)[Math.floor(offsets.length / 2)]!;
	const way = middle > 0 ? 'behind' : 'ahead of';
	const found = `${describeTime(Math.abs(middle))} ${way} ${count(offsets.length, 'peer')}`;
	if (Math.abs(middle) < MUCH)
		return [find('clock', 'ok', Math.abs(middle) < 1_000 ? `agrees with ${count(offsets.length, 'peer')}` : found)];
	return [
		find('clock-differs', 'warning', `${found}: times of messages will look wrong; one of these clocks is`, setting),
	];
}

function describeTime(milliseconds: number): string {
	const seconds = milliseconds / 1000;
	if (seconds < 120) return `${seconds.toFixed()} s`;
	return seconds < 7_200 ? `${(seconds / 60).toFixed()} min` : `${(seconds / 3_600).toFixed()} h`;
}

function setClock({platform, isRoot}: Facts): string {
	if (platform === 'darwin') return 'sudo systemsetup -setusingnetworktime on';
	if (platform === 'win32') return 'w32tm /resync';
	return `${isRoot ? '' : 'sudo '}timedatectl set-ntp true`;
}
