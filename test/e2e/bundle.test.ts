/** What is in dist/ besides the program. */
import {readdir, readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';

const dist = new URL('../../dist/', import.meta.url);

test('each package in the bundle comes with the text of its licence', async () => {
	const [, ...notices] = (await readFile(new URL('THIRD-PARTY-LICENSES.txt', dist), 'utf8')).split(/^-{80}$/m);
	expect(notices.length).toBeGreaterThan(20);
	const bare = notices.filter(
		notice => !/permission (is hereby granted|to use)/i.test(notice) || !/copyright/i.test(notice),
	);
	expect(bare).toEqual([]);
});

test('tools for developers are left out', async () => {
	const names = await readdir(dist);
	expect(names).toContain('main.js');
	expect(names.filter(name => name.includes('devtools'))).toEqual([]);
});
