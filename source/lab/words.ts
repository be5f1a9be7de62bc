/** What the nodes of the laboratory are called, and what they say by themselves. */
import {type Random, seededRandom, shuffled} from '../base/random.ts';

const BEGINNINGS = ['a', 'be', 'ca', 'do', 'e', 'fi', 'ga', 'ha', 'i', 'jo', 'ka', 'lu', 'mi', 'no', 'o', 'pa', 'ru'];
const ENDINGS = ['bel', 'dan', 'fen', 'gor', 'lis', 'mar', 'nek', 'rin', 'sol', 'tam', 'vo', 'zim'];

/** Names in the order in which nodes get them: the same for the same seed. */
export function namesFor(seed: number): (index: number) => string {
	const all = BEGINNINGS.flatMap(beginning => ENDINGS.map(ending => beginning + ending));
	const names = shuffled(all, seededRandom(seed ^ 0x6e616d65));
	return index => {
		const round = Math.floor(index / names.length);
		return `${names[index % names.length]}${round === 0 ? '' : round + 1}`;
	};
}

/** What is going on, for those who talk about it. */
export type Mood = 'quiet' | 'split' | 'healed' | 'lossy' | 'slow';

const LINES: Readonly<Record<Mood, readonly string[]>> = {
	quiet: [
		'anybody else counting hops?',
		'I sent this to six of you; the rest got it from them',
		'no server was asked for this message',
		'my history is as long as yours, I hope',
		'who was the first to have this?',
		'two links are slower than one, and still fast',
		'kill me and I will come back for what I missed',
		'every one of us can check who wrote this',
		'I hear you all, one way or another',
		'this line went through strangers, signed',
		'quiet day on the mesh',
		'if you see this twice, somebody was too helpful',
	],
	split: [
		'it is quiet on this side',
		'can the other half hear us?',
		'we go on here, and compare later',
		'half of the names have gone grey',
		'keep writing: nothing is lost, only late',
	],
	healed: [
		'good to see you all again',
		'so that is what you wrote over there',
		'my history grew in the middle, not at the end',
		'two halves, one order: the same for everybody',
	],
	lossy: [
		'the line is bad today',
		'say again? no, wait, there it is',
		'lost once, sent again, here at last',
		'whoever lacks something asks for it',
	],
	slow: ['hello from far away', 'this took a while to get to you', 'light is faster than this link'],
};

export function lineFor(mood: Mood, random: Random): string {
	const lines = LINES[mood];
	return lines[Math.floor(random.float() * lines.length)]!;
}
