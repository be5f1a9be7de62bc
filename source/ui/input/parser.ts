/**
 * Turns what a terminal sends into inputs, however the bytes were cut into chunks.
 *
 * The grammar is ECMA-48's (CSI, SS3 and control strings) with the keys of xterm, the Linux console, rxvt and kitty's
 * CSI u, the mouse as xterm reports it in mode 1006, and the focus (1004). What is well formed but neither key nor report
 * (old mouse reports, answers to queries) is swallowed; what is malformed is dropped at the first character that cannot
 * belong to it. Nothing is kept beyond the bounds below.
 */
import {StringDecoder} from 'node:string_decoder';
import type {Input, Key} from './input.ts';
import {characterKey, controlKey, csiKey, keypadText, ss3Key} from './keys.ts';
import {focusReport, isMouseReport, mouseReport} from './reports.ts';

/** Milliseconds of silence after which an ESC was the Escape key, for no terminal sends ESC and then pauses. */
export const ESCAPE_PATIENCE = 30;

/** Milliseconds of silence after which half a sequence or half a paste is not worth waiting for. */
export const SEQUENCE_PATIENCE = 1000;

/** Characters of a control sequence. The longest key has about 20. */
export const MAX_SEQUENCE = 64;

/** UTF-16 units of one paste: four times what a message may carry. What is beyond is counted. */
export const MAX_PASTE = 64 * 1024;

const ESC = '\x1b';
const PASTE_END = '\x1b[201~';

type State =
	| 'ground'
	/** After one ESC, or two. */
	| 'escape'
	| 'csi'
	| 'ss3'
	/** After ESC [ [, which begins the function keys of the Linux console. */
	| 'console-key'
	/** In the three bytes of an old mouse report. */
	| 'mouse'
	/** In an OSC, DCS, APC, PM or SOS string. */
	| 'string'
	| 'paste';

export class InputParser {
	readonly #decoder = new StringDecoder('utf8');
	#inputs: Input[] = [];
	#state: State = 'ground';
	/** The characters of the sequence so far, ESC included, at most MAX_SEQUENCE of them. */
	#sequence = '';
	#isTooLong = false;
	/** Printable characters since the last other input. */
	#text = '';
	#highSurrogate = '';
	#paste = '';
	/** Units of the paste that were too many. */
	#dropped = 0;
	/** The start of PASTE_END that the paste ends with so far. */
	#pasteEnd = '';
	/** The paste has paused for so long that its end may never come. */
	#isPasteStalled = false;
	/** An Escape key was reported because of the time only: the rest of its sequence may still come. */
	#wasEscapeFlushed = false;
	/** Half a report of the mouse that was given up because of the time only. */
	#stalled = '';
	#mouseBytes = 0;

	/** Bytes are UTF-8; a string may also end in half a surrogate pair. Returns what is complete now. */
	push(chunk: string | Uint8Array): Input[] {
		const decoded = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
		let text = this.#highSurrogate + decoded;
		this.#highSurrogate = '';
		if (/[\ud800-\udbff]$/.test(text)) {
			this.#highSurrogate = text.slice(-1);
			text = text.slice(0, -1);
		}
		if (text === '') return [];
		this.#rejoinEscape(text);
		for (const character of text) this.#step(character);
		return this.#take();
	}

