/** The words of a command line, and what of them, or of the environment, belongs to an option. Nothing has a meaning yet. */
import meow from 'meow';
import {version} from '../base/version.ts';
import {nearest} from './nearest.ts';
import {type CommandName, OPTION_NAMES, OPTIONS, type OptionName, variableOf} from './option-table.ts';
import * as values from './values.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
/** As they are typed: texts, lists of them, and true for a switch. */
export type Flags = Readonly<Record<string, unknown>>;

/** What may be options: all before `--`. */
function beforeEnd(argv: readonly string[]): readonly string[] {
	const end = argv.indexOf('--');
	return end === -1 ? argv : argv.slice(0, end);
}

/** It begins with a dash; a negative number and a lone dash are none. */
function looksLikeOption(word: string): boolean {
	return word.startsWith('-') && word !== '-' && !/^-\d/.test(word);
}

/** Each is one that there is. */
function checkSpelling(argv: readonly string[]): void {
	const known = new Map<string, boolean>([
		['--help', false],
		['--version', false],
		...OPTION_NAMES.map(name => [`--${OPTIONS[name].flag}`, OPTIONS[name].value !== undefined] as const),
	]);
	const shorts = new Set([
		'-h',
		'-v',
		...OPTION_NAMES.flatMap(name => OPTIONS[name].short ?? []).map(name => `-${name}`),
	]);
	let before = '';
	for (const argument of beforeEnd(argv)) {
		const last = before;
		before = argument;
		if (!looksLikeOption(argument) || shorts.has(argument)) continue;
		const equals = argument.indexOf('=');
		const flag = equals === -1 ? argument : argument.slice(0, equals);
		const takesValue = known.get(flag);
		if (takesValue === undefined) {
			const isValue = known.get(last) === true && !argument.startsWith('--');
			const hint = isValue ? `If it belongs to ${last}: ${last}=${argument}` : nearestHint(flag, known);
			throw values.usageError(`Unknown option ${values.quote(flag)}`, hint);
		}
		if (equals !== -1 && !takesValue) throw values.usageError(`${flag} takes no value`);
	}
}

function nearestHint(flag: string, known: ReadonlyMap<string, unknown>): string {
	const meant = nearest(
		flag.replace(/^-+/, ''),
		[...known.keys()].map(name => name.slice(2)),
	);
	return meant === undefined ? seeHelp() : `Did you mean --${meant}?`;
}

const REPEATABLE: ReadonlySet<string> = new Set(
	OPTION_NAMES.filter(name => OPTIONS[name].repeatable).map(name => `--${OPTIONS[name].flag}`),
);

/** A lone dash after an option that may be repeated is its value: to the parser it would be a word by itself. */
function withLoneDashes(argv: readonly string[]): string[] {
	const words = beforeEnd(argv);
	const joined: string[] = [];
	for (const word of words) {
		const last = joined.at(-1) ?? '';
		if (word === '-' && REPEATABLE.has(last)) joined[joined.length - 1] = `${last}=-`;
		else joined.push(word);
	}
	return [...joined, ...argv.slice(words.length)];
}

/** One that may be repeated and has no value is to the parser as if it were not there. */
function checkValues(argv: readonly string[]): void {
	const words = beforeEnd(argv);
	for (const [index, word] of words.entries()) {
		const next = words[index + 1];
		const hasValue = next !== undefined && !looksLikeOption(next);
		if (REPEATABLE.has(word) && !hasValue) throw values.usageError(`${word} needs a value`);
	}
}

/** Everything arrives as text, or true for a switch: meow only splits, so that every refusal is worded here. */
export function readFlags(given: readonly string[]): {flags: Flags; input: readonly string[]} {
	checkSpelling(given);
	const argv = withLoneDashes(given);
	const flags: Record<string, object> = {
		help: {type: 'boolean', shortFlag: 'h'},
		version: {type: 'boolean', shortFlag: 'v'},
	};
	for (const name of OPTION_NAMES) {
		const {value, repeatable, short} = OPTIONS[name];
		const letter = short === undefined ? {} : {shortFlag: short};
		// A name that begins with "no" is the negation of the rest to the parser.
		if (value === undefined) flags[positive(name)] = {type: 'boolean', default: positive(name) !== name, ...letter};
		else flags[name] = {type: 'string', ...(repeatable && {isMultiple: true}), ...letter};
	}
	try {
		const parsed = meow({
			importMeta: import.meta,
			argv,
			flags,
			pkg: {name: 'p2p-tui', version, bin: {'p2p-tui': ''}},
			autoHelp: false,
			autoVersion: false,
		});
		if (parsed.flags.help !== true && parsed.flags.version !== true) checkValues(argv);
		return {flags: {...parsed.flags}, input: parsed.input};
	} catch (error) {
		const twice = error instanceof Error ? /The flag --(\w+) can only be set once/.exec(error.message) : null;
		if (twice === null) throw error;
		throw values.usageError(`--${OPTIONS[twice[1] as OptionName].flag} can be given only once`);
	}
}

function positive(name: OptionName): string {
	const rest = /^no([A-Z])(.*)$/.exec(name);
	return rest === null ? name : rest[1]!.toLowerCase() + rest[2]!;
}

export function isGiven(flags: Flags, name: OptionName): boolean {
	const value = flags[positive(name)];
	if (OPTIONS[name].value === undefined) return value !== (positive(name) !== name);
	return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

/** The texts of one option with the name to call each by: the command line, or else the environment. */
type Source = {readonly label: string; readonly texts: readonly string[]};

function sourceOf(flags: Flags, env: Environment, name: OptionName): Source {
	const {flag, repeatable} = OPTIONS[name];
	if (isGiven(flags, name)) {
		const given = flags[name];
		return {label: `--${flag}`, texts: Array.isArray(given) ? given.map(String) : [String(given)]};
	}
	const label = variableOf(name);
	const text = env[label] ?? '';
	if (text.trim() === '') return {label, texts: []};
	return {label, texts: repeatable ? text.split(/[\s,]+/).filter(part => part !== '') : [text]};
}

export type Parse<Value> = (text: string, label: string) => Value;

/** Takes options from the command line, or else from the environment. */
export type Reader = {
	each<Value>(name: OptionName, parse: Parse<Value>): Value[];
	one<Value>(name: OptionName, parse: Parse<Value>): Value | undefined;
	on(name: OptionName): boolean;
};

export function readerOf(flags: Flags, env: Environment, command: CommandName): Reader {
	const each = <Value>(name: OptionName, parse: Parse<Value>): Value[] => {
		// A variable is set for every command; only one that takes the option should stumble over it.
		if (!isGiven(flags, name) && !OPTIONS[name].commands.includes(command)) return [];
		const {label, texts} = sourceOf(flags, env, name);
		return texts.map(text => parse(values.parseText(text, label), label));
	};
	const on = (name: OptionName) => {
		if (isGiven(flags, name)) return true;
		if (!OPTIONS[name].commands.includes(command)) return false;
		return values.parseSwitch(env[variableOf(name)] ?? '', variableOf(name));
	};
	return {each, one: (name, parse) => each(name, parse)[0], on};
}

export function whole(least: number, most: number): Parse<number> {
	return (text, label) => values.parseInteger(text, label, least, most);
}

export function seeHelp(): string {
	return 'See p2p-tui --help';
}
