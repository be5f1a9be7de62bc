/** Bytes per second, with their recent history, and how messages spread. */
import type {EventOf} from '../../api/event.ts';
import type {Draft} from '../draft.ts';
import {peersTraffic} from '../pages/network.ts';
import {MAX_SAMPLES} from '../state.ts';

export function traffic(draft: Draft, event: EventOf<'traffic'>): void {
	const {in: received, out: sent} = draft.state.traffic;
	peersTraffic(draft, event);
	draft.set({
		pubsub: event.pubsub ?? draft.state.pubsub,
		traffic: {
			in: [...received.slice(1 - MAX_SAMPLES), event.bytesInPerSecond],
			out: [...sent.slice(1 - MAX_SAMPLES), event.bytesOutPerSecond],
		},
	});
}
