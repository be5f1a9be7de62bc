/** Dark text on a light background (after Catppuccin Latte, darkened until all of it can be read). */
import {color, type Palette, text} from './types.ts';

export const LIGHT: Palette = {
	backgrounds: ['ffffff', 'fafafa'],
	tokens: {
		plain: {},
		dim: text('5c5f77', 90),
		border: text('9ca0b0', 90),
		title: text('4c4f69', 30, 'bold'),
		accent: text('1a58d6', 34, 'bold'),
		key: text('2a3fb0', 34),
		own: text('4c4f69', 30, 'bold'),
		good: text('28691b', 32),
		warn: text('8a5000', 33),
		bad: text('c20d34', 31, 'bold'),
		mention: text('af005f', 35, 'bold'),
		unread: text('8a5000', 33, 'bold'),
		divider: text('c20d34', 31),
		selected: {background: color('e6e9ef', 37), attributes: ['bold']},
		alarm: {color: color('ffffff', 97), background: color('c20d34', 31), attributes: ['bold']},
		code: text('6b2fb3', 35),
		link: text('1a58d6', 34, 'underline'),
	},
	// Chosen as in the dark theme: 18 to most eyes, 11 to those without red, green or blue cones.
	peers: [
		text('00005f', 34),
		text('5f0000', 31),
		text('8700af', 35),
		text('005f5f', 36),
		text('875f87', 95),
		text('005fff', 94),
		text('008700', 32),
		text('af005f', 91),
	],
};
