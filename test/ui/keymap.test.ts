import {describe, expect, test} from 'vitest';
import type {Intent} from '../../source/store/intent.ts';
import {type Need, RESERVED_KEYS} from '../../source/ui/bindings/index.ts';
import {keyName} from '../../source/ui/input/input.ts';
import {InputParser} from '../../source/ui/input/parser.ts';
import {readKey} from '../../source/ui/key-names.ts';
import {BINDINGS, describeKey, describeKeys, type KeyContext, Keymap} from '../../source/ui/keymap.ts';
import {keyBytes} from '../helpers/key-bytes.ts';

const CONTEXTS: readonly KeyContext[] = ['chat', 'select', 'switcher', 'page', 'network', 'filter', 'topology', 'lab'];
const USUAL = new Keymap();

/** What the bytes that a terminal sends mean. */
function intentsOf(bytes: string, context: KeyContext = 'chat'): readonly Intent[] {
	const parser = new InputParser();
	const inputs = [...parser.push(bytes), ...parser.flush()];
	return inputs.flatMap(input => USUAL.intentsFor(input, {context, escapeArmed: false}));
}

const insertion = (text: string): Intent => ({type: 'edit', edit: {edit: 'insert', text}});

describe('the table', () => {
	test.each(CONTEXTS)('no key is bound twice in the context %s', context => {
		const keys = BINDINGS.filter(binding => binding.contexts.includes(context)).flatMap(binding => binding.keys);
		expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
	});

	test('every binding has a key, a context, help and an id of its own', () => {
		for (const binding of BINDINGS) {
			expect(binding.keys.length, binding.id).toBeGreaterThan(0);
			expect(binding.contexts.length, binding.id).toBeGreaterThan(0);
			expect(binding.help.trim(), binding.id).not.toBe('');
			expect(binding.intents(0).length, binding.id).toBeGreaterThan(0);
		}
		expect(new Set(BINDINGS.map(binding => binding.id)).size).toBe(BINDINGS.length);
	});

	test('keys are written as the parser names them', () => {
		const name =
			/^((ctrl\+)?(alt\+)?(shift\+)?[^A-Z]|[A-Z]|(ctrl\+)?(alt\+)?(shift\+)?(up|down|left|right|home|end|pageup|pagedown|delete|backspace|tab|return|escape|space|f\d+))$/;
		for (const {keys} of BINDINGS) for (const key of keys) expect(key).toMatch(name);
	});

	test('every context can be left, and the program from everywhere', () => {
		expect(intentsOf('\x1b', 'page')).toEqual([{type: 'back'}]);
		expect(intentsOf('\x1b', 'switcher')).toEqual([{type: 'switcher', open: false}]);
		for (const context of CONTEXTS) expect(intentsOf('\x03', context)).toEqual([{type: 'interrupt'}]);
	});
});

