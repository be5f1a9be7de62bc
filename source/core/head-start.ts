/** A core that starts before there is anybody to listen: what it says meanwhile is kept. */
import type {Core, CoreConfig, CoreListener, CoreState, StartCore} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';

export type HeadStart = {
	/** Takes the started core over. To be called once, with the same configuration. */
	readonly startCore: StartCore;
	/** For when it comes to nothing. */
	stop(): Promise<void>;
};

/**
 * Starts the core now, so that it opens its sockets in its own thread while this one loads the screen.
 */
export function headStart(config: CoreConfig, startCore: StartCore): HeadStart {
	const kept: ((listener: CoreListener) => void)[] = [];
	let listener: CoreListener | undefined;
	const tell = (news: (listener: CoreListener) => void) => {
		if (listener) news(listener);
		else kept.push(news);
	};
	const core: Core = startCore(config, {
		events: (events: readonly NodeEvent[]) => tell(({events: hear}) => hear(events)),
		state: (state: CoreState) => tell(({state: hear}) => hear(state)),
	});
	const takeOver: StartCore = (_config, taker) => {
		// Not at once: whoever takes it over has not got it yet.
		queueMicrotask(() => {
			listener = taker;
			for (const news of kept.splice(0)) news(taker);
		});
		return core;
	};
	return {startCore: takeOver, stop: () => core.stop()};
}
