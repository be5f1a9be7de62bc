/** What the person chooses about the screen, while it runs. */
import {notify} from '../reduce/notices.ts';
import {type SettingName, type Settings, type SwitchName, valueText, valueTexts} from '../settings.ts';
import type {Stage} from './stage.ts';

/** Shown at once; with `keep`, it is so at the next start too. */
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
	if (keep) stage.effect({type: 'save', settings});
}

export function toggle(stage: Stage, setting: SwitchName): void {
	change(stage, {[setting]: !stage.state.settings[setting]}, true);
	tell(stage, setting);
}

/** How a setting is, and how it could be. */
export function tell(stage: Stage, setting: SettingName): void {
	const now = valueText(stage.state.settings[setting]);
	const others = valueTexts(setting).filter(text => text !== now);
	notify(stage.draft, 'info', `${setting} is ${now}; it can be ${others.join(', ')}`);
}
