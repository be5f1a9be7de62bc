/** Whether there is a terminal that a full screen can be drawn on. */
import {UserError} from '../base/errors.ts';
import {MIN_COLUMNS, MIN_ROWS} from '../ui/layout.ts';

export type Terminal = {
	readonly inputIsTerminal: boolean;
	readonly outputIsTerminal: boolean;
	/** The terminal's type, from TERM. */
	readonly type: string | undefined;
	readonly columns: number;
	readonly rows: number;
};

/** @throws UserError when there is none. */
export function checkTerminal({inputIsTerminal, outputIsTerminal, type, columns, rows}: Terminal): void {
	if (!inputIsTerminal || !outputIsTerminal) {
		const which = inputIsTerminal ? 'output' : 'input';
		throw new UserError(`The screen needs a terminal, but standard ${which} is not one`, {
			hint: 'For pipes and scripts there is p2p-tui headless',
		});
	}
	if (type === 'dumb') {
		throw new UserError('This terminal (TERM=dumb) cannot draw a full screen', {
			hint: 'Set TERM to what your terminal is, or use p2p-tui headless',
		});
	}
	if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
		throw new UserError(`The terminal is too small: ${columns}×${rows}`, {
			hint: `Make it at least ${MIN_COLUMNS} columns by ${MIN_ROWS} rows`,
		});
	}
}

/** The terminal that this process runs in. A terminal that does not know its size is taken for a usual one. */
export function thisTerminal(): Terminal {
	const {stdin, stdout} = process;
	return {
		inputIsTerminal: stdin.isTTY === true,
		outputIsTerminal: stdout.isTTY === true,
		type: process.env.TERM,
		columns: stdout.columns || 80,
		rows: stdout.rows || 24,
	};
}
