/**
 * Pages that show what the core measures. While one is open, the core is asked again every second; what it answers stays
 * until the page is opened the next time.
 */
import type {Command} from '../../api/command.ts';
import type {Results} from '../../api/event.ts';
import type {Stage} from '../act/stage.ts';
import type {Draft} from '../draft.ts';
import {fileAnswered} from '../files/answers.ts';
import type {ViewName} from '../intent.ts';
import {type DoctorPage, EMPTY_DOCTOR} from './doctor.ts';
import {doInLab, EMPTY_LAB, type LabPage, type LabPageDeed} from './lab.ts';
import {doOnNetwork, EMPTY_NETWORK, type NetworkDeed, type NetworkPage, networkCame} from './network.ts';
import {EMPTY_SPREAD, roomSpreadCame, type SpreadPage, spreadCame, traceCame} from './spread.ts';
import {doOnTopology, EMPTY_TOPOLOGY, type TopologyDeed, type TopologyPage, topologyCame} from './topology.ts';
import {contentsToAsk, doOnTransfers, EMPTY_TRANSFERS, type TransfersDeed, type TransfersPage} from './transfers.ts';

export type Pages = {
	readonly network: NetworkPage;
	readonly topology: TopologyPage;
	readonly spread: SpreadPage;
	readonly doctor: DoctorPage;
	readonly lab: LabPage;
	readonly transfers: TransfersPage;
	/** Peers that cannot be reached, of whom the person has put the warning away. */
	readonly putAway: readonly string[];
	/** When the core was asked last for what the open page shows, in Unix milliseconds. */
	readonly askedAt: number;
};

/** What a key does on one of these pages. */
export type PageDeed = NetworkDeed | TopologyDeed | LabPageDeed | TransfersDeed;

export const EMPTY_PAGES: Pages = {
	network: EMPTY_NETWORK,
	topology: EMPTY_TOPOLOGY,
	spread: EMPTY_SPREAD,
	doctor: EMPTY_DOCTOR,
	lab: EMPTY_LAB,
	transfers: EMPTY_TRANSFERS,
	putAway: [],
	askedAt: Number.NEGATIVE_INFINITY,
};

/** Milliseconds between two questions: a little less than between two `traffic` events, which keep time. */
const PAUSE = 900;

/** Of large networks the core makes its picture anew less often, and the way from there to here costs. */
const LONG_PAUSE = 4_900;
const LARGE_NETWORK = 30;

export function doOnPage(stage: Stage, deed: PageDeed): void {
	switch (deed.page) {
		case 'network':
			return doOnNetwork(stage, deed);
		case 'topology':
			return doOnTopology(stage, deed);
		case 'lab':
			return doInLab(stage, deed);
		case 'transfers':
			return doOnTransfers(stage, deed);
	}
}

/** With a page that was just opened: it asks at once, and letters are keys. */
export function pagesOnOpening(pages: Pages): Pages {
	return {
		...pages,
		askedAt: Number.NEGATIVE_INFINITY,
		network: {...pages.network, isFiltering: false},
		transfers: {...pages.transfers, asksCancel: undefined},
	};
}

/** What the core answered, if it is for one of these pages. */
export function pageCame(draft: Draft, command: Command, result: Results[keyof Results]): void {
	switch (command.command) {
		case 'network':
			return networkCame(draft, result as Results['network']);
		case 'topology':
			return topologyCame(draft, result as Results['topology']);
		case 'spread':
			return spreadCame(draft, result as Results['spread']);
		case 'room-spread':
			return roomSpreadCame(draft, result as Results['room-spread']);
		case 'trace':
			return traceCame(draft, result as Results['trace']);
		default:
			return fileAnswered(draft, command, result);
	}
}

/** What the open page needs now, if it is time. */
export function askForPage(draft: Draft, ask: (command: Command) => void): void {
	const {view, pages} = draft.state;
	const commands = questionsOf(draft, view);
	const isLarge = view === 'topology' && (pages.topology.topology?.nodes.length ?? 0) > LARGE_NETWORK;
	if (commands.length === 0 || draft.now - pages.askedAt < (isLarge ? LONG_PAUSE : PAUSE)) return;
	draft.set({pages: {...pages, askedAt: draft.now}});
	for (const command of commands) ask(command);
}

const isConversation = (room: string): boolean => room.startsWith('@');

function questionsOf({state}: Draft, view: ViewName): readonly Command[] {
	switch (view) {
		case 'network':
		case 'peer':
			return [{command: 'network'}];
		case 'topology':
			return [{command: 'topology'}];
		case 'transfers':
			return [{command: 'transfers'}];
		case 'transfer':
			return [{command: 'transfers'}, ...contentsToAsk(state)];
		// What our own node believes, to be held against the truth.
		case 'lab':
			return state.pages.lab.lab ? [{command: 'topology'}] : [];
		case 'details':
			return state.details ? [{command: 'spread', room: state.details.room, messageId: state.details.id}] : [];
		case 'spread':
			// Between two there is nothing to spread.
			return state.active === undefined || isConversation(state.active)
				? []
				: [{command: 'room-spread', room: state.active}];
		default:
			return [];
	}
}