describe('what keys mean', () => {
	test.each<[string, string, Intent[]]>([
		['Alt-1', '\x1b1', [{type: 'go', to: {by: 'index', index: 0}}]],
		['Alt-9', '\x1b9', [{type: 'go', to: {by: 'index', index: 8}}]],
		['Alt-↓', '\x1b[1;3B', [{type: 'go', to: {by: 'step', step: 1}}]],
		['Alt-↑', '\x1b\x1b[A', [{type: 'go', to: {by: 'step', step: -1}}]],
		['Ctrl-N', '\x0e', [{type: 'go', to: {by: 'step', step: 1}}]],
		['Ctrl-P', '\x10', [{type: 'go', to: {by: 'step', step: -1}}]],
		['Alt-A', '\x1ba', [{type: 'next-unread'}]],
		['Alt-A with caps lock', '\x1bA', [{type: 'next-unread'}]],
		['Alt-/', '\x1b/', [{type: 'go', to: {by: 'last'}}]],
		['Ctrl-K', '\x0b', [{type: 'switcher', open: true}]],
		['Tab', '\t', [{type: 'complete', step: 1}]],
		['Shift-Tab', '\x1b[Z', [{type: 'complete', step: -1}]],
		['↑', '\x1bOA', [{type: 'edit', edit: {edit: 'up'}}]],
		['↓', '\x1b[B', [{type: 'edit', edit: {edit: 'down'}}]],
		['PgUp', '\x1b[5~', [{type: 'scroll', pages: 1}]],
		['PgDn', '\x1b[6~', [{type: 'scroll', pages: -1}]],
		['Ctrl-End', '\x1b[1;5F', [{type: 'scroll-to-end'}]],
		['Alt-End', '\x1b[1;3F', [{type: 'scroll-to-end'}]],
		['F1', '\x1bOP', [{type: 'view', view: 'help'}]],
		['Alt-?', '\x1b?', [{type: 'view', view: 'help'}]],
		['F2', '\x1bOQ', [{type: 'view', view: 'peers'}]],
		['Alt-R', '\x1br', [{type: 'toggle-pane', pane: 'rooms'}]],
		['Alt-N', '\x1bn', [{type: 'toggle-pane', pane: 'network'}]],
		['Alt-Enter', '\x1b\r', [insertion('\n')]],
		['Ctrl-W', '\x17', [{type: 'edit', edit: {edit: 'delete-word-back'}}]],
		['Alt-Backspace', '\x1b\x7f', [{type: 'edit', edit: {edit: 'delete-word-back'}}]],
		['Ctrl-D', '\x04', [{type: 'edit', edit: {edit: 'delete-forward'}}]],
		['Ctrl-Z', '\x1a', [{type: 'effect', effect: {type: 'suspend'}}]],
		['Ctrl-L', '\x0c', [{type: 'effect', effect: {type: 'redraw'}}]],
		['Enter', '\r', [{type: 'submit'}]],
		['a question mark', '?', [insertion('?')]],
		['text and Enter in one chunk', 'ab\r', [insertion('ab'), {type: 'submit'}]],
		['a paste', '\x1b[200~a\rb\x1b[201~', [{type: 'paste', text: 'a\nb'}]],
		['a key without a meaning', '\x1b[24~', []],
	])('%s', (_, bytes, expected) => {
		expect(intentsOf(bytes)).toEqual(expected);
	});

	test('in the switcher the arrows choose, and text narrows the list', () => {
		expect(intentsOf('de\x1b[B\r', 'switcher')).toEqual([
			insertion('de'),
			{type: 'complete', step: 1},
			{type: 'submit'},
		]);
	});

	test('on a page nothing is written', () => {
		expect(intentsOf('x', 'page')).toEqual([]);
		// What is to become of a paste there is for the state to say.
		expect(intentsOf('\x1b[200~text\x1b[201~', 'page')).toEqual([{type: 'paste', text: 'text'}]);
		expect(intentsOf('q', 'page')).toEqual([{type: 'back'}]);
	});
});

