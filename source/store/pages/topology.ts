/** The topology page: who is connected to whom, and how it is looked at; and whom we cannot reach. */
import type {EventOf, Results} from '../../api/event.ts';
import type {Topology, Unreachable} from '../../api/topology.ts';
import type {Stage} from '../act/stage.ts';
import type {Draft} from '../draft.ts';

export type TopologyPage = {
	/** Undefined until the core has answered. */
	readonly topology: Topology | undefined;
	/** As told last by the event `partition`: empty when all is well. */
	readonly unreachable: readonly Unreachable[];
	readonly shows: 'graph' | 'table';
};

export type TopologyDeed = {readonly page: 'topology'; readonly deed: 'toggle-table'};

export const EMPTY_TOPOLOGY: TopologyPage = {topology: undefined, unreachable: [], shows: 'graph'};

export function topologyCame(draft: Draft, topology: Results['topology']): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, topology: {...pages.topology, topology}}});
}

export function partitionTold(draft: Draft, {unreachable}: EventOf<'partition'>): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, topology: {...pages.topology, unreachable}}});
}

export function doOnTopology(stage: Stage, _deed: TopologyDeed): void {
	const {pages} = stage.state;
	const shows = pages.topology.shows === 'graph' ? 'table' : 'graph';
	stage.draft.set({pages: {...pages, topology: {...pages.topology, shows}}});
}
