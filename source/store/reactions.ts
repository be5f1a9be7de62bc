/** Reactions to choose from. */
import {best, type Choice} from './choice.ts';
import {EMOJI, emojiNamed} from './complete-emoji.ts';
import {folded, fuzzyMatch} from './fuzzy.ts';
import type {Reaction} from './state.ts';

type ReactionChoice = Choice & {readonly kind: 'reaction'};

/** These come first, of them eight by a digit; all others follow. */
const COMMON = [
	'👍',
	'💙',
	'😂',
	'🎉',
	'👀',
	'🙏',
	'😮',
	'😢',
	'👎',
	'✅',
	'❌',
	'🔥',
	'🚀',
	'🤔',
	'👏',
	'💯',
	'☕',
	'👋',
];

const ALL: readonly ReactionChoice[] = [
	...COMMON.flatMap(common => EMOJI.filter(([, emoji]) => emoji === common)),
	...EMOJI.filter(([, emoji]) => !COMMON.includes(emoji)),
].map(([name, emoji, ...others]) => reaction(emoji, [name, ...others].join(', ').replaceAll('_', ' ')));

/** By any of their names; an emoji that is typed or pasted is taken as it is. */
export function reactionChoices(query: string, given: readonly Reaction[]): readonly Choice[] {
	const isOurs = (emoji: string) => given.some(each => each.isOurs && each.emoji === emoji);
	return found(query.trim()).map(choice => (isOurs(choice.emoji) ? {...choice, isOurs: true} : choice));
}

function found(typed: string): readonly ReactionChoice[] {
	if (typed === '') return ALL;
	const named = emojiNamed(typed);
	if (named === undefined && !/[\p{L}\p{N}:]/u.test(typed)) return [reaction(typed, '')];
	const words = folded(typed).replaceAll(/[:_]+/g, ' ').trim();
	const fitting = words === '' ? ALL : best(ALL, ({label}) => fuzzyMatch(words, label, true));
	// What is called exactly that comes first.
	return [...ALL.filter(({emoji}) => emoji === named), ...fitting.filter(({emoji}) => emoji !== named)];
}

function reaction(emoji: string, name: string): ReactionChoice {
	return {kind: 'reaction', id: `reaction ${emoji}`, label: name, at: [], emoji, isOurs: false};
}
