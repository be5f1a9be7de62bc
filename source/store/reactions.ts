/** Reactions to choose from. */
import {best, type Choice} from './choice.ts';
import {folded, fuzzyMatch} from './fuzzy.ts';
import type {Reaction} from './state.ts';

/** The first eight by a digit, all by their names. */
const COMMON = [
	['👍', 'thumbs up, yes'],
	['💙', 'heart, love'],
	['😂', 'laugh'],
	['🎉', 'party, congratulations'],
	['👀', 'eyes, looking'],
	['🙏', 'thanks, please'],
	['😮', 'wow, surprised'],
	['😢', 'sad'],
	['👎', 'thumbs down, no'],
	['✅', 'done, check'],
	['❌', 'cross, wrong'],
	['🔥', 'fire'],
	['🚀', 'rocket, shipped'],
	['🤔', 'thinking'],
	['👏', 'clap, bravo'],
	['💯', 'hundred, exactly'],
	['☕', 'coffee, tea'],
	['👋', 'wave, hello'],
] as const;

/** An emoji that is typed or pasted is taken as it is. */
export function reactionChoices(query: string, given: readonly Reaction[]): readonly Choice[] {
	const typed = query.trim();
	const isOurs = (emoji: string) => given.some(each => each.isOurs && each.emoji === emoji);
	const all = COMMON.map(([emoji, name]) => reaction(emoji, name, isOurs(emoji)));
	if (typed === '') return all;
	if (!/[\p{L}\p{N}]/u.test(typed)) return [reaction(typed, '', isOurs(typed))];
	return best(all, ({label}) => fuzzyMatch(folded(typed), label, true));
}

function reaction(emoji: string, name: string, isOurs: boolean): Choice {
	return {kind: 'reaction', id: `reaction ${emoji}`, label: name, at: [], emoji, isOurs};
}