describe('what help says', () => {
	test('keys as they are printed on a keyboard', () => {
		expect(['alt+1', 'ctrl+n', 'shift+tab', 'alt+up', 'escape', 'f1', 'alt+/', 'pageup'].map(describeKey)).toEqual([
			'Alt-1',
			'Ctrl-N',
			'Shift-Tab',
			'Alt-↑',
			'Esc',
			'F1',
			'Alt-/',
			'PgUp',
		]);
	});

	test('a run of digits as a run, several keys one after the other', () => {
		expect(describeKeys({keys: ['alt+1', 'alt+2', 'alt+3']})).toBe('Alt-1…3');
		expect(describeKeys({keys: ['ctrl+n', 'alt+down']})).toBe('Ctrl-N · Alt-↓');
		expect(describeKeys(BINDINGS.find(binding => binding.id === 'room')!)).toBe('Alt-1…9');
	});

	test('the help page has every binding', () => {
		const entries = USUAL.helpSections().flatMap(section => section.entries);
		expect(entries.length).toBe(BINDINGS.length);
		expect(entries).toContainEqual({
			id: 'interrupt',
			keys: 'Ctrl-C',
			help: 'clear the line; twice: leave (also /quit)',
		});
	});

	test('keys of the list and of a page have sections of their own', () => {
		for (const {contexts, group} of BINDINGS) {
			if (contexts.length > 1) continue;
			expect(group === 'In the list').toBe(contexts[0] === 'switcher');
			expect(group === 'On a page').toBe(contexts[0] === 'page');
		}
	});

	test('the status bar names keys of its context only', () => {
		const hints = (...given: readonly Need[]) =>
			USUAL.statusHints('chat', new Set(given)).map(({key, hint}) => `${key} ${hint}`);
		expect(hints('unread')).toEqual(
			expect.arrayContaining(['Alt-A next unread', 'Ctrl-K go to…', 'F1 help', 'Alt-M mouse']),
		);
		expect(hints()).not.toContain('Alt-A next unread');
		expect(hints()).not.toContain('Shift-↑ select');
		expect(hints('messages')).toContain('Shift-↑ select');
		expect(hints()).not.toContain('Esc back');
		expect(USUAL.statusHints('page', new Set()).map(({key}) => key)).toContain('Esc');
	});
});

describe('keys that a person has chosen', () => {
	const intents = (keymap: Keymap, bytes: string, context: KeyContext = 'chat', escapeArmed = false) => {
		const parser = new InputParser();
		const inputs = [...parser.push(bytes), ...parser.flush()];
		return inputs.flatMap(input => keymap.intentsFor(input, {context, escapeArmed}));
	};

	test('take the place of the usual ones, in what they do and in what is said', () => {
		const keymap = new Keymap({'next-room': ['f9'], 'open-switcher': []});
		expect(intents(keymap, '\x1b[20~')).toEqual([{type: 'go', to: {by: 'step', step: 1}}]);
		expect(intents(keymap, '\x0e')).toEqual([]);
		expect(keymap.label('next-room')).toBe('F9');
		expect(keymap.label('open-switcher')).toBe('');
		expect(keymap.statusHints('chat', new Set()).map(({hint}) => hint)).not.toContain('go to…');
		const entries = keymap.helpSections().flatMap(section => section.entries);
		expect(entries.find(({id}) => id === 'next-room')?.keys).toBe('F9');
		expect(entries.find(({id}) => id === 'open-switcher')).toBeUndefined();
	});

	test('leave Esc and Ctrl-C as they are', () => {
		const changes = Object.fromEntries(BINDINGS.map(({id}) => [id, []]));
		const keymap = new Keymap(changes);
		for (const context of CONTEXTS) {
			for (const key of RESERVED_KEYS) {
				expect(intents(keymap, keyBytes(key), context)).toEqual(intentsOf(keyBytes(key), context));
			}
		}
		expect(new Keymap({'close-page': ['x']}).label('close-page')).toBe('x');
	});

	test('do not touch Esc and then a digit', () => {
		const keymap = new Keymap({room: ['f9', 'f10']});
		expect(intents(keymap, '2', 'chat', true)).toEqual([{type: 'go', to: {by: 'index', index: 1}}]);
		expect(intents(keymap, '\x1b[21~')).toEqual([{type: 'go', to: {by: 'index', index: 1}}]);
	});

	test('may be called as no property of an object is', () => {
		expect(() => new Keymap(JSON.parse('{"__proto__": ["f5"], "toString": ["f6"]}'))).not.toThrow();
	});
});

