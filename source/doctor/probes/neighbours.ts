/** Whether others answer when this machine asks for their hardware address (ARP, neighbour discovery), as Linux keeps it. */
import {setTimeout as sleep} from 'node:timers/promises';
import type {System} from './system.ts';

/**
 * `pending`: an address that is known from before, and is being made sure of. It may as well be known because its owner
 * has asked everyone for ours, which also gets through where machines are kept apart.
 */
type Answer = boolean | 'pending';

/** Milliseconds. The kernel asks five seconds after it has used an address that is in doubt, and hears at once or never. */
const PATIENCE = 6_500;
const STEP = 250;

/**
 * Those of these hosts, to all of which something was sent, that have answered; undefined where the system does not tell.
 * Waits for who is in doubt.
 */
export async function probeNeighbours(
	hosts: readonly string[],
	system: System,
	pause: (milliseconds: number) => Promise<unknown> = sleep,
): Promise<ReadonlySet<string> | undefined> {
	for (let waited = 0; ; waited += STEP) {
		const {status, output} = await system.run('ip', 'neigh');
		if (status !== 0) return undefined;
		const answers = neighbourAnswers(output);
		if (waited >= PATIENCE || !hosts.some(host => answers.get(host) === 'pending')) {
			return new Set(hosts.filter(host => answers.get(host) === true));
		}
		await pause(STEP);
	}
}

const ANSWERS = new Map<string, Answer>([
	['REACHABLE', true],
	['DELAY', 'pending'],
	['PROBE', 'pending'],
	['FAILED', false],
	['INCOMPLETE', false],
]);

/** Source: ip-neighbour(8), arp(7). STALE says nothing: nothing was sent there of late. */
function neighbourAnswers(text: string): Map<string, Answer> {
	return new Map(
		text.split('\n').flatMap((line): [string, Answer][] => {
			const words = line.trim().split(/\s+/);
			const [host = '', state = ''] = [words[0], words.at(-1)];
			const answer = ANSWERS.get(state);
			return answer === undefined ? [] : [[host, answer]];
		}),
	);
}
