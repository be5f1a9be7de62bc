/** `p2p-tui config`: a settings file with everything in it, drawn from the tables that the screen itself reads. */
import {FILE_SETTING_NAMES, FILE_SETTINGS, type FileSettingName} from '../store/file-settings.ts';
import {DEFAULT_SETTINGS, SETTING_NAMES, SETTINGS, type SettingName, type SettingValue} from '../store/settings.ts';
import {BINDINGS, type Binding} from '../ui/bindings/index.ts';
import {describeKey} from '../ui/keymap.ts';
import type {Machine} from './directories.ts';
import type {Options} from './options.ts';
import {settingsPath} from './settings-place.ts';

export function showSettings({config}: Options, machine: Machine): number {
	console.log(settingsSample(settingsPath(config, machine)));
	return 0;
}

/** Everything as it is by default, each thing with what it does. `file` is where p2p-tui looks for it. */
export function settingsSample(file: string): string {
	return [
		'// Settings of p2p-tui: JSON with comments. Everything is as it is by default, and so is whatever is left out: keep',
		'// what you change, and leave out the rest.',
		`// p2p-tui reads ${file}`,
		'// --config <file> names another one; --theme wins over what stands here. On the screen, /set changes settings.',
		'{',
		...SETTING_NAMES.flatMap(settingLines),
		...FILE_SETTING_NAMES.flatMap(textLines),
		'',
		'	// An action has the keys that stand here instead of the usual ones; [] takes them away. Esc and Ctrl-C always stay.',
		'	"keys": {',
		...keyLines(),
		'	}',
		'}',
	].join('\n');
}

function settingLines(name: SettingName): readonly string[] {
	const {values, help, about} = SETTINGS[name];
	const choices = (values as readonly SettingValue[]).map(value => JSON.stringify(value)).join(', ');
	return [
		`	// ${help}: ${choices}`,
		...(about === undefined ? [] : [`	// ${about}`]),
		`	${JSON.stringify(name)}: ${JSON.stringify(DEFAULT_SETTINGS[name])},`,
	];
}

function textLines(name: FileSettingName): readonly string[] {
	const {help, about} = FILE_SETTINGS[name];
	return [`	// ${help}: ${about}`, `	${JSON.stringify(name)}: "",`];
}

/** A comma after the last one is allowed, so that lines can be moved. */
function keyLines(): readonly string[] {
	const groups = [...new Set(BINDINGS.map(({group}) => group))];
	return groups.flatMap((group, index) => [
		...(index === 0 ? [] : ['']),
		`		// ${group}`,
		...BINDINGS.filter(binding => binding.group === group).flatMap(bindingLines),
	]);
}

function bindingLines({id, keys, help}: Binding): readonly string[] {
	return [
		`		// ${help}`,
		`		${JSON.stringify(id)}: [${keys.map(key => JSON.stringify(describeKey(key))).join(', ')}],`,
	];
}
