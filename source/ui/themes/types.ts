/** What a theme is made of. */

/** Colours by what they mean. */
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
	| 'alarm'
	| 'code'
	| 'link';

/** Bits of colour, as `tty.WriteStream.getColorDepth` gives them. */
export type ColorDepth = 1 | 4 | 8 | 24;

export type Paint = (text: string) => string;

export type Attribute = 'bold' | 'dim' | 'underline' | 'inverse';

export type Color = {
	/** Six hexadecimal digits. Without it, the terminal's own colour whatever it can show. */
	readonly rgb?: string;
	/** The SGR parameter of one of the 16 colours, for text. */
	readonly basic: number;
};

export type Style = {
	readonly color?: Color;
	readonly background?: Color;
	readonly attributes?: readonly Attribute[];
};

export type Palette = {
	/** What it is readable on: the usual backgrounds of terminals, six hexadecimal digits each. */
	readonly backgrounds: readonly string[];
	readonly tokens: Readonly<Record<Token, Style>>;
	/** One for each peer; none if peers are told apart by their names only. */
	readonly peers: readonly Style[];
};

export const color = (rgb: string, basic: number): Color => ({rgb, basic});
export const own = (basic: number): Color => ({basic});

export const text = (rgb: string, basic: number, ...attributes: readonly Attribute[]): Style => ({
	color: color(rgb, basic),
	attributes,
});
