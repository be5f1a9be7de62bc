/** All themes, by their names. */
import type {ThemeName} from '../../store/settings.ts';
import {ANSI} from './ansi.ts';
import {CONTRAST} from './contrast.ts';
import {DARK} from './dark.ts';
import {LIGHT} from './light.ts';
import {MONO} from './mono.ts';
import type {Palette} from './types.ts';

export const PALETTES: Readonly<Record<Exclude<ThemeName, 'auto'>, Palette>> = {
	dark: DARK,
	light: LIGHT,
	contrast: CONTRAST,
	ansi: ANSI,
	mono: MONO,
};
