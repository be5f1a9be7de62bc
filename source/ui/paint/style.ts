/** How a cell looks: the state that SGR sequences (ECMA-48) and hyperlinks (OSC 8) leave a terminal in. */
import {BoundedMap} from '../../base/bounded.ts';

export type Style = {
	/** SGR parameters of what is on, such as `1;4`, in ascending order; empty for none. */
	readonly attributes: readonly string[];
	/** SGR parameters of the colours; empty for the terminal's own. */
	readonly color: string;
	readonly background: string;
	/** Where the link leads, as OSC 8 has it (`parameters;URI`); empty for none. */
	readonly link: string;
	/** The shortest sequences from this style to others, by what those are. */
	readonly ways: Map<Style, string>;
};

/** What switches an attribute off. Bold and faint have one between them. */
const OFF: Readonly<Record<string, string>> = {
	'1': '22',
	'2': '22',
	'3': '23',
	'4': '24',
	'5': '25',
	'7': '27',
	'8': '28',
	'9': '29',
};

/** Styles kept apart by identity. Beyond it they are made anew, which costs bytes and is never wrong. */
const MAX_STYLES = 512;
const styles = new BoundedMap<string, Style>(MAX_STYLES);

function styleOf(attributes: readonly string[], color: string, background: string, link: string): Style {
	const key = `${attributes.join(';')}|${color}|${background}|${link}`;
	const known = styles.get(key);
	if (known) return known;
	const style: Style = {attributes, color, background, link, ways: new Map()};
	styles.set(key, style);
	return style;
}

/** The terminal's own. Kept apart from the others, so that it is never forgotten. */
export const PLAIN: Style = {attributes: [], color: '', background: '', link: '', ways: new Map()};

function make(attributes: readonly string[], color: string, background: string, link: string): Style {
	const isPlain = attributes.length === 0 && color === '' && background === '' && link === '';
	return isPlain ? PLAIN : styleOf(attributes, color, background, link);
}

export function isSameStyle(a: Style, b: Style): boolean {
	if (a === b) return true;
	if (a.color !== b.color || a.background !== b.background || a.link !== b.link) return false;
	return a.attributes.join(';') === b.attributes.join(';');
}

export function withLink(style: Style, link: string): Style {
	return make(style.attributes, style.color, style.background, link);
}

/** The style after `CSI <parameters> m`. What is not known changes nothing. */
export function withSgr(style: Style, parameters: string): Style {
	let changed = style;
	const parts = parameters.replaceAll(':', ';').split(';');
	for (let index = 0; index < parts.length; ) {
		const part = parts[index] || '0';
		// `38;5;n` or `38;2;r;g;b`
		const length = part !== '38' && part !== '48' ? 1 : parts[index + 1] === '5' ? 3 : 5;
		changed = length === 1 ? withParameter(changed, part) : withColor(changed, parts.slice(index, index + length));
		index += length;
	}
	return changed;
}

function withColor({attributes, color, background, link}: Style, parts: readonly string[]): Style {
	const whole = parts.join(';');
	return parts[0] === '38' ? make(attributes, whole, background, link) : make(attributes, color, whole, link);
}

function withParameter(style: Style, part: string): Style {
	const {attributes, color, background, link} = style;
	const number = Number(part);
	if (number === 0) return make([], '', '', link);
	if (part in OFF) return make([...attributes.filter(each => each !== part), part].sort(), color, background, link);
	if (number >= 22 && number <= 29) {
		return make(
			attributes.filter(each => OFF[each] !== part),
			color,
			background,
			link,
		);
	}
	if (number === 39) return make(attributes, '', background, link);
	if (number === 49) return make(attributes, color, '', link);
	if (isBetween(number, 30, 37) || isBetween(number, 90, 97)) return make(attributes, part, background, link);
	if (isBetween(number, 40, 47) || isBetween(number, 100, 107)) return make(attributes, color, part, link);
	return style;
}

function isBetween(number: number, least: number, most: number): boolean {
	return number >= least && number <= most;
}

const MAX_WAYS = 64;

/** The shortest sequence that takes a terminal from one style to another. */
export function styleChange(from: Style, to: Style): string {
	if (from === to) return '';
	const known = from.ways.get(to);
	if (known !== undefined) return known;
	const way = sgrChange(from, to) + (from.link === to.link ? '' : `\x1b]8;${to.link === '' ? ';' : to.link}\x1b\\`);
	if (from.ways.size >= MAX_WAYS) from.ways.clear();
	from.ways.set(to, way);
	return way;
}

function sgrChange(from: Style, to: Style): string {
	const step = stepwise(from, to);
	if (step.length === 0) return '';
	const anew = [...to.attributes, to.color, to.background].filter(each => each !== '');
	// An empty parameter is 0.
	const reset = anew.length === 0 ? '' : `;${anew.join(';')}`;
	const stepped = step.join(';');
	return `\x1b[${reset.length < stepped.length ? reset : stepped}m`;
}

function stepwise(from: Style, to: Style): readonly string[] {
	const off = new Set(from.attributes.filter(each => !to.attributes.includes(each)).map(each => OFF[each] as string));
	const on = to.attributes.filter(each => !from.attributes.includes(each) || off.has(OFF[each] as string));
	const parts = [...off, ...on];
	if (from.color !== to.color) parts.push(to.color || '39');
	if (from.background !== to.background) parts.push(to.background || '49');
	return parts;
}
