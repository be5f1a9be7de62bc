/** Metrics for machines, for whoever asked for them: the rest is loaded only then. */
import type {CoreConfig} from '../api/core.ts';
import {describeError} from '../base/errors.ts';
import type {Measured} from './prometheus.ts';

export type Metrics = {close(): Promise<void>};

const NONE: Metrics = {close: async () => {}};

/** A place that cannot be listened at is no reason not to chat: then `warn` is told, and there are no metrics. */
export async function openMetrics(
	{metrics: place}: CoreConfig,
	measure: () => Measured,
	warn: (message: string) => void,
): Promise<Metrics> {
	if (place === undefined) return NONE;
	try {
		const {openMetricsServer} = await import('./metrics-server.ts');
		return await openMetricsServer(place, async () => {
			const {renderMetrics, CONTENT_TYPE} = await import('./prometheus.ts');
			return {type: CONTENT_TYPE, text: await renderMetrics(measure())};
		});
	} catch (error) {
		const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
		const why = isTaken ? 'the port is taken; choose another with --metrics' : describeError(error);
		warn(`No metrics at ${place}: ${why}`);
		return NONE;
	}
}