describe('how keys are written', () => {
	test.each([
		['Ctrl-K', 'ctrl+k'],
		['ctrl+k', 'ctrl+k'],
		['Alt-A', 'alt+a'],
		['Alt-Shift-A', 'alt+shift+a'],
		['shift+alt+a', 'alt+shift+a'],
		['Option-/', 'alt+/'],
		['Alt--', 'alt+-'],
		['alt++', 'alt++'],
		['Alt-↓', 'alt+down'],
		['Shift-Tab', 'shift+tab'],
		['PgUp', 'pageup'],
		['Esc', 'escape'],
		['Enter', 'return'],
		['F12', 'f12'],
		['g', 'g'],
		['G', 'G'],
		['é', 'é'],
		['Space', ' '],
		['ctrl+space', 'ctrl+space'],
	])('%s is %s', (written, key) => {
		expect(readKey(written)).toEqual({ok: true, key});
	});

	test('the keys of the table, as the table and as help write them', () => {
		for (const key of BINDINGS.flatMap(({keys}) => keys)) {
			expect(readKey(key), key).toEqual({ok: true, key});
			expect(readKey(describeKey(key)), key).toEqual({ok: true, key});
		}
	});

	const NAMES = [
		...'abcdefghijklmnopqrstuvwxyz0123456789/\\?.,;[]^_@-+é',
		'up',
		'home',
		'delete',
		'pageup',
		'f1',
		'f5',
	];
	const MORE = ['tab', 'return', 'backspace', 'space', 'escape'];
	const MODIFIERS = ['', 'ctrl+', 'alt+', 'shift+', 'ctrl+alt+', 'alt+shift+', 'ctrl+shift+'];
	const everything = [...NAMES, ...MORE].flatMap(name => MODIFIERS.map(modifier => modifier + name));

	test('what is accepted arrives from a terminal as that key and no other', () => {
		const refused: string[] = [];
		for (const written of everything) {
			const read = readKey(written);
			if (!read.ok) {
				refused.push(written);
				continue;
			}
			const parser = new InputParser();
			const [input, ...others] = [...parser.push(bytesOf(read.key)), ...parser.flush()];
			const name = input?.type === 'key' ? keyName(input) : input?.type === 'text' ? input.text : input?.type;
			expect([name, others], written).toEqual([read.key, []]);
		}
		// Not by refusing everything.
		expect(refused.length).toBeLessThan(everything.length / 2);
	});

	test.each([
		['Ctrl-H', 'for a terminal that is Backspace'],
		['Ctrl-Shift-K', 'a terminal sends the same for Ctrl-K, without Shift'],
		['Ctrl-1', 'no terminal sends Ctrl with 1'],
		['Cmd-K', 'no terminal sends Cmd'],
		['Shift-g', 'write the character that Shift makes, without Shift'],
		['Alt-[', 'terminals begin other keys with it'],
		['Ctrl-Tab', 'it goes from window to window and seldom reaches a terminal'],
		['Ctrl-', 'it is no key'],
		['F13', 'it is no key'],
		['pagup', 'it is no key'],
		['', 'it is no key'],
	])('%s is refused: %s', (written, problem) => {
		expect(readKey(written)).toEqual({ok: false, problem});
	});

	/** xterm's, with Alt before what Ctrl or Shift make; kitty's, which some others speak too, for what xterm does not send. */
	function bytesOf(key: string): string {
		const [, alt = '', shift = '', letter = ''] = /^(alt\+)?(shift\+)?([a-z])$/.exec(key) ?? [];
		if (letter !== '' && alt !== '') return `\x1b${shift === '' ? letter : letter.toUpperCase()}`;
		if (key.endsWith('ctrl+space')) return '\0';
		if (key === 'ctrl+alt+space') return '\x1b\0';
		const [, modifiers, name = ''] = /^((?:ctrl|alt|shift)\+.*?)(return|backspace|\/|f1)$/.exec(key) ?? [];
		if (modifiers === undefined || key === 'alt+/') return keyBytes(key);
		const code = {return: 13, backspace: 127, '/': 47}[name];
		return code === undefined ? `\x1b[1;${modifierOf(key)}P` : `\x1b[${code};${modifierOf(key)}u`;
	}

	function modifierOf(key: string): number {
		return 1 + (key.includes('shift+') ? 1 : 0) + (key.includes('alt+') ? 2 : 0) + (key.includes('ctrl+') ? 4 : 0);
	}
});
