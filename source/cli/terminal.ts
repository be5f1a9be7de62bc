/** Whether there is a terminal that a full screen can be drawn on, or somebody who reads lines. */
import {fstatSync} from 'node:fs';
import {UserError} from '../base/errors.ts';
import {MIN_COLUMNS, MIN_ROWS} from '../ui/layout.ts';
import {sizeOf} from '../ui/terminal.ts';

export type Terminal = {
	readonly inputIsTerminal: boolean;
	readonly outputIsTerminal: boolean;
	/** Another program takes the output, as in `p2p-tui | tee talk`: somebody may well read it there. */
	readonly outputIsPipe: boolean;
	/** The terminal's type, from TERM. */
	readonly type: string | undefined;
	readonly columns: number;
	readonly rows: number;
};

export type Mode = 'screen' | 'plain';

/**
 * How to show the chat. Whoever asks for lines gets them, whatever there is; without being asked, they are for a person at
 * a terminal that cannot draw. A script that did not say what it wants is told what there is.
 * @throws UserError when nobody could read it.
 */
export function modeFor(terminal: Terminal, wantsPlain: boolean): Mode {
	const {inputIsTerminal, outputIsTerminal, outputIsPipe, type, columns, rows} = terminal;
	if (wantsPlain) return 'plain';
	if (inputIsTerminal && (outputIsPipe || (outputIsTerminal && type === 'dumb'))) return 'plain';
	if (!inputIsTerminal || !outputIsTerminal) {
		const which = inputIsTerminal ? 'output' : 'input';
		throw new UserError(`The screen needs a terminal, but standard ${which} is not one`, {
			hint: 'For scripts there is p2p-tui headless, for people p2p-tui --plain',
		});
	}
	if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
		throw new UserError(`The terminal is too small: ${columns}×${rows}`, {
			hint: `Make it at least ${MIN_COLUMNS} columns by ${MIN_ROWS} rows, or use p2p-tui --plain`,
		});
	}
	return 'screen';
}

/** The terminal that this process runs in. */
export function thisTerminal(): Terminal {
	const {stdin, stdout} = process;
	return {
		inputIsTerminal: stdin.isTTY === true,
		outputIsTerminal: stdout.isTTY === true,
		outputIsPipe: isPipe(stdout.fd),
		type: process.env.TERM,
		...sizeOf(stdout),
	};
}

function isPipe(descriptor: number): boolean {
	try {
		const status = fstatSync(descriptor);
		return status.isFIFO() || status.isSocket();
	} catch {
		return false;
	}
}
