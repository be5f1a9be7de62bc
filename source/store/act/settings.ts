/** What the person chooses about the screen, while it runs. */
import {notify} from '../reduce/notices.ts';
import {
	SETTING_NAMES,
	SETTINGS,
	type SettingName,
	type Settings,
	type SwitchName,
	valueText,
	valueTexts,
} from '../settings.ts';
import type {State} from '../state.ts';
import type {Stage} from './stage.ts';

/** Shown at once; with `keep` it is told, and is so at the next start too, if anything is kept. */
export function change(stage: Stage, settings: Partial<Settings>, keep: boolean): void {
	const {draft} = stage;
	const {hidden} = draft.state;
	draft.set({
		settings: {...draft.state.settings, ...settings},
		hidden: {
			rooms: settings.sidebar === undefined ? hidden.rooms : !settings.sidebar,
			network: settings.network === undefined ? hidden.network : !settings.network,
		},
	});
	if (!keep) return;
	if (stage.state.keepsSettings) stage.effect({type: 'save', settings});
	const names = SETTING_NAMES.filter(name => name in settings);
	notify(draft, 'info', names.map(name => howItIs(stage.state, name)).join('; '));
}

export function toggle(stage: Stage, setting: SwitchName): void {
	change(stage, {[setting]: !stage.state.settings[setting]}, true);
}

function howItIs({settings, keepsSettings}: State, name: SettingName): string {
	const since = keepsSettings ? 'from now on' : 'for this run only';
	const means = name === 'mouse' && settings.mouse ? `: ${SETTINGS.mouse.help}` : '';
	return `${name} is ${valueText(settings[name])} ${since}${means}`;
}

/** How a setting is, and how it could be. */
export function tell(stage: Stage, setting: SettingName): void {
	const now = valueText(stage.state.settings[setting]);
	const others = valueTexts(setting).filter(text => text !== now);
	notify(stage.draft, 'info', `${setting} is ${now}; it can be ${others.join(', ')}`);
}
