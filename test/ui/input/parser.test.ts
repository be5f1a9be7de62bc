import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type Input, keyName} from '../../../source/ui/input/input.ts';
import {
	ESCAPE_PATIENCE,
	InputParser,
	MAX_PASTE,
	MAX_SEQUENCE,
	SEQUENCE_PATIENCE,
} from '../../../source/ui/input/parser.ts';

const ESC = '\x1b';
const CSI = '\x1b[';
const PASTE = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/** Inputs in short: keys as `<ctrl+a>`, pastes as `{text}`, text as it is; neighbouring texts joined. */
function short(inputs: readonly Input[]): string {
	return inputs
		.map(input => {
			if (input.type === 'key') return `<${keyName(input)}>`;
			if (input.type === 'text') return input.text;
			if (input.type === 'mouse') return `(${input.action} ${input.button} ${input.x},${input.y})`;
			return input.type === 'paste' ? `{${input.text}}` : `(${input.isFocused ? 'focus' : 'blur'})`;
		})
		.join('');
}

function parsed(...chunks: (string | Uint8Array)[]): string {
	const parser = new InputParser();
	return short(chunks.flatMap(chunk => parser.push(chunk)));
}

describe('keys', () => {
	test.each([
		// xterm, with and without modifiers
		['\x1b[A', '<up>'],
		['\x1bOB', '<down>'],
		['\x1b[1;5C', '<ctrl+right>'],
		['\x1b[1;3D', '<alt+left>'],
		['\x1b[1;6A', '<ctrl+shift+up>'],
		['\x1b[1;9A', ''],
		['\x1b[H', '<home>'],
		['\x1bOF', '<end>'],
		['\x1b[1;5F', '<ctrl+end>'],
		['\x1b[1;3F', '<alt+end>'],
		['\x1b[2~', '<insert>'],
		['\x1b[3~', '<delete>'],
		['\x1b[3;5~', '<ctrl+delete>'],
		['\x1b[5~', '<pageup>'],
		['\x1b[6~', '<pagedown>'],
		['\x1b[Z', '<shift+tab>'],
		// home and end of rxvt, screen and the console
		['\x1b[1~', '<home>'],
		['\x1b[4~', '<end>'],
		['\x1b[7~', '<home>'],
		['\x1b[8~', '<end>'],
		// rxvt's own modifiers
		['\x1b[a', '<shift+up>'],
		['\x1bOc', '<ctrl+right>'],
		['\x1b[3$', '<shift+delete>'],
		['\x1b[8^', '<ctrl+end>'],
		['\x1b[5@', '<ctrl+shift+pageup>'],
		// ESC before a sequence is Alt
		['\x1b\x1b[A', '<alt+up>'],
		['\x1b\x1bOA', '<alt+up>'],
		// keypad in application mode
		['\x1bOM', '<return>'],
		['\x1bOp\x1bOy\x1bOk', '09+'],
		// modifyOtherKeys
		['\x1b[27;5;9~', '<ctrl+tab>'],
		['\x1b[27;2;13~', '<shift+return>'],
		['\x1b[27;3;97~', '<alt+a>'],
	])('%j is %s', (sequence, expected) => {
		expect(parsed(sequence)).toBe(expected);
	});

	test.each([
		['f1', ['\x1bOP', '\x1b[P', '\x1b[11~', '\x1b[[A']],
		['f2', ['\x1bOQ', '\x1b[12~', '\x1b[[B']],
		['f3', ['\x1bOR', '\x1b[13~', '\x1b[[C']],
		['f4', ['\x1bOS', '\x1b[14~', '\x1b[[D']],
		['f5', ['\x1b[15~', '\x1b[[E']],
		['f6', ['\x1b[17~']],
		['f7', ['\x1b[18~']],
		['f8', ['\x1b[19~']],
		['f9', ['\x1b[20~']],
		['f10', ['\x1b[21~']],
		['f11', ['\x1b[23~']],
		['f12', ['\x1b[24~']],
	])('%s in every encoding', (name, sequences) => {
		for (const sequence of sequences) expect(parsed(sequence)).toBe(`<${name}>`);
	});

	test('a function key with a modifier is told from a report of the cursor', () => {
		expect(parsed('\x1b[1;5R')).toBe('<ctrl+f3>');
		expect(parsed('\x1b[12;40R')).toBe('');
	});

	test('control characters', () => {
		expect(parsed('\x00\x01\x03\x1a\x1c\x1f')).toBe('<ctrl+space><ctrl+a><ctrl+c><ctrl+z><ctrl+\\><ctrl+_>');
		expect(parsed('\r\n\t\x7f\x08')).toBe('<return><ctrl+j><tab><backspace><backspace>');
	});

	test('Alt is ESC before the key', () => {
		expect(parsed('\x1b1\x1b9\x1ba\x1bA\x1b/\x1b?\x1bé\x1b ')).toBe(
			'<alt+1><alt+9><alt+a><alt+shift+a><alt+/><alt+?><alt+é><alt+space>',
		);
		expect(parsed('\x1b\r\x1b\x7f\x1b\x08\x1b\x01')).toBe('<alt+return><alt+backspace><alt+backspace><ctrl+alt+a>');
	});

	test("kitty's CSI u", () => {
		expect(parsed('\x1b[27u\x1b[13u\x1b[9;2u\x1b[127;3u')).toBe('<escape><return><shift+tab><alt+backspace>');
		expect(parsed('\x1b[97;5u\x1b[49;3u\x1b[32;5u')).toBe('<ctrl+a><alt+1><ctrl+space>');
		expect(parsed('\x1b[97u\x1b[97:65;2u\x1b[97;2u\x1b[32u\x1b[233u')).toBe('aAA é');
		expect(parsed('\x1b[57400u\x1b[57414u\x1b[57419;3u')).toBe('1<return><alt+up>');
		expect(parsed('\x1b[97;1;229u')).toBe('å');
		expect(parsed('\x1b[97;5:3u\x1b[1;1:3A\x1b[97;9u\x1b[57358u\x1b[99999999u')).toBe('');
	});

	test('each key knows what the terminal sent', () => {
		const raw = new InputParser().push('\x1b\x1b[A\x1b1\x01').map(input => (input.type === 'key' ? input.raw : ''));
		expect(raw).toEqual(['\x1b\x1b[A', '\x1b1', '\x01']);
	});
});

