/** What a settings file says, checked as a whole: all that is wrong with it is found at once, each with its place. */
import {type Node, type ParseError, parseTree} from 'jsonc-parser';
import {EXIT_USAGE, UserError} from '../base/errors.ts';
import {FILE_SETTING_NAMES, FILE_SETTINGS, type FileSettingName} from '../store/file-settings.ts';
import {
	DEFAULT_SETTINGS,
	type KeyChanges,
	SETTING_NAMES,
	SETTINGS,
	type SettingName,
	type Settings,
	type SettingValue,
} from '../store/settings.ts';
import {nearest} from './nearest.ts';
import {readKeys} from './settings-keys.ts';
import {type Problem, properties} from './settings-nodes.ts';
import {quote} from './values.ts';

/** More is not read at once by anybody. */
const MAX_PROBLEMS = 20;

/** @throws UserError with every problem on a line of its own. */
export function parseSettings(text: string, file: string): Settings {
	const {settings, problems} = checkSettings(text);
	if (problems.length === 0) return settings;
	const sorted = [...problems].sort((a, b) => a.at - b.at);
	const lines = sorted.slice(0, MAX_PROBLEMS).map(problem => problemLine(file, text, problem));
	const more = sorted.length > MAX_PROBLEMS ? [`… and ${sorted.length - MAX_PROBLEMS} more`] : [];
	throw new UserError(`The settings file has ${sorted.length === 1 ? 'a mistake' : `${sorted.length} mistakes`}`, {
		hint: 'p2p-tui config shows everything that can be set',
		exitStatus: EXIT_USAGE,
		details: [...lines, ...more],
	});
}

/** As compilers write it, so that editors find the place. */
function problemLine(file: string, text: string, {at, message, hint}: Problem): string {
	const before = text.slice(0, at).split(/\r\n|\r|\n/);
	const place = `${file}:${before.length}:${(before.at(-1) as string).length + 1}`;
	return `${place}: ${message}${hint === undefined ? '' : `; ${hint}`}`;
}

export function checkSettings(text: string): {readonly settings: Settings; readonly problems: readonly Problem[]} {
	const errors: ParseError[] = [];
	const tree = treeOf(text, errors);
	const problems = syntaxProblems(text, errors);
	if (!tree) return {settings: DEFAULT_SETTINGS, problems};
	if (tree.type !== 'object') {
		const problem = {at: tree.offset, message: 'the settings stand between { and }'};
		return {settings: DEFAULT_SETTINGS, problems: [...problems, problem]};
	}
	const values: Partial<Record<SettingName | FileSettingName, SettingValue>> & {keys?: KeyChanges} = {};
	for (const {name, nameNode, value} of properties(tree, problems)) {
		if (name === 'keys') values.keys = readKeys(value, problems);
		else if (isFileSetting(name)) {
			if (isRightText(name, value)) values[name] = value.value as SettingValue;
			else problems.push(wrongText(name, value));
		} else if (!isSetting(name)) problems.push(unknownSetting(name, nameNode));
		else if (isAllowed(name, value)) values[name] = value.value as SettingValue;
		else problems.push(wrongValue(name, value));
	}
	return {settings: {...DEFAULT_SETTINGS, ...(values as Partial<Settings>)}, problems};
}

function treeOf(text: string, errors: ParseError[]): Node | undefined {
	try {
		return parseTree(text, errors, {allowTrailingComma: true, allowEmptyContent: true});
	} catch {
		// The parser calls itself for what stands in something else.
		errors.push({error: 0 as ParseError['error'], offset: 0, length: 0});
		return undefined;
	}
}

const isSetting = (name: string): name is SettingName => (SETTING_NAMES as readonly string[]).includes(name);

const isFileSetting = (name: string): name is FileSettingName =>
	(FILE_SETTING_NAMES as readonly string[]).includes(name);

function isRightText(name: FileSettingName, {type, value}: Node): boolean {
	return type === 'string' && FILE_SETTINGS[name].isRight(value as string);
}

function wrongText(name: FileSettingName, node: Node): Problem {
	return {at: node.offset, message: `${name} cannot be ${found(node)}`, hint: FILE_SETTINGS[name].about};
}

const allowed = (name: SettingName): readonly SettingValue[] => SETTINGS[name].values;

function isAllowed(name: SettingName, {type, value}: Node): boolean {
	return (type === 'string' || type === 'boolean') && allowed(name).includes(value as SettingValue);
}

function unknownSetting(name: string, {offset}: Node): Problem {
	const meant = nearest(name, [...SETTING_NAMES, ...FILE_SETTING_NAMES, 'keys']);
	return {at: offset, message: `there is no setting ${quote(name)}`, hint: meant && `did you mean ${meant}?`};
}

function wrongValue(name: SettingName, node: Node): Problem {
	const {offset, type, value} = node;
	const values = allowed(name);
	const list = values.map(each => JSON.stringify(each)).join(values.length > 2 ? ', ' : ' or ');
	const names = values.filter(each => typeof each === 'string');
	const meant = type === 'string' ? nearest(value, names) : undefined;
	return {at: offset, message: `${name} is ${list}, not ${found(node)}`, hint: meant && `did you mean ${meant}?`};
}

function found({type, value}: Node): string {
	if (type === 'string') return quote(value);
	return type === 'object' || type === 'array' ? `an ${type}` : JSON.stringify(value);
}

/** By the parser's numbers. */
const SYNTAX: readonly string[] = [
	...['this cannot be read: too much stands in something else', 'this is no value: text stands between quotes'],
	...['this is no number', 'a name between quotes is missing here', 'a value is missing here', 'a : is missing here'],
	...['a comma is missing here', 'a } is missing here', 'a ] is missing here', 'here the settings should end'],
	...['this is no comment', 'this comment does not end', 'this text does not end', 'this is no number'],
	...['\\u needs four hexadecimal digits', 'this is no escape: write \\\\ for a \\', 'a character that nobody sees'],
];

/** One for each line: what follows a mistake is often only its shadow. */
function syntaxProblems(text: string, errors: readonly ParseError[]): Problem[] {
	const lines = new Set<number>();
	return errors.flatMap(({error, offset}) => {
		const line = text.slice(0, offset).split('\n').length;
		if (lines.has(line)) return [];
		lines.add(line);
		return [{at: offset, message: SYNTAX[error] ?? 'this cannot be read'}];
	});
}
