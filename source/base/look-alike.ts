/** Names that could be taken for one another, and names within a text. */
import {BoundedMap} from './bounded.ts';

/** Characters that look like a Latin letter, by what they look like. Cyrillic, Greek and digits; the commonest only. */
const LOOKS_LIKE: Readonly<Record<string, string>> = Object.fromEntries(
	Object.entries({
		a: 'аαɑ',
		b: 'ьβв',
		c: 'сϲ',
		e: 'еεё',
		g: 'ɡ',
		h: 'һнη',
		i: 'іι1lı|ӏ!',
		j: 'ј',
		k: 'кκ',
		m: 'м',
		n: 'ոп',
		o: 'оο0σ',
		p: 'рρ',
		s: 'ѕ5',
		t: 'тτ',
		u: 'υսц',
		v: 'νѵ',
		w: 'ωѡш',
		x: 'хχ',
		y: 'уγ',
		z: 'ᴢ2',
	}).flatMap(([letter, others]) => [...others].map(other => [other, letter])),
);

/** Two names with the same skeleton look alike. */
export function skeleton(name: string): string {
	const plain = name
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[\p{M}\p{Cf}\p{Z}\p{P}\p{C}\s]/gu, '');
	const mapped = Array.from(plain, character => LOOKS_LIKE[character] ?? character).join('');
	return mapped.replaceAll('rn', 'm').replaceAll('vv', 'w');
}

const shapes = new BoundedMap<string, string>(1_024);

/** What names that could be taken for one another have in common. A name without letters to compare is itself. */
export function shapeOf(name: string): string {
	const known = shapes.get(name);
	if (known !== undefined) return known;
	const shape = skeleton(name) || name;
	shapes.set(name, shape);
	return shape;
}

/** True if `text` names `name`, as a whole word, whatever the case. */
export function mentions(text: string, name: string): boolean {
	return placesOf(text, name, 1).length > 0;
}

/** Where `text` names `name`: the first so many places, as far as upper and lower case are equally long. */
export function placesOf(text: string, name: string, limit = Number.POSITIVE_INFINITY): readonly number[] {
	const places: number[] = [];
	const wanted = name.toLowerCase();
	const within = text.toLowerCase();
	if (wanted === '') return places;
	for (let at = within.indexOf(wanted); at >= 0 && places.length < limit; at = within.indexOf(wanted, at + 1)) {
		if (!isWordAt(within, at - 1) && !isWordAt(within, at + wanted.length)) places.push(at);
	}
	return places;
}

function isWordAt(text: string, index: number): boolean {
	return /[\p{L}\p{N}_]/u.test(text[index] ?? '');
}
