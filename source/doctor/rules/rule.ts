/** What all rules are made of. */
import type {Finding, Verdict} from '../../api/doctor.ts';
import type {Facts, InterfaceFacts} from '../facts.ts';

/** Pure: what it says follows from the facts alone. None of them throws. */
export type Rule = (facts: Facts) => readonly Finding[];

export type Fix = NonNullable<Finding['fix']>;

/** Findings of one thing that is tested. */
export function about(area: Finding['area'], tested: string) {
	return (id: string, verdict: Verdict, found: string, fix?: Fix): Finding => ({
		...{id, area, tested, verdict, found},
		...(fix && {fix}),
	});
}

export function fix(advice: string, ...commands: readonly string[]): Fix {
	return {advice, commands};
}

/** Where people are: neither this machine itself, nor tunnels, nor what a virtual machine or a container left. */
export function isLan({kind}: Pick<InterfaceFacts, 'kind'>): boolean {
	return kind === 'ethernet' || kind === 'wifi' || kind === 'other';
}

export function lansOf({interfaces}: Facts): readonly InterfaceFacts[] {
	return interfaces.filter(isLan);
}

/** `lan0`, or `lan0 and lan1`. */
export function listed(words: readonly string[]): string {
	const all = [...new Set(words)];
	return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

export function count(number: number, word: string): string {
	return `${number} ${word}${number === 1 ? '' : 's'}`;
}
