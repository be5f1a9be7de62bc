/**
 * Turns text into text with SGR sequences (ECMA-48), by what it means and with as many colours as the terminal has. The
 * colours themselves are data, in `themes/`.
 */
import type {ThemeName} from '../store/settings.ts';
import {PALETTES} from './themes/index.ts';
import {sgr} from './themes/sgr.ts';
import type {ColorDepth, Paint, Token} from './themes/types.ts';

export type {ColorDepth, Paint, Token} from './themes/types.ts';

export type Theme = {
	readonly name: string;
	readonly paint: Readonly<Record<Token, Paint>>;
	/** Always the same colour for the same peer. */
	readonly peer: (peer: string) => Paint;
	/** Makes text a link (OSC 8) to an address that is safe to show. Undefined where the terminal would print it. */
	readonly link?: ((url: string) => Paint) | undefined;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** `auto` is light or dark as the terminal says, and dark if it says nothing. */
export function createTheme(name: ThemeName, depth: ColorDepth, environment: Environment = {}): Theme {
	const chosen = depth === 1 ? 'mono' : name === 'auto' ? (hasLightBackground(environment) ? 'light' : 'dark') : name;
	const palette = PALETTES[chosen];
	const paints = Object.entries(palette.tokens).map(([token, style]) => [token, sgr(style, depth)] as const);
	const peers = palette.peers.map(style => sgr(style, depth));
	return {
		name: chosen,
		paint: Object.fromEntries(paints) as Theme['paint'],
		peer: peer => peers[hash(peer) % peers.length] as Paint,
		link: hasLinks(environment) ? linked : undefined,
	};
}

/**
 * The theme for a terminal. NO_COLOR decides for whoever has not chosen: as no-color.org has it, a choice for this
 * program alone (an option, the settings file) says more than a variable for all programs.
 */
export function terminalTheme(
	name: ThemeName,
	stream: {getColorDepth(environment?: object): number},
	environment: Environment,
): Theme {
	const {NO_COLOR = '', ...others} = environment;
	if (name === 'auto' && NO_COLOR !== '') return createTheme('mono', 1, environment);
	return createTheme(name, stream.getColorDepth(others) as ColorDepth, environment);
}

/** Nothing but the text: for tests, and for a terminal that can do nothing else. */
export const PLAIN_THEME: Theme = (() => {
	const paint: Paint = text => text;
	const tokens = Object.keys(PALETTES.mono.tokens) as Token[];
	return {
		name: 'plain',
		paint: Object.fromEntries(tokens.map(token => [token, paint])) as Theme['paint'],
		peer: () => paint,
	};
})();

/** Terminals that set COLORFGBG (rxvt, Konsole) say `15;0` for light on dark. */
function hasLightBackground({COLORFGBG}: Environment): boolean {
	const background = Number(COLORFGBG?.split(';').at(-1) || Number.NaN);
	return background === 7 || (background >= 9 && background <= 15);
}

/** Consoles and old terminals that would print the address. Whoever else does not know links passes over them. */
function hasLinks({TERM}: Environment): boolean {
	return TERM !== undefined && !/^(linux|cons25|vt\d+|dumb)/.test(TERM);
}

const linked =
	(url: string): Paint =>
	text =>
		text === '' ? '' : `\x1b]8;;${url}\x1b\\${text}\x1b]8;;\x1b\\`;

/** FNV-1a, 32 bits. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
	return value >>> 0;
}
