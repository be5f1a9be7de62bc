/**
 * Colours by what they mean. A theme turns text into text with SGR sequences (ECMA-48), as many colours as the terminal
 * has; NO_COLOR and monochrome terminals keep bold, underline and inverse only.
 */

import type {ThemeName} from '../store/settings.ts';

export type Token =
	| 'plain'
	| 'dim'
	| 'border'
	| 'title'
	| 'accent'
	| 'key'
	| 'own'
	| 'good'
	| 'warn'
	| 'bad'
	| 'mention'
	| 'unread'
	| 'divider'
	| 'selected'
	| 'alarm';

export type Paint = (text: string) => string;

export type Theme = {
	readonly name: string;
	readonly paint: Readonly<Record<Token, Paint>>;
	/** Always the same colour for the same peer. */
	readonly peer: (peer: string) => Paint;
};

/** Bits of colour, as `tty.WriteStream.getColorDepth` gives them. */
export type ColorDepth = 1 | 4 | 8 | 24;

type Color = {readonly rgb: string; readonly basic: number};

type Style = {
	readonly color?: Color;
	readonly background?: Color;
	readonly bold?: true;
	/** Instead of the colours where there are none. */
	readonly plain?: 'bold' | 'inverse' | 'underline' | 'dim';
};

type Palette = {readonly tokens: Readonly<Record<Token, Style>>; readonly peers: readonly Color[]};

/** `basic` is the SGR parameter of one of the 16 colours. */
const color = (rgb: string, basic: number): Color => ({rgb, basic});

const DARK: Palette = {
	tokens: {
		plain: {},
		dim: {color: color('7f849c', 90), plain: 'dim'},
		border: {color: color('45475a', 90), plain: 'dim'},
		title: {color: color('cdd6f4', 97), bold: true, plain: 'bold'},
		accent: {color: color('89b4fa', 94), bold: true, plain: 'bold'},
		key: {color: color('b4befe', 96)},
		own: {color: color('cdd6f4', 97), bold: true, plain: 'bold'},
		good: {color: color('a6e3a1', 32)},
		warn: {color: color('f9e2af', 33), plain: 'bold'},
		bad: {color: color('f38ba8', 31), bold: true, plain: 'bold'},
		mention: {color: color('fab387', 93), bold: true, plain: 'bold'},
		unread: {color: color('f9e2af', 93), bold: true, plain: 'bold'},
		divider: {color: color('f38ba8', 31), plain: 'bold'},
		selected: {background: color('313244', 100), bold: true, plain: 'inverse'},
		alarm: {color: color('11111b', 97), background: color('f38ba8', 41), bold: true, plain: 'inverse'},
	},
	peers: [
		color('89dceb', 36),
		color('a6e3a1', 32),
		color('f5c2e7', 95),
		color('f9e2af', 33),
		color('cba6f7', 35),
		color('fab387', 93),
		color('94e2d5', 96),
		color('89b4fa', 94),
		color('eba0ac', 91),
		color('b4befe', 34),
	],
};

const LIGHT: Palette = {
	tokens: {
		plain: {},
		dim: {color: color('6c6f85', 90), plain: 'dim'},
		border: {color: color('acb0be', 90), plain: 'dim'},
		title: {color: color('4c4f69', 30), bold: true, plain: 'bold'},
		accent: {color: color('1e66f5', 34), bold: true, plain: 'bold'},
		key: {color: color('7287fd', 34)},
		own: {color: color('4c4f69', 30), bold: true, plain: 'bold'},
		good: {color: color('2f7d20', 32)},
		warn: {color: color('a45f00', 33), plain: 'bold'},
		bad: {color: color('d20f39', 31), bold: true, plain: 'bold'},
		mention: {color: color('c64600', 31), bold: true, plain: 'bold'},
		unread: {color: color('a45f00', 33), bold: true, plain: 'bold'},
		divider: {color: color('d20f39', 31), plain: 'bold'},
		selected: {background: color('ccd0da', 47), bold: true, plain: 'inverse'},
		alarm: {color: color('ffffff', 97), background: color('d20f39', 41), bold: true, plain: 'inverse'},
	},
	peers: [
		color('04718a', 36),
		color('2f7d20', 32),
		color('b03aa0', 35),
		color('94600a', 33),
		color('8839ef', 35),
		color('c64600', 31),
		color('0f7a7f', 36),
		color('1e66f5', 34),
		color('c0323f', 31),
		color('4a5bd4', 34),
	],
};

