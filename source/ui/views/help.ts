/** Help, drawn from the keymap and the commands themselves, so that it cannot be wrong. */
import {FILE_SETTING_NAMES, FILE_SETTINGS} from '../../store/file-settings.ts';
import {SETTING_NAMES, SETTINGS, valueTexts} from '../../store/settings.ts';
import type {State} from '../../store/state.ts';
import {type Keymap, keymapOf} from '../keymap.ts';
import {SLASH_COMMANDS} from '../slash.ts';
import {fit, row, type Span, span, spansWidth, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';

type Entry = {readonly keys: string; readonly help: string};
type Section = {readonly title: string; readonly entries: readonly Entry[]};

const MARKS = [
	{keys: '3 · @3', help: 'three unread messages in a room; one of them names you'},
	{keys: '▌', help: 'before a message: it names you, or answers you'},
	{keys: '…', help: 'yours, on its way to the disk here'},
	{keys: '✓', help: 'yours, kept here; nobody else has it yet'},
	{keys: '✓ 2/3', help: 'yours, kept by two of three members so far'},
	{keys: '✓✓ · ✓✓ read', help: 'yours to one person: has arrived; was read'},
	{keys: '┄ 3 missing ┄', help: 'messages known of, and not here yet'},
	{keys: '→ ← × · !', help: 'came, left, was lost, other news, alarm'},
	{keys: 'ann·WPqL', help: 'the end of the id, where two share a name'},
	{keys: '● ◌ ○', help: 'connected, connecting, gone'},
	{keys: '↗ → ↘', help: 'the round trip: longer, steady, shorter'},
	{keys: 'p50 · p99', help: 'of all round trips, half and 99 of 100 are shorter'},
	{keys: '├──┃━━━┫──┤', help: 'round trips: shortest, p50, p99, longest; each step is a multiple'},
	{keys: 'jitter', help: 'how much a round trip differs from the one before'},
	{keys: 'loss', help: 'heartbeats of that peer that did not come'},
	{keys: 'clock +1.2s ±3ms', help: 'its clock is ahead of ours; how well that is known'},
	{keys: 'queue · score', help: 'bytes that wait for it; below 0 it has misbehaved'},
	{keys: '! beside a peer', help: 'loss, p99, clock, queue or score needs a look'},
	{keys: '↓ ↑ · peak', help: 'what comes in and goes out; the most in view'},
	{keys: 'mesh 6 of 14', help: 'so many get your messages at once, and hand them on'},
	{keys: 'duplicates 0.3×', help: 'copies too many, for each message that came'},
	{keys: '▤', help: 'a file or a folder that somebody offers; select it to take it'},
	{keys: '█ ▓▒░ ▸ 3', help: 'pieces of a file: here, in part, on its way; how many have the others'},
	{keys: '✎', help: 'beside a room: something not sent yet stands there'},
] as const;

/** Two columns where they fit. */
const WIDE = 110;
const GAP = 4;
/** Few keys are wider; those have a row of their own. */
const MAX_KEYS = 22;

type Made = {
	readonly keymap: Keymap;
	readonly width: number;
	readonly theme: Theme;
	readonly isInLab: boolean;
	readonly lines: readonly string[];
};

let made: Made | undefined;

/** The same array for the same keys, width and theme: scrolling asks for all of it with every row. */
export function helpLines(state: State, width: number, theme: Theme): readonly string[] {
	const keymap = keymapOf(state);
	const isInLab = state.pages.lab.lab !== undefined;
	if (made?.keymap !== keymap || made.width !== width || made.theme !== theme || made.isInLab !== isInLab) {
		made = {keymap, width, theme, isInLab, lines: linesOf(allSections(keymap, isInLab), width, theme)};
	}
	return made.lines;
}

function linesOf(sections: readonly Section[], width: number, theme: Theme): readonly string[] {
	if (width < WIDE) return column(sections, width - 2, theme).map(line => row(width, [span(' '), ...line]));
	const half = Math.floor((width - 2 - GAP) / 2);
	const [left = [], right = []] = balanced(sections, half, theme);
	return Array.from({length: Math.max(left.length, right.length)}, (_, index) =>
		row(width, [span(' '), ...filled(left[index] ?? [], half), span(' '.repeat(GAP)), ...(right[index] ?? [])]),
	);
}

/** For whoever looks for the first time, the few things with which one gets along. */
const FIRST_STEPS: readonly (readonly [id: string, help: string])[] = [
	['send', 'send what you have written'],
	['next-room', 'next room'],
	['open-switcher', 'go to a room or a person, or find a command'],
	['scroll-up', 'what was said before'],
	['select', 'select a message: answer, react, copy'],
	['peers', 'who is here'],
	['interrupt', 'twice: leave'],
];

function allSections(keymap: Keymap, isInLab: boolean): readonly Section[] {
	const commands = SLASH_COMMANDS.filter(command => !command.isHidden).map(({usage, help}) => ({keys: usage, help}));
	const first = FIRST_STEPS.map(([id, help]) => ({keys: keymap.label(id), help})).filter(({keys}) => keys !== '');
	return [
		{title: 'The most important', entries: first},
		{title: 'Commands', entries: commands},
		{title: 'Marks', entries: MARKS},
		...keymap.helpSections(isInLab).map(({group, entries}) => ({title: group, entries})),
		{
			title: 'Settings (/set, or the settings file: p2p-tui config prints one, with every key)',
			entries: settingEntries(),
		},
	];
}

function settingEntries(): readonly Entry[] {
	return [
		...SETTING_NAMES.map(name => ({keys: name, help: `${SETTINGS[name].help}: ${valueTexts(name).join(', ')}`})),
		...FILE_SETTING_NAMES.map(name => ({keys: name, help: FILE_SETTINGS[name].help})),
	];
}

/** Split so that both columns are about as long; the sections keep their order. */
function balanced(
	sections: readonly Section[],
	width: number,
	theme: Theme,
): readonly (readonly (readonly Span[])[])[] {
	const splits = sections.slice(1).map((_, index) => {
		const columns = [sections.slice(0, index + 1), sections.slice(index + 1)].map(some => column(some, width, theme));
		return {columns, height: Math.max(...columns.map(({length}) => length))};
	});
	return splits.reduce((best, split) => (split.height < best.height ? split : best)).columns;
}

function column(sections: readonly Section[], width: number, theme: Theme): readonly (readonly Span[])[] {
	const widest = Math.max(...sections.flatMap(section => section.entries.map(entry => widthOf(entry.keys))));
	const keyWidth = Math.min(widest, MAX_KEYS, Math.floor(width * 0.45));
	return sections.flatMap(({title, entries}) => [
		[],
		...wrap(title, width).map(line => [span(line, theme.paint.accent)]),
		...entries.flatMap(entry => entryRows(entry, keyWidth, width, theme)),
	]);
}

/** Keys that are too wide for their column have a row of their own. */
function entryRows({keys, help}: Entry, keyWidth: number, width: number, {paint}: Theme): (readonly Span[])[] {
	const isShort = widthOf(keys) <= keyWidth;
	const indent = ' '.repeat(keyWidth + 2);
	const lines = wrap(help, width - keyWidth - 2).map((line, index) =>
		index === 0 && isShort ? [span(fit(keys, keyWidth + 2), paint.key), span(line)] : [span(indent), span(line)],
	);
	return isShort ? lines : [[span(keys, paint.key)], ...lines];
}

function filled(spans: readonly Span[], width: number): readonly Span[] {
	const used = spansWidth(spans);
	return used <= width ? [...spans, span(' '.repeat(width - used))] : spans;
}
