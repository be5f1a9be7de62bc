import {expect, test} from 'vitest';
import {idBeginning, SHORT_ID_DIGITS} from '../../source/base/file-id.ts';

const ID = '0123456789abcdef'.repeat(4);

test('an id, and the beginning of one, as people write them', () => {
	expect(idBeginning(ID)).toBe(ID);
	expect(idBeginning(` ${ID.slice(0, SHORT_ID_DIGITS).toUpperCase()} `)).toBe(ID.slice(0, SHORT_ID_DIGITS));
});

test.each([
	['too little', ID.slice(0, SHORT_ID_DIGITS - 1)],
	['too much', `${ID}0`],
	['a name', 'holiday.mp4'],
	['several words', '01234567 89abcdef'],
	['nothing', ''],
	['not even text', 12_345_678],
])('%s is none', (_, text) => {
	expect(idBeginning(text)).toBeUndefined();
});
