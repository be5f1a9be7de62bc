/** The network page and the page of one peer: what was measured last, and how it is looked at. */
import type {EventOf, Results} from '../../api/event.ts';
import type {NetworkReport, PeerMetrics} from '../../api/metrics.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Stage} from '../act/stage.ts';
import {applyEdit, EMPTY_COMPOSER} from '../composer.ts';
import type {Draft} from '../draft.ts';
import {boundaryAt} from '../graphemes.ts';
import type {Edit, ViewName} from '../intent.ts';
import {cleanName} from '../names.ts';
import {SORT_ORDERS, type SortColumn} from './network-sort.ts';

/** Bytes a second of one peer over the last minute, the oldest first. */
export type PeerRates = {readonly in: readonly number[]; readonly out: readonly number[]};

export type NetworkPage = {
	/** Undefined until the core has answered. Every word in it is safe to show. */
	readonly report: NetworkReport | undefined;
	/** Of whoever is connected, by peer id. */
	readonly rates: ReadonlyMap<string, PeerRates>;
	readonly sort: SortColumn;
	/** The other way round than is usual for that column. */
	readonly isReversed: boolean;
	/** Only peers with these letters somewhere are shown. */
	readonly filter: string;
	/** What is typed goes into the filter. */
	readonly isFiltering: boolean;
	/** The peer whose own page is open last, and from where it was opened. */
	readonly peer: string | undefined;
	/** What was measured of it last, if it has gone while it was looked at. */
	readonly lost: PeerMetrics | undefined;
	readonly from: {readonly view: ViewName; readonly scroll: number};
};

export type NetworkDeed =
	| {readonly page: 'network'; readonly deed: 'peer'; readonly peer: string}
	/** To the next column, or the one before. */
	| {readonly page: 'network'; readonly deed: 'sort'; readonly step: 1 | -1}
	| {readonly page: 'network'; readonly deed: 'reverse' | 'filter' | 'filter-keep' | 'filter-clear'};

export const EMPTY_NETWORK: NetworkPage = {
	report: undefined,
	rates: new Map(),
	sort: 'name',
	isReversed: false,
	filter: '',
	isFiltering: false,
	peer: undefined,
	lost: undefined,
	from: {view: 'network', scroll: 0},
};

/** Peers that are looked at, and rates that are kept of each: bounds of this screen, whatever the core says. */
const MAX_PEERS = 1_000;
const MAX_SAMPLES = 60;
/** UTF-16 units of the filter. */
const MAX_FILTER = 100;

export function networkCame(draft: Draft, {peers, ...sums}: Results['network']): void {
	const report = {...sums, peers: peers.slice(0, MAX_PEERS).map(cleanMetrics)};
	change(draft, {report, lost: lostOf(draft.state.pages.network, report)});
}

function lostOf({report: before, peer, lost}: NetworkPage, now: NetworkReport): PeerMetrics | undefined {
	const isIt = (each: PeerMetrics) => each.peer === peer;
	return now.peers.some(isIt) ? undefined : (before?.peers.find(isIt) ?? lost);
}

function cleanMetrics(told: PeerMetrics): PeerMetrics {
	const {cipher, agent} = told;
	return {
		...told,
		name: cleanName(told.name, told.peer),
		address: cleanWord(told.address),
		...(cipher === undefined ? {} : {cipher: cleanWord(cipher)}),
		...(agent === undefined ? {} : {agent: cleanWord(agent)}),
		rooms: told.rooms.map(room => sanitizeLine(room)),
		mesh: told.mesh.map(room => sanitizeLine(room)),
	};
}

/** UTF-16 units of an address or of the name of a program: more than any of them needs. */
const MAX_WORD = 160;

function cleanWord(text: string): string {
	const line = sanitizeLine(text);
	return line.length <= MAX_WORD ? line : `${line.slice(0, boundaryAt(line, MAX_WORD))}…`;
}

/** Bytes a second of each peer; those of whoever is not connected any more are forgotten. */
export function peersTraffic(draft: Draft, {peers}: EventOf<'traffic'>): void {
	if (!peers) return;
	const {rates: before} = draft.state.pages.network;
	if (peers.length === 0 && before.size === 0) return;
	const rates = new Map<string, PeerRates>();
	for (const [peer, bytesIn, bytesOut] of peers.slice(0, MAX_PEERS)) {
		const known = before.get(peer);
		rates.set(peer, {in: appended(known?.in, bytesIn), out: appended(known?.out, bytesOut)});
	}
	change(draft, {rates});
}

function appended(samples: readonly number[] = [], sample: number): readonly number[] {
	return [...samples.slice(1 - MAX_SAMPLES), sample];
}

export function doOnNetwork(stage: Stage, deed: NetworkDeed): void {
	const {draft} = stage;
	const {network} = draft.state.pages;
	switch (deed.deed) {
		case 'peer':
			return openPeer(stage, deed.peer);
		case 'sort': {
			const at = SORT_ORDERS.indexOf(network.sort) + deed.step;
			const sort = SORT_ORDERS[(at + SORT_ORDERS.length) % SORT_ORDERS.length] as SortColumn;
			return change(draft, {sort, isReversed: false});
		}
		case 'reverse':
			return change(draft, {isReversed: !network.isReversed});
		case 'filter':
			return change(draft, {isFiltering: true});
		case 'filter-keep':
			return change(draft, {isFiltering: false});
		case 'filter-clear':
			return change(draft, {isFiltering: false, filter: ''});
	}
}

function openPeer(stage: Stage, peer: string): void {
	const {view, viewScroll} = stage.state;
	const from = view === 'peer' || view === 'chat' ? EMPTY_NETWORK.from : {view, scroll: viewScroll};
	change(stage.draft, {peer, from, lost: undefined, isFiltering: false});
	stage.perform({type: 'view', view: 'peer'});
}

/** Esc on the page of one peer: back to where it was chosen, with the mark on it. */
export function leavePeer(stage: Stage): void {
	const {peer, from} = stage.state.pages.network;
	stage.perform({type: 'view', view: from.view});
	stage.draft.set({chosen: peer, viewScroll: from.scroll});
}

/** True while letters go into the filter. */
export function isFiltering({view, pages}: Draft['state']): boolean {
	return view === 'network' && pages.network.isFiltering;
}

/** True while letters that were typed before keep peers from being shown. */
export function keepsFilter({view, pages}: Draft['state']): boolean {
	return view === 'network' && !pages.network.isFiltering && pages.network.filter !== '';
}

/** What is typed while the filter is open: at its end. */
export function editFilter({draft}: Stage, edit: Edit): void {
	const before = draft.state.pages.network.filter;
	const wanted: Edit = edit.edit === 'insert' ? {...edit, text: edit.text.replaceAll(/\s+/g, ' ')} : edit;
	const {text} = applyEdit({...EMPTY_COMPOSER, text: before, cursor: before.length}, wanted);
	const filter = text.slice(0, boundaryAt(text, Math.min(text.length, MAX_FILTER)));
	if (filter === before) return;
	change(draft, {filter});
	draft.set({viewScroll: 0});
}

function change(draft: Draft, changed: Partial<NetworkPage>): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, network: {...pages.network, ...changed}}});
}
