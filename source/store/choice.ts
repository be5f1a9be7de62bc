/** A row of the list over the chat. */
import type {Match} from './fuzzy.ts';
import type {Intent} from './intent.ts';
import type {Room} from './state.ts';

/** A command or a key, as the list shows it. */
export type Deed = {
	readonly id: string;
	/** `/join <room>`, or what a key does. */
	readonly label: string;
	/** Empty for a key: its label says it. */
	readonly help: string;
	/** How the key is written; empty if there is none. */
	readonly key: string;
	/** What choosing it does; or what it writes into the line, where more is to be said. */
	readonly does: readonly Intent[] | string;
};

/** `at`: the letters of the label that were typed. */
export type Choice = {readonly id: string; readonly label: string; readonly at: readonly number[]} & (
	| {readonly kind: 'room'; readonly room: Room}
	| {readonly kind: 'person'; readonly peer: string}
	| {readonly kind: 'deed'; readonly deed: Deed}
	| {readonly kind: 'join'; readonly room: string}
	| {readonly kind: 'reaction'; readonly emoji: string; readonly isOurs: boolean}
	| {readonly kind: 'link'; readonly url: string}
);

/** Those that fit, the best first; of two that fit as well the shorter one, then the one that stood first. */
export function best<One extends Choice>(
	choices: readonly One[],
	matchOf: (choice: One) => Match | undefined,
): readonly One[] {
	const found: {readonly choice: One; readonly score: number}[] = [];
	for (const choice of choices) {
		const match = matchOf(choice);
		if (match) found.push({choice: {...choice, at: match.at}, score: match.score});
	}
	return found
		.sort((a, b) => b.score - a.score || a.choice.label.length - b.choice.label.length)
		.map(({choice}) => choice);
}
