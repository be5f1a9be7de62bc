/** The keys that a settings file asks for, and what is wrong with them. */
import type {Node} from 'jsonc-parser';
import type {KeyChanges} from '../store/settings.ts';
import {BINDINGS, CONTEXT_NAMES, KEY_CONTEXTS, RESERVED_KEYS, WRITING_CONTEXTS} from '../ui/bindings/index.ts';
import {readKey} from '../ui/key-names.ts';
import {changedBindings, describeKey} from '../ui/keymap.ts';
import {nearest} from './nearest.ts';
import {type Problem, properties} from './settings-nodes.ts';
import {quote} from './values.ts';

/** Where a key of an action stands in the text: `next-room ctrl+n`. */
type Places = Map<string, number>;

export function readKeys(node: Node, problems: Problem[]): KeyChanges {
	if (node.type !== 'object') {
		problems.push({at: node.offset, message: 'keys are actions with their keys', hint: 'such as {"help": ["F1"]}'});
		return {};
	}
	const changes: Record<string, readonly string[]> = {};
	const places: Places = new Map();
	for (const {name, nameNode, value} of properties(node, problems)) {
		const keys = keysOf(name, value, problems, places);
		if (BINDINGS.some(({id}) => id === name)) changes[name] = keys;
		else problems.push(unknownAction(name, nameNode));
	}
	problems.push(...boundTwice(changes, places));
	return changes;
}

function unknownAction(name: string, {offset}: Node): Problem {
	const ids = BINDINGS.map(({id}) => id);
	const meant = nearest(name, ids);
	return {at: offset, message: `there is no action ${quote(name)}`, hint: meant && `did you mean ${meant}?`};
}

/** A list, or one key alone. */
function keysOf(action: string, node: Node, problems: Problem[], places: Places): readonly string[] {
	const nodes = node.type === 'array' ? (node.children ?? []) : [node];
	const keys: string[] = [];
	for (const each of nodes) {
		const key = keyOf(action, each, problems);
		if (key === undefined) continue;
		if (keys.includes(key)) {
			problems.push({at: each.offset, message: `${describeKey(key)} stands here twice`});
			continue;
		}
		keys.push(key);
		places.set(`${action} ${key}`, each.offset);
	}
	return keys;
}

function keyOf(action: string, {offset: at, type, value}: Node, problems: Problem[]): string | undefined {
	const refuse = (message: string, hint?: string): undefined => {
		problems.push({at, message, hint});
	};
	if (type !== 'string') return refuse('a key is text', 'such as "Ctrl-K", "Alt-Up" or "F5"');
	const read = readKey(value);
	if (!read.ok) {
		const isUnknown = read.problem === 'it is no key';
		return refuse(`${quote(value)}: ${read.problem}`, isUnknown ? 'such as "Ctrl-K", "Alt-Up" or "F5"' : undefined);
	}
	const binding = BINDINGS.find(({id}) => id === action);
	if (!binding) return undefined;
	const {key} = read;
	if ((RESERVED_KEYS as readonly string[]).includes(key) && !binding.keys.includes(key))
		return refuse(`${describeKey(key)} keeps its meaning`, `${quote(action)} needs another key`);
	const writes = binding.contexts.find(context => WRITING_CONTEXTS.has(context));
	if (writes !== undefined && [...key].length === 1)
		return refuse(`${describeKey(key)} is written ${CONTEXT_NAMES[writes]}`, 'put Ctrl or Alt before it');
	return key;
}

/** One key for two actions in one place: neither can be meant. Each pair is told once, where the person wrote it. */
function boundTwice(changes: KeyChanges, places: Places): readonly Problem[] {
	const bindings = changedBindings(changes);
	const found = new Map<string, Problem>();
	for (const context of KEY_CONTEXTS) {
		const holders = new Map<string, string>();
		for (const {id, keys, contexts} of bindings) {
			if (!contexts.includes(context)) continue;
			for (const key of keys) {
				const other = holders.get(key);
				holders.set(key, id);
				const at = other === undefined ? undefined : placeOf([id, other], key, places);
				if (at === undefined || found.has(`${id} ${other} ${key}`)) continue;
				const message = `${describeKey(key)} is bound to ${other} and to ${id} ${CONTEXT_NAMES[context]}`;
				found.set(`${id} ${other} ${key}`, {at, message, hint: 'an empty list, [], takes the keys of an action away'});
			}
		}
	}
	return [...found.values()];
}

/** Undefined for what is so without the person's doing. */
function placeOf(ids: readonly string[], key: string, places: Places): number | undefined {
	const found = ids.map(id => places.get(`${id} ${key}`)).filter(place => place !== undefined);
	return found.length === 0 ? undefined : Math.max(...found);
}
