/** For weak eyes and bright rooms: on black, all text has a contrast of 7:1 or more (WCAG 2.2, level AAA). */
import {color, type Palette, text} from './types.ts';

export const CONTRAST: Palette = {
	backgrounds: ['000000'],
	tokens: {
		plain: text('ffffff', 97),
		dim: text('c6c6c6', 37),
		border: text('a8a8a8', 37),
		title: text('ffffff', 97, 'bold'),
		accent: text('5fd7ff', 96, 'bold'),
		key: text('ffff5f', 93),
		own: text('ffffff', 97, 'bold'),
		good: text('5fff5f', 92),
		warn: text('ffd700', 93, 'bold'),
		bad: text('ffafaf', 91, 'bold'),
		mention: text('ffaf5f', 93, 'bold', 'underline'),
		unread: text('ffff5f', 93, 'bold'),
		divider: text('ffafaf', 91, 'bold'),
		selected: {background: color('000087', 34), attributes: ['bold']},
		alarm: {color: color('000000', 30), background: color('ffaf5f', 93), attributes: ['bold']},
		code: text('ffafff', 95),
		link: text('5fd7ff', 96, 'underline'),
	},
	// Chosen as in the dark theme: 23 to most eyes, 12 to those without red, green or blue cones.
	peers: [
		text('5fafaf', 36),
		text('ff5f87', 91),
		text('ffff00', 93),
		text('ffaf87', 33),
		text('af87ff', 95),
		text('d7ffd7', 92),
		text('ffd7ff', 96),
		text('87af00', 32),
	],
};
