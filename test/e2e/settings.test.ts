import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {run} from '../helpers/program.ts';

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'p2p-tui-settings-'));
});

afterAll(() => rmSync(folder, {recursive: true, force: true}));

test('a file that p2p-tui config prints is accepted; one with mistakes is refused with their places', async () => {
	const file = path.join(folder, 'settings.json');
	const printed = await run(['config', '--config', file]);
	expect(printed).toMatchObject({status: 0, stderr: ''});
	expect(printed.stdout).toContain(file);
	writeFileSync(file, printed.stdout);
	// It goes as far as it can without a terminal.
	const accepted = await run(['--ephemeral', '--interface', 'lo', '--config', file]);
	expect(accepted.status).toBe(1);
	expect(accepted.stderr).toContain('needs a terminal');
	writeFileSync(file, '{\n\t"theme": "drak",\n\t"keys": {"help": ["Esc"]}\n}\n');
	const refused = await run(['--ephemeral', '--interface', 'lo', '--config', file]);
	expect(refused).toMatchObject({status: 2, stdout: ''});
	expect(refused.stderr.split('\n')).toEqual([
		'p2p-tui: The settings file has 2 mistakes. p2p-tui config shows everything that can be set.',
		`${file}:2:11: theme is "auto", "dark", "light", "contrast", "ansi", "mono", not "drak"; did you mean dark?`,
		`${file}:3:20: Esc keeps its meaning; "help" needs another key`,
		'',
	]);
});
