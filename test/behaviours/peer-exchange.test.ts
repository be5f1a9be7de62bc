import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import type {BehaviourInput, BehaviourOutput, PeerFacts} from '../../source/behaviours/behaviour.ts';
import {
	EXCHANGE_INTERVAL,
	MAX_LISTENERS,
	PeerExchange,
	REPEAT_INTERVAL,
} from '../../source/behaviours/peer-exchange.ts';
import {MAX_PEER_HINTS} from '../../source/wire/limits.ts';
import type {PeerId} from '../../source/wire/peer-id.ts';
import {ANN, addressOf, BOB, CAT, DAN, disconnected, FakeView, received, send, timer} from './fixtures.ts';

/** Everyone who is connected is where his place in the list says; nobody of this machine is told elsewhere. */
class PlacesView extends FakeView {
	readonly #places: readonly PeerId[];
	readonly hidden = new Set<PeerId>();

	constructor(peers: readonly PeerId[]) {
		super(ANN, Object.fromEntries(peers.map(peer => [peer, {} as Partial<PeerFacts>])));
		this.#places = peers;
	}

	override addressesFor(peer?: PeerId): readonly string[] {
		return peer === undefined || this.hidden.has(peer) ? [] : [placeOf(this.#places, peer)];
	}
}

const placeOf = (peers: readonly PeerId[], peer: PeerId) => addressOf(10 + peers.indexOf(peer));

function start(peers: readonly PeerId[] = [BOB, CAT, DAN]) {
	const view = new PlacesView(peers);
	const exchange = new PeerExchange({view, random: seededRandom(1)});
	const handle = (input: BehaviourInput, now = 0) => exchange.handle(input, now);
	const tell = (event: NodeEvent, now = 0) => handle({type: 'event', event}, now);
	const round = (now = EXCHANGE_INTERVAL) => handle(timer('round'), now);
	const hint = (peer: PeerId) => ({peer, addresses: [placeOf(peers, peer)]});
	tell({type: 'room-joined', room: 'lobby', members: [{peer: ANN, name: 'ann'}]});
	return {view, handle, tell, round, hint};
}

const joined = (peer: PeerId, room = 'lobby'): NodeEvent => ({type: 'member-joined', room, peer, name: 'x'});
const left = (peer: PeerId, room = 'lobby'): NodeEvent => ({type: 'member-left', room, peer});
const scheduled = [{type: 'schedule', timer: 'round', at: EXCHANGE_INTERVAL}];

/** Who is told of whom. */
function told(outputs: readonly BehaviourOutput[]): Record<PeerId, PeerId[]> {
	return Object.fromEntries(
		outputs.flatMap(output =>
			output.type === 'send' && output.message.type === 'peers'
				? [[output.peers[0] as PeerId, output.message.peers.map(({peer}) => peer)]]
				: [],
		),
	);
}

describe('members of a room', () => {
	test('are told of each other when one joins, a while later and once', () => {
		const {tell, round, hint} = start();
		expect([tell(joined(BOB)), tell(joined(CAT))]).toEqual([scheduled, []]);
		expect(round()).toEqual([
			send([BOB], {type: 'peers', peers: [hint(CAT)]}),
			send([CAT], {type: 'peers', peers: [hint(BOB)]}),
		]);
		expect(round()).toEqual([]);
	});

	test('are told of each other when we join theirs', () => {
		const {tell, round} = start();
		const members = [ANN, BOB, CAT].map(peer => ({peer, name: 'x'}));
		expect(tell({type: 'room-joined', room: 'dev', members})).toEqual(scheduled);
		expect(told(round())).toEqual({[BOB]: [CAT], [CAT]: [BOB]});
	});

	test('are not told of those in other rooms', () => {
		const {tell, round} = start();
		tell({type: 'room-joined', room: 'dev', members: []});
		for (const event of [joined(BOB), joined(CAT, 'dev'), joined(DAN), joined(DAN, 'dev')]) tell(event);
		expect(told(round())).toEqual({[BOB]: [DAN], [CAT]: [DAN], [DAN]: expect.arrayContaining([BOB, CAT])});
	});

	test('are not told of those who have left or are gone, nor of those whose address would mean nothing to them', () => {
		const {view, handle, tell, round} = start();
		for (const peer of [BOB, CAT, DAN]) tell(joined(peer));
		tell(left(CAT));
		handle(disconnected(CAT));
		view.hidden.add(DAN);
		expect(told(round())).toEqual({[DAN]: [BOB]});
	});

	test('are told of the same peer again only after a long while', () => {
		const {tell, round} = start();
		const rejoin = (now: number) => {
			for (const event of [joined(BOB), left(CAT), joined(CAT)]) tell(event, now);
			return told(round(now));
		};
		const both = {[BOB]: [CAT], [CAT]: [BOB]};
		expect([rejoin(1_000), rejoin(REPEAT_INTERVAL), rejoin(1_000 + REPEAT_INTERVAL)]).toEqual([both, {}, both]);
	});

	test('in a crowd: a newcomer is told of some by chance, and a bounded number is told of it', () => {
		const crowd = Array.from({length: 60}, (_, index) => `member ${index}`);
		const {tell, round} = start([BOB, ...crowd]);
		for (const peer of crowd) tell(joined(peer));
		round();
		tell(joined(BOB), 2_000);
		const now = told(round(3_000));
		const listeners = Object.keys(now).filter(peer => peer !== BOB);
		expect([now[BOB]?.length, listeners.length]).toEqual([MAX_PEER_HINTS, MAX_LISTENERS]);
		expect(now[BOB]).not.toEqual(crowd.slice(0, MAX_PEER_HINTS));
	});
});

describe('what we are told', () => {
	test('is handed to the swarm, without ourselves and those who are here', () => {
		const {handle} = start([BOB, CAT]);
		const peers = [ANN, CAT, DAN].map(peer => ({peer, addresses: [addressOf(4)]}));
		expect(handle(received(BOB, {type: 'peers', peers: [...peers, {peer: 'nowhere', addresses: []}]}))).toEqual([
			{type: 'found', peer: DAN, addresses: [addressOf(4)], from: BOB},
		]);
	});
});
