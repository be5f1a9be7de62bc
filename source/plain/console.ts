/**
 * Lines in and lines out. In a terminal that can do it, readline edits the line, keeps what was typed before, and draws
 * the line again below whatever is said meanwhile; everywhere else nothing is ever drawn twice, and there is no prompt
 * that could stand before somebody else's words.
 */
import {clearScreenDown, createInterface, cursorTo, type Interface, moveCursor} from 'node:readline';

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
	/** What Tab makes of the line: whole lines. */
	readonly complete: (line: string) => readonly string[];
};

/** Lines kept for the arrow keys. */
const HISTORY = 200;

export class Console {
	readonly #options: ConsoleOptions;
	readonly #readline: Interface;
	#isClosed = false;
	/** A prompt stands on the last row. */
	#isPrompting = false;

	constructor(options: ConsoleOptions) {
		const {input, output, canEdit, onLine, onInterrupt, onEnd, complete} = options;
		this.#options = options;
		this.#readline = createInterface({
			input,
			...(canEdit ? {output, historySize: HISTORY, completer: (line: string) => [complete(line), line]} : {}),
			terminal: canEdit,
		});
		this.#readline.on('line', line => {
			this.#isPrompting = false;
			onLine(line);
			this.#refresh();
		});
		if (canEdit) this.#readline.on('SIGINT', onInterrupt);
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
		this.#readline.close();
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
