/** The terminal's own sixteen colours, whatever they are: for those who have chosen them with care. */
import {type Attribute, own, type Palette, type Style} from './types.ts';

const ink = (basic: number, ...attributes: readonly Attribute[]): Style => ({color: own(basic), attributes});

/** No black, white or grey: on which background one stands is not known, and some palettes have no grey. */
export const ANSI: Palette = {
	backgrounds: [],
	tokens: {
		plain: {},
		dim: {attributes: ['dim']},
		border: {attributes: ['dim']},
		title: {attributes: ['bold']},
		accent: ink(36, 'bold'),
		key: ink(36),
		own: {attributes: ['bold']},
		good: ink(32),
		warn: ink(33),
		bad: ink(31, 'bold'),
		mention: ink(35, 'bold'),
		unread: ink(33, 'bold'),
		divider: ink(31),
		selected: {attributes: ['inverse']},
		alarm: ink(31, 'bold', 'inverse'),
		code: ink(35),
		link: ink(36, 'underline'),
	},
	// Dark blue on black can hardly be read in most palettes, bright yellow and bright green on white in all.
	peers: [32, 36, 31, 33, 35, 94, 91, 95].map(basic => ink(basic)),
};
