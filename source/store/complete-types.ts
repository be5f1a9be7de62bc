/** What a slash command takes, as data: completion, the help beside the line and errors are drawn from it. */

/**
 * `room` is one with a name, `place` may be a conversation too. `author` is a person behind an `@`, who may be left out.
 * `value` belongs to the setting before it. `message`, `address`, `amount` and `text` are written by hand.
 */
export type ArgumentKind =
	| 'room'
	| 'place'
	| 'person'
	| 'author'
	| 'emoji'
	| 'theme'
	| 'setting'
	| 'value'
	| 'choice'
	/** A file or a folder here; a folder; a file that somebody offers; one that is on its way or here. */
	| 'path'
	| 'folder'
	| 'offer'
	| 'transfer'
	| 'message'
	| 'address'
	| 'amount'
	| 'text';

export type Argument = {
	readonly kind: ArgumentKind;
	readonly isOptional?: true;
	/** What the person is asked if it is missing: `Which room?` */
	readonly question?: string;
	/** How it could be, said with the question. */
	readonly example?: string;
	/** What a `choice` may be. */
	readonly choices?: readonly string[];
};

export type CommandSpec = {
	/** Without the slash. */
	readonly name: string;
	readonly aliases: readonly string[];
	/** With the slash: `/join <room>`. What stands in brackets is an argument, in square ones it may be left out. */
	readonly usage: string;
	readonly help: string;
	/** Left out of help and completion. */
	readonly isHidden?: boolean;
	/** As many as `usage` has, in their order. */
	readonly arguments?: readonly Argument[];
};

/** The command that `name` means. */
export function commandNamed<Spec extends CommandSpec>(commands: readonly Spec[], name: string): Spec | undefined {
	const wanted = name.toLowerCase();
	return commands.find(command => command.name === wanted || command.aliases.includes(wanted));
}

export type WrittenArgument = {
	readonly argument: Argument;
	/** Which one it is of the command's. */
	readonly index: number;
	/** What is written of it so far. */
	readonly fragment: string;
};

/** Names that may have blanks, and can be meant by an argument of that kind. */
export type NamesOf = (kind: ArgumentKind) => readonly string[];

/** The argument that `written`, all that follows the command's name, ends with. */
export function argumentAt(
	{arguments: all = []}: CommandSpec,
	written: string,
	names: NamesOf,
): WrittenArgument | undefined {
	let rest = written;
	for (const [index, argument] of all.entries()) {
		if (argument.kind === 'author' && !rest.startsWith('@') && (rest !== '' || index < all.length - 1)) continue;
		const taken = index === all.length - 1 ? 0 : takenBy(argument, rest, names);
		if (taken === 0) return {argument, index, fragment: rest};
		rest = rest.slice(taken);
	}
	return undefined;
}

/** Units of `rest` that an argument takes, with the space after it; 0 if it is still being written. */
const WITH_BLANKS: ReadonlySet<ArgumentKind> = new Set(['person', 'author', 'offer', 'transfer']);
/** Of them those that may stand in quotes, as paths may. */
const FILES: ReadonlySet<ArgumentKind> = new Set(['offer', 'transfer']);

function takenBy({kind}: Argument, rest: string, namesOf: NamesOf): number {
	if (WITH_BLANKS.has(kind)) {
		if (FILES.has(kind) && /^["']/.test(rest)) return /^(?:"[^"]*"|'[^']*')\s+/.exec(rest)?.[0].length ?? 0;
		const names = namesOf(kind);
		const lower = rest.toLowerCase();
		const at = rest.startsWith('@') ? 1 : 0;
		const fitting = names.filter(name => lower.startsWith(`${name.toLowerCase()} `, at));
		if (fitting.length > 0) return at + Math.max(...fitting.map(name => name.length)) + 1;
		if (names.some(name => `${name.toLowerCase()} `.startsWith(lower.slice(at)))) return 0;
	}
	return /^\S+\s+/.exec(rest)?.[0].length ?? 0;
}
