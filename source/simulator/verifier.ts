import {type EventVerifier, verifyEvent} from '../wire/event.ts';

type Verdict = {readonly event: Buffer; readonly author: string; readonly isGood: boolean};

/** Verdicts remembered: more messages than are under way at once. */
const MAX_VERDICTS = 10_000;

/**
 * A judge of signatures for many nodes in one process: the first of them checks for all, since the same bytes, signature
 * and author have the same verdict everywhere.
 */
export function memoisedVerifier(verify: EventVerifier = verifyEvent): EventVerifier {
	const verdicts = new Map<string, Verdict>();
	return (event, signature, author) => {
		const key = Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString('latin1');
		const known = verdicts.get(key);
		if (known?.author === author && known.event.equals(event)) return known.isGood;
		const isGood = verify(event, signature, author);
		if (verdicts.size >= MAX_VERDICTS) verdicts.clear();
		verdicts.set(key, {event: Buffer.from(event), author, isGood});
		return isGood;
	};
}
