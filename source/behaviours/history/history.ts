import type {Random} from '../../base/random.ts';
import type {Archive} from '../../history/archive.ts';
import type {EventVerifier} from '../../wire/event.ts';
import type {Behaviour, BehaviourOutput, View} from '../behaviour.ts';
import type {Chronicle} from '../chronicle.ts';

export type HistoryOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly chronicle: Chronicle;
	readonly random: Random;
	readonly verify: EventVerifier;
	/** Milliseconds after which events are deleted here. */
	readonly keep?: number;
};

/** The repair path: finds out what others hold and we lack, and fetches it; gives others what they lack. Not built yet. */
export class History implements Behaviour {
	readonly name = 'history';
	readonly protocol = '/p2p-tui/history/1';
	readonly messages = [] as const;
	readonly commands = [] as const;

	constructor(_options: HistoryOptions) {}

	handle(): BehaviourOutput[] {
		return [];
	}
}
