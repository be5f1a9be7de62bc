import {expect, test} from 'vitest';
import {UserError} from '../../source/base/errors.ts';
import {exitStatusFor, lineFor} from '../../source/cli/report.ts';

test('an error is one line: what is wrong, then the hint', () => {
	const error = new UserError('port 4001 is already in use', {hint: 'choose another with --listen'});
	expect(lineFor(error)).toBe('p2p-tui: Port 4001 is already in use. Choose another with --listen.');
	expect(lineFor(new UserError('--room needs a value'))).toBe('p2p-tui: --room needs a value.');
	expect(lineFor(new UserError('Unknown command "x"', {hint: 'Did you mean id?'}))).toBe(
		'p2p-tui: Unknown command "x". Did you mean id?',
	);
});

test('the name of a command keeps its small letter', () => {
	expect(lineFor(new UserError('no', {hint: 'p2p-tui id shows it'}))).toBe('p2p-tui: No. p2p-tui id shows it.');
});

test('what somebody else wrote cannot reach the terminal as a control sequence', () => {
	const line = lineFor(new UserError('bad \x1b]0;title\x07 \x9b31m\r\nsecond line'));
	expect(line).toMatch(/^[\x20-\x7e]*$/);
});

test('a mistake of the program is one line too, and says how to see more', () => {
	expect(lineFor(new TypeError('x is not a function\n    at y'))).toBe(
		'p2p-tui: An error in p2p-tui itself: x is not a function. P2P_TUI_DEBUG=1 shows where.',
	);
});

test('the exit status is the error’s own, or 1', () => {
	expect(exitStatusFor(new UserError('x', {exitStatus: 2}))).toBe(2);
	expect(exitStatusFor(new UserError('x'))).toBe(1);
	expect(exitStatusFor('thrown')).toBe(1);
});
