/** What the parser of the settings file finds, and what may be wrong with it. */
import type {Node} from 'jsonc-parser';
import {quote} from './values.ts';

/** `at` is an offset in the text. */
export type Problem = {readonly at: number; readonly message: string; readonly hint?: string | undefined};

type Property = {readonly name: string; readonly nameNode: Node; readonly value: Node};

/** Those that have a value. A name that comes twice is a problem, for only one of them can be meant. */
export function properties(object: Node, problems: Problem[]): readonly Property[] {
	const seen = new Set<string>();
	return (object.children ?? []).flatMap(({children: [nameNode, value] = []}) => {
		if (!nameNode || !value) return [];
		const name = String(nameNode.value);
		if (seen.has(name)) problems.push({at: nameNode.offset, message: `${quote(name)} stands here twice`});
		seen.add(name);
		return [{name, nameNode, value}];
	});
}
