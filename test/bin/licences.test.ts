import {describe, expect, test} from 'vitest';
import {licenceNotice} from '../../bin/licences.js';

const about = {name: 'some-package', version: '1.2.3', license: 'MIT', author: 'Ann Author <ann@example.org>'};
const OWN = 'ISC License\n\nCopyright (c) 2026 Bob\n\nPermission to use, copy, modify … is hereby granted';

describe('the licence notice of a bundled package', () => {
	test('is its own text when it ships one, whatever the licence', () => {
		const notice = licenceNotice({...about, license: 'Some-Licence'}, [`${OWN}\n`]);
		expect(notice).toBe(`some-package 1.2.3\nLicence: Some-Licence\n\n${OWN}\n`);
	});

	test.each(['MIT', 'Apache-2.0 OR MIT'])('has the text of MIT and the author when it ships none: %s', license => {
		const notice = licenceNotice({...about, license}, []);
		expect(notice).toContain('Copyright (c) Ann Author <ann@example.org>\n');
		expect(notice).toContain('Permission is hereby granted, free of charge');
		expect(notice).toContain('THE SOFTWARE IS PROVIDED "AS IS"');
	});

	test('names the authors of the package when nobody else is named', () => {
		expect(licenceNotice({...about, author: undefined}, [])).toContain('Copyright (c) the authors of some-package\n');
		expect(licenceNotice({...about, author: {name: 'Cat'}}, [])).toContain('Copyright (c) Cat\n');
	});

	test('does not take a file for a text that only says where to read it', () => {
		const file = 'Dual licensed under MIT and Apache-2.0.\n\nMIT: https://www.opensource.org/licenses/mit';
		const notice = licenceNotice({...about, license: 'Apache-2.0 OR MIT'}, [file]);
		expect(notice).toContain(file);
		expect(notice).toContain('Permission is hereby granted, free of charge');
	});

	test.each(['GPL-3.0-only', 'UNLICENSED', undefined])('fails without a text under %s', license => {
		expect(() => licenceNotice({...about, license}, [])).toThrow(/^some-package 1\.2\.3 has no licence text/);
	});
});