	/** Called when nothing came for `patience` milliseconds: what is pending is taken for what it is now. */
	flush(): Input[] {
		switch (this.#state) {
			case 'ground':
				break;
			case 'escape':
				for (const raw of this.#sequence) this.#key({name: 'escape', raw});
				this.#reset();
				this.#wasEscapeFlushed = true;
				break;
			case 'string':
				if (this.#sequence.length === 2) this.#altKey(this.#sequence.slice(1), this.#sequence);
				this.#reset();
				break;
			case 'paste':
				this.#isPasteStalled = true;
				this.#emitPaste();
				break;
			case 'csi': {
				const half = this.#sequence;
				const isReport = this.#parameters().startsWith('<');
				this.#reset();
				if (isReport) this.#stalled = half;
				break;
			}
			default:
				this.#reset();
		}
		return this.#take();
	}

	/** Whether `flush` would find something to do. */
	get isPending(): boolean {
		return this.patience !== undefined;
	}

	/** How many milliseconds of silence to wait before `flush`; undefined if nothing is pending. */
	get patience(): number | undefined {
		switch (this.#state) {
			case 'ground':
				return undefined;
			case 'escape':
				return ESCAPE_PATIENCE;
			case 'string':
				// ESC ] alone is much more likely Alt-] than an answer of the terminal.
				return this.#sequence.length === 2 ? ESCAPE_PATIENCE : SEQUENCE_PATIENCE;
			case 'paste':
				return this.#isPasteStalled && this.#paste === '' ? undefined : SEQUENCE_PATIENCE;
			default:
				return SEQUENCE_PATIENCE;
		}
	}

	/**
	 * On a slow line the rest of a sequence may come after its ESC was flushed. People do not type `[A` in one go, so
	 * a chunk that is exactly such a rest is taken as one, rather than leaked as text. So is the rest of a mouse report.
	 */
	#rejoinEscape(text: string): void {
		if (this.#wasEscapeFlushed && /^(\[[\d;]*[A-Z~]|\[<[\d;]+[Mm]|O[A-Z])$/.test(text)) this.#begin('escape', ESC);
		const report = this.#stalled && /^[\d;]*[Mm]/.exec(text)?.[0];
		if (report && isMouseReport(this.#stalled.slice(this.#stalled.indexOf('<')) + report)) {
			this.#begin('csi', this.#stalled);
		}
		this.#wasEscapeFlushed = false;
		this.#stalled = '';
	}

	#step(character: string): void {
		switch (this.#state) {
			case 'ground':
				this.#ground(character);
				break;
			case 'escape':
				this.#escape(character);
				break;
			case 'csi':
				this.#csi(character);
				break;
			case 'ss3':
				this.#ss3(character);
				break;
			case 'console-key':
				this.#finish(csiKey(this.#parameters(), character), character);
				break;
			case 'mouse':
				this.#mouse(character);
				break;
			case 'string':
				this.#string(character);
				break;
			case 'paste':
				this.#pasted(character);
				break;
		}
	}

	#ground(character: string): void {
		const key = controlKey(character);
		if (character === ESC) this.#begin('escape', ESC);
		else if (key === undefined) this.#text += character;
		else if (key !== 'none') this.#key({...key, raw: character});
	}

	#escape(character: string): void {
		const raw = this.#sequence + character;
		if (character === '[') this.#begin('csi', raw);
		else if (character === 'O') this.#begin('ss3', raw);
		else if (this.#sequence.length === 2) {
			// The first ESC was the Escape key.
			this.#key({name: 'escape', raw: ESC});
			this.#begin('escape', ESC);
			this.#escape(character);
		} else if (character === ESC) this.#begin('escape', raw);
		else if (']P_^X'.includes(character)) this.#begin('string', raw);
		else {
			this.#reset();
			this.#altKey(character, raw);
		}
	}