/** `auto` is light or dark as the terminal says, and dark if it says nothing. */
export function createTheme(name: ThemeName, terminalDepth: ColorDepth, environment: NodeJS.ProcessEnv = {}): Theme {
	const depth = name === 'mono' ? 1 : terminalDepth;
	const isLight = name === 'light' || (name === 'auto' && hasLightBackground(environment));
	const palette = isLight ? LIGHT : DARK;
	const tokens = Object.entries(palette.tokens) as [Token, Style][];
	const peers = palette.peers.map(found => painter({color: found}, depth));
	return {
		name: depth === 1 ? 'mono' : isLight ? 'light' : 'dark',
		paint: Object.fromEntries(tokens.map(([token, style]) => [token, painter(style, depth)])) as Theme['paint'],
		peer: peer => peers[hash(peer) % peers.length] as Paint,
	};
}

/** Nothing but the text: for tests, and for a terminal that can do nothing else. */
export const PLAIN_THEME: Theme = (() => {
	const paint: Paint = text => text;
	const tokens = Object.keys(DARK.tokens) as Token[];
	return {
		name: 'plain',
		paint: Object.fromEntries(tokens.map(token => [token, paint])) as Theme['paint'],
		peer: () => paint,
	};
})();

/** Terminals that set COLORFGBG (rxvt, Konsole) say `15;0` for light on dark. */
function hasLightBackground({COLORFGBG}: NodeJS.ProcessEnv): boolean {
	const background = Number(COLORFGBG?.split(';').at(-1) ?? Number.NaN);
	return background === 7 || (background >= 9 && background <= 15);
}

function painter(style: Style, depth: ColorDepth): Paint {
	const open: string[] = [];
	const close: string[] = [];
	const add = ([on, off]: readonly [string, string]): void => {
		open.push(on);
		close.unshift(off);
	};
	if (depth === 1) {
		if (style.plain) add(ATTRIBUTES[style.plain]);
	} else {
		if (style.bold) add(ATTRIBUTES.bold);
		if (style.color) add([parameters(style.color, depth, false), '39']);
		if (style.background) add([parameters(style.background, depth, true), '49']);
	}
	if (open.length === 0) return text => text;
	const [start, end] = [`\x1b[${open.join(';')}m`, `\x1b[${close.join(';')}m`];
	return text => (text === '' ? '' : start + text + end);
}

const ATTRIBUTES = {
	bold: ['1', '22'],
	dim: ['2', '22'],
	underline: ['4', '24'],
	inverse: ['7', '27'],
} as const satisfies Record<string, readonly [string, string]>;

function parameters({rgb, basic}: Color, depth: ColorDepth, isBackground: boolean): string {
	const isBasicBackground = (basic >= 40 && basic <= 47) || basic >= 100;
	if (depth === 4) return String(isBackground === isBasicBackground ? basic : basic + 10);
	const value = Number.parseInt(rgb, 16);
	const parts = [value >> 16, (value >> 8) & 0xff, value & 0xff] as const;
	const kind = isBackground ? '48' : '38';
	return depth === 24 ? `${kind};2;${parts.join(';')}` : `${kind};5;${indexed(parts)}`;
}

/** The nearest of xterm's 256 colours: the 6×6×6 cube, or the grey ramp for colours without one. */
function indexed([red, green, blue]: readonly [number, number, number]): number {
	const spread = Math.max(red, green, blue) - Math.min(red, green, blue);
	if (spread < 24) {
		const grey = Math.round(((red + green + blue) / 3 - 8) / 10);
		return 232 + Math.max(0, Math.min(23, grey));
	}
	const step = (part: number) => (part < 48 ? 0 : part < 115 ? 1 : Math.min(5, Math.round((part - 55) / 40)));
	return 16 + 36 * step(red) + 6 * step(green) + step(blue);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
	return value >>> 0;
}
