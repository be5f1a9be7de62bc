/**
 * Names are labels, never identities: whoever's name could be taken for somebody else's is shown with a tag from the
 * peer id, which is dear to choose and, with the mark before it, no part of any name.
 */
import {shapeOf} from '../base/look-alike.ts';
import {sanitizeLine} from '../base/sanitize.ts';

export {mentions, skeleton} from '../base/look-alike.ts';

/** Between a name and its tag. No name may contain it. */
export const TAG_MARK = '·';

/** The last four characters of a peer id: the part that differs. */
export function tagOf(peer: string): string {
	return peer.slice(-4);
}

/**
 * A name as it is shown. Nobody is nameless: without a name, a peer goes by the end of its id. And nobody wears the tag of
 * somebody else: the mark between name and tag is ours.
 */
export function cleanName(name: string, peer: string): string {
	const clean = sanitizeLine(name).replaceAll(TAG_MARK, '.').trim();
	return clean === '' ? `…${tagOf(peer)}` : clean;
}

const QUOTES = /[“”„‟«»"＂]/g;

/** Somebody's words within a line of ours: they cannot end the quotation. */
export function quoted(text: string): string {
	return `“${text.replaceAll(QUOTES, "'")}”`;
}

export type Named = {readonly peer: string; readonly name: string};

/** Whose a name is, by its skeleton: a peer id, or SHARED if several have or had it. */
export type Holders = ReadonlyMap<string, string>;
export const SHARED = '';

/** Names remembered at once; the oldest are forgotten first. */
const MAX_HOLDERS = 2_000;

/** Returns `holders` itself if nothing new is learnt. A name that was ever shared stays so. */
export function withHolder(holders: Holders, {peer, name}: Named): Holders {
	const shape = shapeOf(name);
	const known = holders.get(shape);
	if (known === peer || known === SHARED) return holders;
	const next = new Map(holders).set(shape, known === undefined ? peer : SHARED);
	if (next.size > MAX_HOLDERS) next.delete(next.keys().next().value as string);
	return next;
}

export function holdersOf(all: Iterable<Named>): Map<string, string> {
	const holders = new Map<string, string>();
	for (const {peer, name} of all) hold(holders, shapeOf(name), peer);
	return holders;
}

/** Whoever holds a name in either of the two. */
export function joinHolders(some: Holders, others: Holders): Holders {
	const holders = new Map(some);
	for (const [shape, peer] of others) hold(holders, shape, peer);
	return holders;
}

function hold(holders: Map<string, string>, shape: string, peer: string): void {
	const known = holders.get(shape);
	if (known !== peer) holders.set(shape, known === undefined ? peer : SHARED);
}

/** True if somebody else has, or had, a name that looks like this one. */
export function isShared(holders: Holders, {peer, name}: Named): boolean {
	const known = holders.get(shapeOf(name));
	return known !== undefined && known !== peer;
}
