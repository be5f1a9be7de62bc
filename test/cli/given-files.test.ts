import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {givenFiles} from '../../source/cli/given-files.ts';

test('files to offer have to be there, all of them, before the first is offered', async () => {
	expect(await givenFiles([tmpdir(), `${tmpdir()}/.`])).toEqual([tmpdir(), tmpdir()]);
	const missing = join(tmpdir(), 'no such file of p2p-tui');
	await expect(givenFiles([tmpdir(), missing])).rejects.toMatchObject({message: `There is no ${missing}`});
});
