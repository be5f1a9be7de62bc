/**
 * What one holds of a room, cut into `ranges` messages that everybody takes. Cut by bytes alone, estimated from above: the
 * limits on chains and values of one message are out of reach then.
 */
import {MESSAGE_ID_BYTES} from './limits.ts';
import type {ChainRanges, Ranges} from './messages.ts';

/** Bytes of the chains in one message: what is more urgent need not wait long behind it. */
const MAX_CHAINS_BYTES = 16 * 1024;

/** Bytes of a chain without its spans and forks: key, epoch, digest and what msgpack puts around them. */
const CHAIN_BYTES = 72;

/** Bytes of a span: two integers of any size. */
const SPAN_BYTES = 18;

/** One message at least, also of nothing; the last one is marked. */
export function rangesMessages(room: string, chains: readonly ChainRanges[], wantsAnswer: boolean): Ranges[] {
	const parts: ChainRanges[][] = [[]];
	let bytes = 0;
	for (const chain of chains) {
		const size = CHAIN_BYTES + SPAN_BYTES * chain.spans.length + MESSAGE_ID_BYTES * chain.forks.length;
		if (bytes + size > MAX_CHAINS_BYTES) {
			parts.push([]);
			bytes = 0;
		}
		parts.at(-1)!.push(chain);
		bytes += size;
	}
	const isLast = (index: number) => index === parts.length - 1;
	return parts.map((part, index) => ({type: 'ranges', room, chains: part, isLast: isLast(index), wantsAnswer}));
}
