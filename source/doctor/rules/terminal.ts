/** Whether the screen can be drawn. */
import type {Finding} from '../../api/doctor.ts';
import type {Facts} from '../facts.ts';
import {ownCommand} from '../words.ts';
import {about, fix, type Rule} from './rule.ts';

export const terminalRules: readonly Rule[] = [terminal, letters];

/** `ui/layout.ts` draws nothing in less. */
const MIN_COLUMNS = 40;
const MIN_ROWS = 12;

const COLOURS: Readonly<Record<number, string>> = {
	1: 'no colours',
	4: '16 colours',
	8: '256 colours',
	24: 'all colours',
};

function terminal(facts: Facts): Finding[] {
	const find = about('terminal', 'terminal');
	const {isTerminal, columns, rows, type, colourDepth, multiplexer} = facts.terminal;
	const plain = ownCommand(facts, '--plain');
	if (!isTerminal) return [find('terminal', 'skipped', 'the output does not go to one')];
	if (type === 'dumb') {
		return [find('terminal-dumb', 'note', 'it cannot draw: the chat comes line by line', fix('', plain))];
	}
	const size = `${columns}×${rows}`;
	if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
		const advice = `Make it at least ${MIN_COLUMNS}×${MIN_ROWS}, or take lines instead of a screen:`;
		return [find('terminal-small', 'warning', `${size} is too small`, fix(advice, plain))];
	}
	const within = multiplexer === undefined ? '' : ` in ${multiplexer}`;
	const found = `${type ?? 'of an unknown type'}${within}, ${size}, ${COLOURS[colourDepth] ?? `${colourDepth} bits of colour`}`;
	return [find('terminal', 'ok', found)];
}

function letters({terminal: {isTerminal, locale}, platform}: Facts): Finding[] {
	// Windows and macOS show UTF-8 whatever the locale.
	if (!isTerminal || platform !== 'linux') return [];
	const find = about('terminal', 'letters');
	if (/utf-?8/i.test(locale ?? '')) return [find('locale', 'ok', `UTF-8 (${locale})`)];
	const found = `the locale ${locale === undefined ? 'is not set' : `is ${locale}`}, which is not UTF-8: lines and letters may come out wrong`;
	return [find('locale', 'note', found, fix('If they do:', 'export LANG=C.UTF-8'))];
}
