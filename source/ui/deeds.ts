/** What the list over the chat offers beside rooms and people: every command and every key, drawn from their tables. */
import type {Deed} from '../store/choice.ts';
import type {State} from '../store/state.ts';
import {type Binding, describeKey, type Keymap, keymapOf} from './keymap.ts';
import {SLASH_COMMANDS, type SlashContext} from './slash.ts';
import {NO_SLASH_FILES} from './slash-types.ts';

/** Keys that make no sense without the place where they are pressed. */
const OUT_OF_PLACE: ReadonlySet<string> = new Set(['room', 'open-switcher', 'send', 'back', 'interrupt', 'suspend']);

const known = new WeakMap<Keymap, readonly Deed[]>();

/** The same list for the same keys. */
export function deedsOf(state: Pick<State, 'settings'>): readonly Deed[] {
	const keymap = keymapOf(state);
	const deeds = known.get(keymap) ?? [...commandDeeds(keymap), ...keyDeeds(keymap)];
	known.set(keymap, deeds);
	return deeds;
}

function commandDeeds(keymap: Keymap): readonly Deed[] {
	return SLASH_COMMANDS.filter(command => !command.isHidden).map(({name, usage, help, parse}) => {
		const meaning = /[<[]/.test(usage) ? undefined : parse('', NOWHERE);
		const intents = meaning?.ok ? meaning.intents : undefined;
		const same = intents && keymap.bindings.find(binding => isSame(binding, intents));
		const does = intents ?? (usage === `/${name}` ? `/${name}` : `/${name} `);
		return {id: `/${name}`, label: usage, help: withoutKey(help), key: keyOf(same), does};
	});
}

/** Keys of the chat that are no way of writing, and that no command names already. */
function keyDeeds(keymap: Keymap): readonly Deed[] {
	const commands = SLASH_COMMANDS.filter(({usage}) => !/[<[]/.test(usage)).map(({parse}) => parse('', NOWHERE));
	const isCommand = (binding: Binding) => commands.some(meaning => meaning.ok && isSame(binding, meaning.intents));
	return keymap.bindings
		.filter(({id, contexts, group}) => contexts.includes('chat') && group !== 'Writing' && !OUT_OF_PLACE.has(id))
		.filter(binding => !isCommand(binding))
		.map(binding => {
			const {id, help, intents} = binding;
			return {id, label: withoutKey(help), help: '', key: keyOf(binding), does: intents(0)};
		});
}

function isSame({intents}: Binding, others: ReturnType<Binding['intents']>): boolean {
	return JSON.stringify(intents(0)) === JSON.stringify(others);
}

function keyOf(binding: Binding | undefined): string {
	const [key] = binding?.keys ?? [];
	return key === undefined ? '' : describeKey(key);
}

/** `(F1)`, `(also /help)`: the row says it itself, and as it is set. */
function withoutKey(help: string): string {
	return help.replace(/ \((?:also )?[^()]*\)$/, match => (/^ \((also \/|F\d)/.test(match) ? '' : match));
}

/** For commands that need to know of nothing. */
const NOWHERE: SlashContext = {
	room: undefined,
	topic: '',
	rooms: [],
	roomsWith: () => [],
	peers: [],
	recent: () => [],
	isFarUp: false,
	isSending: false,
	files: NO_SLASH_FILES,
	forgetting: undefined,
	faults: false,
};
