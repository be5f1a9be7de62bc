/** Whom a command means: by name, by name and tag, or by peer id. */
import {TAG_MARK, tagOf} from '../store/names.ts';
import type {SlashPeer} from './slash-types.ts';

/** How every peer id begins, and nobody's name is likely to. */
const PEER_ID = /^12D3KooW\w+$/;

/** UTF-16 units of the longest name with its tag, or of a peer id, and more. */
const MAX_NAME = 200;

/** Namesakes that an error lists. */
const MAX_NAMED = 4;

export type Found = {readonly peer: string; readonly rest: string} | {readonly message: string};

/** The person that is all of `argument`. */
export function personNamed(argument: string, peers: readonly SlashPeer[]): Found {
	return found(argument, '', matching(argument, peers));
}

/** The person at the start of `argument`, whose name may have spaces, and what follows. The longest name wins. */
export function personFirst(argument: string, peers: readonly SlashPeer[]): Found {
	const furthest = argument.length <= MAX_NAME ? argument.length : argument.lastIndexOf(' ', MAX_NAME);
	for (let end = furthest; end > 0; end = argument.lastIndexOf(' ', end - 1)) {
		const name = argument.slice(0, end).trimEnd();
		const people = matching(name, peers);
		if (people.length > 0 || PEER_ID.test(name)) return found(name, argument.slice(end).trim(), people);
	}
	const [word = ''] = argument.split(' ');
	return found(word, argument.slice(word.length).trim(), []);
}

function found(written: string, rest: string, people: readonly SlashPeer[]): Found {
	if (people.length > 1) {
		const tagged = people.slice(0, MAX_NAMED).map(tagOfPeer).join(', ');
		return {message: `${people.length} peers are called ${written}: say ${tagged}, or a peer id from /peers`};
	}
	// The core may know a peer id that the screen does not.
	if (people.length === 0 && !PEER_ID.test(written))
		return {message: `Nobody here is called ${written}; /peers lists everyone`};
	return {peer: people[0]?.peer ?? written, rest};
}

function matching(written: string, peers: readonly SlashPeer[]): readonly SlashPeer[] {
	const exact = peers.filter(peer => peer.peer === written);
	const name = written.replace(/^@/, '').toLowerCase();
	return exact.length > 0 ? exact : peers.filter(peer => isCalled(peer, name));
}

/** By the name alone, or by the name with the tag that tells namesakes apart, as it is shown. */
function isCalled(peer: SlashPeer, name: string): boolean {
	return peer.name.toLowerCase() === name || tagOfPeer(peer).toLowerCase() === name;
}

function tagOfPeer({name, peer}: SlashPeer): string {
	return `${name}${TAG_MARK}${tagOf(peer)}`;
}
