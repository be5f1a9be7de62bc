import type {Archive} from '../history/archive.ts';
import type {Behaviour, BehaviourOutput, View} from './behaviour.ts';

/** Who is who: names, keys and when they were last seen, over restarts. Not built yet. */
export class People implements Behaviour {
	readonly name = 'people';
	readonly protocol = '/p2p-tui/people/1';
	readonly messages = [] as const;
	readonly commands = [] as const;

	constructor(_options: {readonly view: View; readonly archive: Archive}) {}

	handle(): BehaviourOutput[] {
		return [];
	}
}