	#altKey(character: string, raw: string): void {
		const key = controlKey(character) ?? characterKey(character);
		if (key !== 'none') this.#key({...key, alt: true, raw});
	}

	#csi(character: string): void {
		const parameters = this.#parameters();
		if (character === '[' && parameters === '') {
			this.#remember(character);
			this.#state = 'console-key';
		} else if (character >= '@' && character <= '~') {
			this.#csiFinal(parameters, character);
		} else if (character === '$' && /^\d+$/.test(parameters)) {
			// rxvt ends Shift with a key in a dollar sign, which elsewhere is in the middle.
			this.#finish(csiKey(parameters, '$'), character);
		} else if (character >= ' ' && character <= '?') {
			this.#remember(character);
		} else {
			this.#abandon(character);
		}
	}

	#csiFinal(parameters: string, final: string): void {
		if (final === '~' && parameters === '200') {
			this.#begin('paste', '');
		} else if (final === 'M' && parameters === '') {
			this.#begin('mouse', '');
			this.#mouseBytes = 3;
		} else if (!this.#report(parameters, final)) {
			this.#finish(this.#isTooLong ? undefined : csiKey(parameters, final), final);
		}
	}

	/** Whether it was one: a report that means nothing gives nothing. */
	#report(parameters: string, final: string): boolean {
		const isMouse = parameters.startsWith('<');
		const report = isMouse ? mouseReport(parameters + final) : focusReport(parameters + final);
		if (!isMouse && !report) return false;
		this.#reset();
		if (report) this.#emit(report);
		return true;
	}

	#ss3(character: string): void {
		const text = keypadText(character);
		if (/[\d;]/.test(character)) this.#remember(character);
		else if (character < '@' || character > '~') this.#abandon(character);
		else if (text === undefined) this.#finish(ss3Key(this.#parameters(), character), character);
		else {
			this.#reset();
			this.#text += text;
		}
	}

	#mouse(character: string): void {
		this.#mouseBytes--;
		if (character < ' ') this.#abandon(character);
		else if (this.#mouseBytes === 0) this.#reset();
	}

	/** What stands between the introducer (ESC [ or ESC O, perhaps after another ESC) and the end. */
	#parameters(): string {
		return this.#sequence.slice(this.#sequence.startsWith(ESC + ESC) ? 3 : 2);
	}

	#string(character: string): void {
		const endsInEscape = this.#sequence.endsWith(ESC);
		if (character === '\x07' || (endsInEscape && character === '\\')) {
			this.#reset();
		} else if (endsInEscape) {
			this.#begin('escape', ESC);
			this.#escape(character);
		} else if (character < ' ' && character !== ESC) {
			this.#abandon(character);
		} else {
			// Only whether anything has come, and whether the last character was ESC, is worth remembering.
			this.#sequence = this.#sequence.slice(0, 2) + (character === ESC ? ESC : '.');
		}
	}

	#pasted(character: string): void {
		if (this.#isPasteStalled && character === '\x03') {
			// The way out for a person whose terminal never ended its paste: Ctrl-C.
			this.#endPaste();
			this.#ground(character);
		} else if (character === PASTE_END[this.#pasteEnd.length]) {
			this.#pasteEnd += character;
			if (this.#pasteEnd === PASTE_END) this.#endPaste();
		} else {
			this.#keepPasted(this.#pasteEnd);
			this.#pasteEnd = character === ESC ? ESC : '';
			if (character !== ESC) this.#keepPasted(character);
		}
	}

	#keepPasted(text: string): void {
		if (this.#dropped === 0 && this.#paste.length + text.length <= MAX_PASTE) this.#paste += text;
		else this.#dropped += text.length;
	}

	#endPaste(): void {
		this.#pasteEnd = '';
		this.#emitPaste();
		this.#isPasteStalled = false;
		this.#state = 'ground';
	}

	#emitPaste(): void {
		const text = this.#paste.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
		const dropped = this.#dropped;
		this.#paste = '';
		this.#dropped = 0;
		if (text !== '') this.#emit(dropped === 0 ? {type: 'paste', text} : {type: 'paste', text, dropped});
	}

	#remember(character: string): void {
		if (this.#sequence.length < MAX_SEQUENCE) this.#sequence += character;
		else this.#isTooLong = true;
	}

	#begin(state: State, sequence: string): void {
		this.#reset();
		this.#state = state;
		this.#sequence = sequence;
	}

	#finish(key: Partial<Key> | undefined, final: string): void {
		const raw = this.#sequence + final;
		const isAlt = raw.startsWith(ESC + ESC);
		this.#reset();
		if (key?.name === undefined) return;
		if (key.raw !== undefined) this.#text += key.raw;
		else this.#key({...key, name: key.name, alt: isAlt || key.alt === true, raw});
	}

	/** The sequence is broken; what broke it begins something new. */
	#abandon(character: string): void {
		this.#reset();
		this.#ground(character);
	}

	#reset(): void {
		this.#state = 'ground';
		this.#sequence = '';
		this.#isTooLong = false;
	}

	#key(key: Partial<Key> & {name: string; raw: string}): void {
		const {name, ctrl = false, alt = false, shift = false, raw} = key;
		this.#emit({type: 'key', name, ctrl, alt, shift, raw});
	}

	#emit(input: Input): void {
		this.#flushText();
		this.#inputs.push(input);
	}

	#flushText(): void {
		if (this.#text !== '') this.#inputs.push({type: 'text', text: this.#text});
		this.#text = '';
	}

	#take(): Input[] {
		this.#flushText();
		const inputs = this.#inputs;
		this.#inputs = [];
		return inputs;
	}
}
