/** What xterm sends for a key, the other way round from the parser and written apart from it. */
const LETTERS: Readonly<Record<string, string>> = {up: 'A', down: 'B', right: 'C', left: 'D', home: 'H', end: 'F'};
const NUMBERS: Readonly<Record<string, number>> = {insert: 2, delete: 3, pageup: 5, pagedown: 6, f5: 15, f12: 24};
const FUNCTIONS: Readonly<Record<string, string>> = {f1: '\x1bOP', f2: '\x1bOQ', f3: '\x1bOR', f4: '\x1bOS'};
const CONTROLS: Readonly<Record<string, string>> = {
	return: '\r',
	tab: '\t',
	escape: '\x1b',
	backspace: '\x7f',
	space: ' ',
};

/** `alt+1`, `ctrl+end`, `shift+tab`. Throws for a key that it does not know. */
export function keyBytes(key: string): string {
	const {ctrl, alt, shift, name} =
		/^(?<ctrl>ctrl\+)?(?<alt>alt\+)?(?<shift>shift\+)?(?<name>.+)$/s.exec(key)?.groups ?? {};
	const modifier = 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (ctrl ? 4 : 0);
	const letter = LETTERS[name ?? ''];
	if (letter !== undefined) return modifier === 1 ? `\x1b[${letter}` : `\x1b[1;${modifier}${letter}`;
	const number = NUMBERS[name ?? ''];
	if (number !== undefined) return modifier === 1 ? `\x1b[${number}~` : `\x1b[${number};${modifier}~`;
	if (name === 'tab' && shift) return '\x1b[Z';
	return (alt ? '\x1b' : '') + plainBytes(key, name ?? '', ctrl !== undefined);
}

function plainBytes(key: string, name: string, ctrl: boolean): string {
	const known = FUNCTIONS[name] ?? CONTROLS[name];
	if (known !== undefined && !ctrl) return known;
	if ([...name].length !== 1) throw new Error(`No key is called ${key}`);
	return ctrl ? String.fromCharCode(name.toUpperCase().charCodeAt(0) & 0x1f) : name;
}
