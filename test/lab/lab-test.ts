/** `test` with a laboratory of its own, which is removed afterwards, whatever happened; skipped where there can be none. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test as base, inject} from 'vitest';
import {Lab} from './lab.ts';

type Fixtures = {
	readonly lab: Lab;
	/** A folder that is removed afterwards. */
	readonly folder: string;
};

export const test = base.extend<Fixtures>({
	lab: async ({skip}, use) => {
		const why = inject('obstacle');
		if (why !== undefined) skip(why);
		const lab = new Lab();
		try {
			await use(lab);
		} finally {
			await lab.close();
		}
	},
	// biome-ignore lint/correctness/noEmptyPattern: this is how a fixture says that it needs no other.
	folder: async ({}, use) => {
		const folder = mkdtempSync(join(tmpdir(), 'p2p-tui-lab-'));
		await use(folder);
		rmSync(folder, {recursive: true, force: true});
	},
});
