/** The network page and the page of one peer: what was measured last, and how it is looked at. */
import type {EventOf, Results} from '../../api/event.ts';
import type {NetworkReport} from '../../api/metrics.ts';
import type {Stage} from '../act/stage.ts';
import type {Draft} from '../draft.ts';

export type NetworkPage = {
	/** Undefined until the core has answered. */
	readonly report: NetworkReport | undefined;
	/** The peer whose own page is open last. */
	readonly peer: string | undefined;
};

export type NetworkDeed = {readonly page: 'network'; readonly deed: 'peer'; readonly peer: string};

export const EMPTY_NETWORK: NetworkPage = {report: undefined, peer: undefined};

export function networkCame(draft: Draft, report: Results['network']): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, network: {...pages.network, report}}});
}

/** Bytes a second of each peer. */
export function peersTraffic(_draft: Draft, _event: EventOf<'traffic'>): void {}

export function doOnNetwork(stage: Stage, {peer}: NetworkDeed): void {
	const {pages} = stage.state;
	stage.draft.set({pages: {...pages, network: {...pages.network, peer}}});
	stage.perform({type: 'view', view: 'peer'});
}