describe('text', () => {
	test('a key in the same chunk as text is a key', () => {
		expect(new InputParser().push('ab\r')).toEqual([
			{type: 'text', text: 'ab'},
			{type: 'key', name: 'return', ctrl: false, alt: false, shift: false, raw: '\r'},
		]);
	});

	test('UTF-8 is put together across chunks', () => {
		const bytes = Buffer.from('é日👍');
		expect(parsed(...Array.from(bytes, byte => Uint8Array.of(byte)))).toBe('é日👍');
		expect(parsed('\ud83d', '\udc4d')).toBe('👍');
	});

	test('C1 control characters are not text', () => {
		expect(parsed('a\u009b\u0085b')).toBe('ab');
	});
});

describe('a lone ESC', () => {
	test('waits, and is the Escape key when nothing follows', () => {
		const parser = new InputParser();
		expect(parser.push(ESC)).toEqual([]);
		expect(parser.isPending).toBe(true);
		expect(parser.patience).toBe(ESCAPE_PATIENCE);
		expect(short(parser.flush())).toBe('<escape>');
		expect(parser.isPending).toBe(false);
		expect(parser.flush()).toEqual([]);
	});

	test('twice is twice', () => {
		const parser = new InputParser();
		parser.push(ESC + ESC);
		expect(short(parser.flush())).toBe('<escape><escape>');
		expect(parsed('\x1b\x1ba')).toBe('<escape><alt+a>');
		expect(parsed('\x1b\x1b\x1b[A')).toBe('<escape><alt+up>');
	});

	test('a sequence whose ESC was flushed on a slow line does not leak as text', () => {
		for (const [rest, key] of [
			['[A', '<up>'],
			['[1;5C', '<ctrl+right>'],
			['OP', '<f1>'],
		] as const) {
			const parser = new InputParser();
			parser.push(ESC);
			expect(short([...parser.flush(), ...parser.push(rest)])).toBe(`<escape>${key}`);
		}
		const parser = new InputParser();
		parser.push(ESC);
		expect(short([...parser.flush(), ...parser.push('['), ...parser.push('A')])).toBe('<escape>[A');
	});

	test('half a sequence waits longer, and is then forgotten', () => {
		const parser = new InputParser();
		parser.push('\x1b[1;');
		expect(parser.patience).toBe(SEQUENCE_PATIENCE);
		expect(parser.flush()).toEqual([]);
		expect(short(parser.push('5A'))).toBe('5A');
	});
});

describe('paste', () => {
	test('is one input, and its ends of lines never submit', () => {
		expect(parsed(`a${PASTE}one\rtwo\r\nthree\n${PASTE_END}b\r`)).toBe('a{one\ntwo\nthree\n}b<return>');
	});

	test('keys, escapes and control characters in it are not keys', () => {
		expect(parsed(`${PASTE}\x1b[A\x03\x1b[31mred\x1b\x1b[201\ttab${PASTE_END}`)).toBe('{[A[31mred[201\ttab}');
	});

	test('is bounded', () => {
		const [paste, after] = new InputParser().push(`${PASTE}${'a'.repeat(MAX_PASTE + 1000)}${PASTE_END}b`);
		expect(paste?.type === 'paste' && paste.text.length).toBe(MAX_PASTE);
		expect(paste).toMatchObject({dropped: 1000});
		expect(after).toEqual({type: 'text', text: 'b'});
	});

	test('an empty one is nothing, and an end without a beginning too', () => {
		expect(parsed(PASTE + PASTE_END + PASTE_END)).toBe('');
	});

	test('without an end it is shown after a while, still submits nothing, and Ctrl-C leaves it', () => {
		const parser = new InputParser();
		expect(parser.push(`${PASTE}one\r`)).toEqual([]);
		expect(parser.patience).toBe(SEQUENCE_PATIENCE);
		expect(short(parser.flush())).toBe('{one\n}');
		expect(parser.isPending).toBe(false);
		expect(parser.push('two\r')).toEqual([]);
		expect(short(parser.push('\x03'))).toBe('{two\n}<ctrl+c>');
		expect(short(parser.push('x\r'))).toBe('x<return>');
	});
});

