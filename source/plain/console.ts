/**
 * Lines in and lines out. In a terminal that can do it, readline edits the line, keeps what was typed before, and draws
 * the line again below whatever is said meanwhile; everywhere else nothing is ever drawn twice, and there is no prompt
 * that could stand before somebody else's words.
 */
import {clearScreenDown, createInterface, cursorTo, type Interface, moveCursor} from 'node:readline';
import {writable} from '../store/composer-text.ts';
import {utf8Length} from '../store/graphemes.ts';

import type {Completions} from './completions.ts';

export type ConsoleOptions = {
	readonly input: NodeJS.ReadableStream;
	readonly output: NodeJS.WritableStream;
	/** The terminal moves its cursor as it is told. */
	readonly canEdit: boolean;
	readonly onLine: (line: string) => void;
	/** Ctrl-C. */
	readonly onInterrupt: () => void;
	/** Ctrl-D, the end of the input, or nobody reads any more. */
	readonly onEnd: () => void;
	readonly complete: (line: string) => Completions;
	/** Bytes that a line may have: a longer paste is refused. */
	readonly maxBytes: number;
};

/** Lines kept for the arrow keys. */
const HISTORY = 200;

/** Bracketed paste: the terminal says where a paste begins and ends, so that its line feeds are no Enter. */
const PASTES_ON = '\x1b[?2004h';
const PASTES_OFF = '\x1b[?2004l';
/** What a line feed is in the line that is being written. */
const LINE_FEED = '⏎';

type Key = {readonly name?: string | undefined; readonly ctrl?: boolean};

/** As readline wants it: it adds to the word as far as all of them agree, and lists them if that is pressed twice. */
function wordsFor(complete: ConsoleOptions['complete']): (line: string) => [string[], string] {
	return line => {
		const {choices, word} = complete(line);
		return [[...choices], word];
	};
}

/** What readline does with a key: nobody can ask it to leave one alone, so this is put in the place of its own method. */
type Typing = {_ttyWrite?: (text: string | undefined, key?: Key) => void};

export class Console {
	readonly #options: ConsoleOptions;
	readonly #readline: Interface;
	#isClosed = false;
	/** A prompt stands on the last row. */
	#isPrompting = false;
	/** What has come of a paste that is under way. */
	#pasting: string | undefined;
	/** From then on what looks like a line feed is one. */
	#hasPasted = false;

	constructor(options: ConsoleOptions) {
		const {input, output, canEdit, onLine, onInterrupt, onEnd, complete} = options;
		this.#options = options;
		this.#readline = createInterface({
			input,
			...(canEdit ? {output, historySize: HISTORY, completer: wordsFor(complete)} : {}),
			terminal: canEdit,
		});
		this.#readline.on('line', line => {
			this.#isPrompting = false;
			onLine(this.#hasPasted ? line.replaceAll(LINE_FEED, '\n') : line);
			this.#refresh();
		});
		if (canEdit) {
			this.#readline.on('SIGINT', onInterrupt);
			this.#readline.on('SIGCONT', () => this.#awake());
			this.#catchPastes();
		}
		this.#readline.on('close', () => {
			if (!this.#isClosed) onEnd();
		});
		output.on('error', onEnd);
	}

	say(lines: readonly string[]): void {
		if (lines.length === 0) return;
		this.#clear();
		this.#options.output.write(`${lines.join('\n')}\n`);
		this.#refresh();
	}

	/** What stands before the line that is being written. */
	prompt(text: string): void {
		if (!this.#options.canEdit || this.#isClosed) return;
		if (this.#isPrompting && this.#readline.getPrompt() === text) return;
		this.#clear();
		this.#readline.setPrompt(text);
		this.#isPrompting = true;
		this.#readline.prompt(true);
	}

	/** Puts something into the line, or, without a text, takes out what is there. False if there is no line to edit. */
	put(text: string): boolean {
		if (!this.#options.canEdit || this.#isClosed) return false;
		this.#readline.write(null, {ctrl: true, name: 'e'});
		this.#readline.write(null, {ctrl: true, name: 'u'});
		if (text !== '') this.#readline.write(text);
		return true;
	}

	close(): void {
		if (this.#isClosed) return;
		this.#clear();
		this.#isClosed = true;
		if (this.#options.canEdit) this.#options.output.write(PASTES_OFF);
		this.#readline.close();
	}

	/** Nothing that is pasted is ever sent by itself: it goes into the line, where Enter is still to be pressed. */
	#catchPastes(): void {
		const {maxBytes} = this.#options;
		const typing = this.#readline as Typing;
		const type = typing._ttyWrite?.bind(typing);
		if (!type) return;
		typing._ttyWrite = (text, key) => {
			if (key?.name === 'paste-start') this.#pasting = '';
			else if (key?.name === 'paste-end') this.#pasted();
			else if (this.#pasting !== undefined) this.#pasting += this.#pasting.length > maxBytes ? '' : (text ?? '');
			else {
				// The shell that comes to the front knows nothing of it.
				if (key?.ctrl && key.name === 'z') this.#options.output.write(PASTES_OFF);
				type(text, key);
			}
		};
		this.#options.output.write(PASTES_ON);
	}

	#pasted(): void {
		const pasted = writable(this.#pasting ?? '').replaceAll('\t', ' ');
		this.#pasting = undefined;
		const text = pasted.trimEnd() === '' ? '' : pasted.replace(/\n+$/, '');
		const {maxBytes} = this.#options;
		const bytes = utf8Length(this.#readline.line + text);
		if (bytes > maxBytes) return this.say([`error: that is too much to paste: a message holds ${maxBytes / 1024} KiB`]);
		const lines = text.split('\n');
		this.#readline.write(lines.join(LINE_FEED));
		if (lines.length === 1) return;
		this.#hasPasted = true;
		this.say([`Pasted ${lines.length} lines: Enter sends them as one message, Ctrl-C drops them.`]);
	}

	/** In front again, after Ctrl-Z. */
	#awake(): void {
		this.#options.output.write(PASTES_ON);
		this.#readline.prompt(true);
	}

	/** Takes away the prompt and what is being written, which may fill several rows. */
	#clear(): void {
		if (!this.#isPrompting || this.#isClosed) return;
		const {output} = this.#options;
		moveCursor(output, 0, -this.#readline.getCursorPos().rows);
		cursorTo(output, 0);
		clearScreenDown(output);
		// Readline goes up by the rows of what it has drawn last, and that is not there any more.
		Object.assign(this.#readline, {prevRows: 0});
		this.#isPrompting = false;
	}

	#refresh(): void {
		if (!this.#options.canEdit || this.#isClosed || this.#readline.getPrompt() === '') return;
		this.#isPrompting = true;
		this.#readline.prompt(true);
	}
}
