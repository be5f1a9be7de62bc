/** Emoji by name: for completion, for /react, and for the list of reactions. */

/** Common emoji, and what people call them in other programs: the usual name first. */
export const EMOJI: readonly (readonly [name: string, emoji: string, ...others: readonly string[]])[] = [
	['+1', '👍', 'thumbs_up', 'yes'],
	['-1', '👎', 'thumbs_down', 'no'],
	['heart', '❤️', 'love'],
	['joy', '😂', 'laugh'],
	['smile', '😄', 'happy'],
	['grin', '😁'],
	['laughing', '😆', 'haha'],
	['sweat_smile', '😅'],
	['rofl', '🤣'],
	['slightly_smiling', '🙂', 'slight_smile'],
	['wink', '😉'],
	['blush', '😊'],
	['heart_eyes', '😍'],
	['kissing_heart', '😘'],
	['yum', '😋'],
	['sunglasses', '😎', 'cool'],
	['thinking', '🤔', 'hmm'],
	['neutral', '😐', 'neutral_face'],
	['expressionless', '😑'],
	['eye_roll', '🙄', 'roll_eyes'],
	['smirk', '😏'],
	['relieved', '😌'],
	['sleeping', '😴', 'zzz'],
	['confused', '😕'],
	['worried', '😟'],
	['open_mouth', '😮', 'wow', 'surprised'],
	['cry', '😢', 'sad'],
	['sob', '😭', 'crying'],
	['scream', '😱'],
	['angry', '😠'],
	['exploding_head', '🤯', 'mind_blown'],
	['partying', '🥳', 'partying_face'],
	['hugging', '🤗', 'hug'],
	['facepalm', '🤦'],
	['shrug', '🤷'],
	['wave', '👋', 'hello', 'bye'],
	['clap', '👏', 'bravo'],
	['pray', '🙏', 'thanks', 'please'],
	['muscle', '💪', 'strong'],
	['ok_hand', '👌', 'ok'],
	['point_up', '☝️'],
	['raised_hands', '🙌', 'hooray'],
	['handshake', '🤝', 'deal'],
	['eyes', '👀', 'looking'],
	['tada', '🎉', 'party', 'congratulations'],
	['rocket', '🚀', 'shipped'],
	['fire', '🔥', 'hot'],
	['sparkles', '✨'],
	['star', '⭐'],
	['100', '💯', 'hundred', 'exactly'],
	['check', '✅', 'done', 'white_check_mark'],
	['x', '❌', 'cross', 'wrong'],
	['warning', '⚠️'],
	['question', '❓'],
	['bulb', '💡', 'idea'],
	['bug', '🐛'],
	['wrench', '🔧', 'fix'],
	['package', '📦'],
	['memo', '📝', 'note'],
	['lock', '🔒'],
	['hourglass', '⏳', 'wait'],
	['coffee', '☕', 'tea'],
	['beer', '🍺', 'cheers'],
	['cake', '🎂', 'birthday'],
	['pizza', '🍕'],
	['blue_heart', '💙'],
	['broken_heart', '💔'],
];

/** `thumbs_up`, `thumbsup` and `Thumbs up` are one name. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[_ ]/g, '');

/** Every name of every emoji, the usual ones first. */
const NAMES = [
	...EMOJI.map(([name, emoji]) => ({name, emoji})),
	...EMOJI.flatMap(([, emoji, ...others]) => others.map(name => ({name, emoji}))),
].map(each => ({...each, plain: plain(each.name)}));

/** The emoji that was meant by `:tada:`, `:tada` or `tada`; undefined if that is no name. */
export function emojiNamed(written: string): string | undefined {
	const wanted = plain(written.trim().replace(/^:|:$/g, ''));
	return NAMES.find(each => each.plain === wanted)?.emoji;
}

/** Each emoji that has a name with this beginning, once, with that name. */
export function emojiStarting(beginning: string): readonly {readonly name: string; readonly emoji: string}[] {
	const wanted = plain(beginning);
	const found = new Map<string, string>();
	for (const each of NAMES) {
		if (each.plain.startsWith(wanted) && !found.has(each.emoji)) found.set(each.emoji, each.name);
	}
	return [...found].map(([emoji, name]) => ({name, emoji}));
}
