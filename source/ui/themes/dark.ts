/** Light text on a dark background: pastels (after Catppuccin Mocha). */
import {color, type Palette, text} from './types.ts';

export const DARK: Palette = {
	backgrounds: ['000000', '1e1e1e', '282c34'],
	tokens: {
		plain: {},
		dim: text('9aa0ba', 90),
		border: text('585b70', 90),
		title: text('cdd6f4', 97, 'bold'),
		accent: text('89b4fa', 94, 'bold'),
		key: text('b4befe', 96),
		own: text('cdd6f4', 97, 'bold'),
		good: text('a6e3a1', 32),
		warn: text('f9e2af', 33),
		bad: text('f38ba8', 91, 'bold'),
		mention: text('fab387', 93, 'bold'),
		unread: text('f9e2af', 93, 'bold'),
		divider: text('f38ba8', 91),
		selected: {background: color('313244', 90), attributes: ['bold']},
		alarm: {color: color('11111b', 97), background: color('f38ba8', 31), attributes: ['bold']},
		code: text('f5c2e7', 95),
		link: text('89b4fa', 94, 'underline'),
	},
	// Of xterm's 256 colours, so that they are the same where there are only those; chosen by a search for the largest
	// least difference (CIEDE2000) to all eyes: 19 to most, 11 to those without red, green or blue cones.
	peers: [
		text('00afaf', 36),
		text('87ff00', 92),
		text('87d7ff', 96),
		text('87af00', 32),
		text('ffffaf', 93),
		text('ff5f87', 91),
		text('8787ff', 94),
		text('ffaf87', 33),
	],
};
