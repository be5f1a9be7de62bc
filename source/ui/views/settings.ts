/** Every setting with what it is and what it could be, and the keys that the person has changed. */
import {sanitizeLine} from '../../base/sanitize.ts';
import {FILE_SETTING_NAMES, FILE_SETTINGS, type FileSettingName} from '../../store/file-settings.ts';
import {SETTING_NAMES, SETTINGS, type SettingName, valueText, valueTexts} from '../../store/settings.ts';
import type {State} from '../../store/state.ts';
import {describeKeys, keymapOf} from '../keymap.ts';
import {row, type Span, span, spansWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';

const NAME_CELLS = 18;
/** Below this, a name has a row of its own. */
const NARROW = 60;

export function settingsLines(state: State, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const lines: (readonly Span[])[] = [[]];
	const until = state.keepsSettings ? 'now and for the next start' : 'for this run only: nothing is kept';
	for (const text of wrap(`/set <setting> <value> changes one, ${until}.`, width - 4)) {
		lines.push([span('  '), span(text)]);
	}
	for (const name of SETTING_NAMES) lines.push([], ...settingRows(state, name, width, theme));
	for (const name of FILE_SETTING_NAMES) lines.push([], ...textRows(state, name, width, theme));
	lines.push([], [span('  Keys of your own', paint.title)]);
	const keys = ownKeys(state);
	if (keys.length === 0) lines.push([span('  none', paint.dim)]);
	for (const [id, text] of keys) lines.push([span('  '), span(id.padEnd(NAME_CELLS), paint.key), span(` ${text}`)]);
	for (const text of wrap('In a shell, p2p-tui config prints a settings file with all settings and keys.', width - 4)) {
		lines.push([span('  '), span(text, paint.dim)]);
	}
	return lines.map(line => row(width, line));
}

function settingRows(state: State, name: SettingName, width: number, {paint}: Theme): readonly (readonly Span[])[] {
	const {help, about} = SETTINGS[name];
	const isNarrow = width < NARROW;
	const indent = ' '.repeat(isNarrow ? 4 : 2 + NAME_CELLS + 1);
	const room = width - indent.length - 1;
	const told = [help, ...(about === undefined ? [] : [about])].flatMap(text => wrap(text, room));
	const texts = told.map(text => [span(indent), span(text, paint.dim)]);
	const [first = [], ...more] = valueRows(state, name, room, paint);
	const others = more.map(values => [span(indent.slice(1)), ...values]);
	if (isNarrow) return [[span('  '), span(name, paint.key)], [span(indent.slice(1)), ...first], ...others, ...texts];
	return [[span('  '), span(name.padEnd(NAME_CELLS), paint.key), ...first], ...others, ...texts];
}

/** Of a setting that is a text: what stands there. */
function textRows(state: State, name: FileSettingName, width: number, {paint}: Theme): readonly (readonly Span[])[] {
	const {help, about} = FILE_SETTINGS[name];
	const isNarrow = width < NARROW;
	const indent = ' '.repeat(isNarrow ? 4 : 2 + NAME_CELLS + 1);
	const room = width - indent.length - 1;
	const value = state.settings[name];
	const shown = value === '' ? '[not set]' : `[${sanitizeLine(value)}]`;
	const [first = '', ...more] = wrap(shown, room - 1);
	const rows = more.map(text => [span(indent), span(text, paint.accent)]);
	const texts = [help, about].flatMap(text => wrap(text, room)).map(text => [span(indent), span(text, paint.dim)]);
	const head = [span('  '), span(isNarrow ? name : name.padEnd(NAME_CELLS), paint.key)];
	if (isNarrow) return [head, [span(indent), span(first, paint.accent)], ...rows, ...texts];
	return [[...head, span(first, paint.accent)], ...rows, ...texts];
}

/** The value that it has stands in brackets, for where there are no colours. */
function valueRows(state: State, name: SettingName, room: number, paint: Theme['paint']): readonly (readonly Span[])[] {
	const now = valueText(state.settings[name]);
	const rows: Span[][] = [[]];
	for (const text of valueTexts(name)) {
		const value = text === now ? span(`[${text}]`, paint.accent) : span(` ${text} `, paint.dim);
		const last = rows.at(-1) as Span[];
		if (spansWidth([...last, value]) <= room) last.push(value);
		else rows.push([value]);
	}
	return rows;
}

function ownKeys(state: State): readonly (readonly [string, string])[] {
	const {bindings} = keymapOf(state);
	return Object.keys(state.settings.keys).flatMap(id => {
		const binding = bindings.find(each => each.id === id);
		return binding ? [[id, binding.keys.length === 0 ? 'no key' : describeKeys(binding)] as const] : [];
	});
}