describe('what is no key', () => {
	test.each([
		['old mouse report', '\x1b[M !!'],
		['device attributes', '\x1b[?64;1;2c\x1b[>41;370;0c'],
		['mode report', '\x1b[?2026;2$y'],
		['colour of the background, ended by BEL', '\x1b]11;rgb:0000/0000/0000\x07'],
		['colour of the background, ended by ST', '\x1b]11;rgb:0000/0000/0000\x1b\\'],
		['version of the terminal', '\x1bP>|xterm(370)\x1b\\'],
		['kitty flags', '\x1b[?1u'],
		['unknown keys', '\x1b[99~\x1b[1;5y\x1bOz\x1b[[Z'],
	])('%s is swallowed', (_, sequence) => {
		expect(parsed(`a${sequence}b`)).toBe('ab');
	});

	test('an over-long sequence is swallowed to its end and nothing of it is kept', () => {
		expect(parsed(`a${CSI}${'1;'.repeat(100_000)}A${'b'}`)).toBe('ab');
		expect(parsed(`${CSI}1;5${' '.repeat(MAX_SEQUENCE)}A`)).toBe('');
	});

	test('a broken sequence gives way to what broke it', () => {
		expect(parsed('\x1b[12\rab')).toBe('<return>ab');
		expect(parsed('\x1b[1\x1b[A')).toBe('<up>');
		expect(parsed('\x1b[1日')).toBe('日');
		expect(parsed('\x1b[M \ra')).toBe('<return>a');
		expect(parsed('\x1b]0;title\r')).toBe('<return>');
		expect(parsed('\x1b]0;title\x1b[A')).toBe('<up>');
	});

	test('Alt with a bracket is a key once nothing follows', () => {
		const parser = new InputParser();
		parser.push('\x1b]');
		expect(parser.patience).toBe(ESCAPE_PATIENCE);
		expect(short(parser.flush())).toBe('<alt+]>');
		parser.push('\x1b]11;rgb');
		expect(parser.patience).toBe(SEQUENCE_PATIENCE);
		expect(parser.flush()).toEqual([]);
		expect(short(parser.push('a'))).toBe('a');
	});
});

describe('whatever the chunks', () => {
	const pieces = fc.constantFrom(
		...[
			'a',
			'é',
			'日本',
			'👍',
			'\r',
			'\n',
			'\t',
			'\x7f',
			'\x03',
			ESC,
			CSI,
			'\x1bO',
			'\x1b]',
			'\x1bP',
			'\x1b[[',
			'\x07',
		],
		...[PASTE, PASTE_END, '\x1b[A', '\x1b[1;5C', '\x1bOP', '\x1b[<0;1;2M', '\x1b[M', '1;5', '~', 'u', '$', '\x1b\\'],
		...['\x1b[97:65;2u', 'O', '[', '\u009b', '0', '\x1b[<', ';', 'M', '\x1b[I'],
	);
	const stream = fc.array(
		fc.oneof({weight: 6, arbitrary: pieces}, {weight: 1, arbitrary: fc.string({unit: 'binary'})}),
		{
			maxLength: 30,
		},
	);

	test('any split of a stream of bytes gives the same inputs', () => {
		fc.assert(
			fc.property(stream, fc.array(fc.nat(200), {maxLength: 20}), (parts, cuts) => {
				const bytes = Buffer.from(parts.join(''));
				const places = [0, ...cuts.map(cut => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
				const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
				expect(parsed(...chunks)).toBe(parsed(bytes));
			}),
			{numRuns: 2000},
		);
	});

	test('any split of a string gives the same inputs', () => {
		fc.assert(
			fc.property(stream, parts => {
				const text = parts.join('');
				expect(parsed(...text.split(''))).toBe(parsed(text));
			}),
			{numRuns: 500},
		);
	});

	test('no input ever carries a control character that is not a key', () => {
		fc.assert(
			fc.property(stream, parts => {
				const parser = new InputParser();
				for (const input of [...parser.push(parts.join('')), ...parser.flush()]) {
					if (input.type === 'text') expect(input.text).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
					if (input.type === 'paste') expect(input.text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
				}
			}),
			{numRuns: 1000},
		);
	});
});
