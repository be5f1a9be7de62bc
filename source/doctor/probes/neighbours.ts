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

/** Hosts that have answered, or have not; those who were never asked are left out. Waits only for who is in doubt. */
export async function probeNeighbours(
	hosts: readonly string[],
	system: System,
	pause: (milliseconds: number) => Promise<unknown> = sleep,
): Promise<Map<string, boolean>> {
	let answers = new Map<string, Answer>();
	for (let waited = 0; waited <= PATIENCE; waited += STEP) {
		if (waited > 0) await pause(STEP);
		answers = neighbourAnswers((await system.run('ip', 'neigh')).output);
		if (!hosts.some(host => answers.get(host) === 'pending')) break;
	}
	return new Map([...answers].filter((entry): entry is [string, boolean] => entry[1] !== 'pending'));
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
