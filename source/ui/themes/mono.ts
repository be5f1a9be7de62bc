/** No colours: bold, dim, underlined and inverse say what colours say elsewhere. */
import type {Palette} from './types.ts';

export const MONO: Palette = {
	backgrounds: [],
	tokens: {
		plain: {},
		dim: {attributes: ['dim']},
		border: {attributes: ['dim']},
		title: {attributes: ['bold']},
		accent: {attributes: ['bold']},
		key: {attributes: ['bold']},
		own: {attributes: ['bold']},
		good: {attributes: ['bold']},
		warn: {attributes: ['bold']},
		bad: {attributes: ['bold', 'underline']},
		mention: {attributes: ['bold', 'underline']},
		unread: {attributes: ['bold']},
		divider: {attributes: ['bold']},
		selected: {attributes: ['inverse']},
		alarm: {attributes: ['inverse']},
		code: {attributes: ['bold']},
		link: {attributes: ['underline']},
	},
	peers: [{attributes: ['bold']}],
};
