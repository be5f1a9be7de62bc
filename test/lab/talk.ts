/** What scenarios wait for: that nodes hear each other again, and that nothing came twice. */
import {setTimeout as delay} from 'node:timers/promises';
import {expect} from 'vitest';
import type {ExportedEvent} from '../../source/api/event.ts';
import {connected, type HeadlessNode} from '../helpers/node-process.ts';

/** Milliseconds between two tries to be heard. */
export const TRY_INTERVAL = 100;

let count = 0;

/** The nodes have connected, and what one says reaches the other. */
export async function meet(...nodes: readonly HeadlessNode[]): Promise<void> {
	await connected(nodes);
	for (const node of nodes) await say(node, ...nodes.filter(other => other !== node));
}

/** One says something that all of these hear. */
export async function say(author: HeadlessNode, ...hearers: readonly HeadlessNode[]): Promise<void> {
	const text = `${author.name} says ${++count}`;
	await author.publish(text);
	await Promise.all(hearers.map(hearer => hearer.hears(text)));
}

/**
 * Says something again and again, each time something else, until the other hears one of it: only so is it known when
 * a link that broke without a word works again.
 * @returns milliseconds from the call until then.
 */
export async function untilHeard(author: HeadlessNode, hearer: HeadlessNode, patience = 45_000): Promise<number> {
	const begun = performance.now();
	const trial = `trial ${++count} of ${author.name}`;
	const {mark} = hearer;
	const done = new AbortController();
	const heard = hearer.waitFor('message', event => event.text.startsWith(trial), {since: mark, timeout: patience});
	const trying = (async () => {
		for (let number = 1; !done.signal.aborted; number++) {
			await author.publish(`${trial}, number ${number}`);
			await delay(TRY_INTERVAL, undefined, {signal: done.signal}).catch(() => {});
		}
	})();
	try {
		await heard;
		return performance.now() - begun;
	} finally {
		done.abort();
		await trying;
	}
}

/** Events in one page of an export. */
const PAGE = 500;

/** All that a node holds of the lobby, in the order of the room. */
export async function exported(node: HeadlessNode): Promise<readonly ExportedEvent[]> {
	const events: ExportedEvent[] = [];
	let after: string | undefined;
	do {
		const command = {command: 'export', room: 'lobby', limit: PAGE, ...(after !== undefined && {after})} as const;
		const page = await node.result(command);
		events.push(...page.events);
		after = page.next;
	} while (after !== undefined);
	return events;
}

/** Waits until all of these hold the very same of the lobby, in the same order, and returns it. */
export async function untilSame(nodes: readonly HeadlessNode[], patience = 30_000): Promise<readonly ExportedEvent[]> {
	const deadline = performance.now() + patience;
	while (true) {
		const held = await Promise.all(nodes.map(exported));
		const bytes = held.map(events => events.map(({event}) => event));
		if (bytes.every(each => each.join() === bytes[0]!.join())) return held[0]!;
		if (performance.now() > deadline) {
			const counts = nodes.map(({name}, index) => `${name} ${held[index]!.length}`);
			throw new Error(`they still hold different events: ${counts.join(', ')}`);
		}
		await delay(TRY_INTERVAL);
	}
}

/** Nobody was shown an entry twice. */
export function expectNothingTwice(...nodes: readonly HeadlessNode[]): void {
	for (const node of nodes) {
		const ids = [...node.all('message'), ...node.all('notice')].map(({messageId}) => messageId);
		expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
	}
}

/** Waits until the one knows that the other is gone; milliseconds from the call until then. */
export async function untilGone(node: HeadlessNode, other: HeadlessNode, since = node.mark): Promise<number> {
	const begun = performance.now();
	const peer = await other.peerId();
	await node.waitFor('peer-disconnected', event => event.peer === peer, {since, timeout: 20_000});
	return performance.now() - begun;
}

/** Prints a figure that is worth seeing and not worth failing for. */
export function report(what: string, ...milliseconds: readonly number[]): void {
	console.log(`${what}: ${milliseconds.map(value => `${value.toFixed()} ms`).join(', ')}`);
}
