/** The notice that goes with the code of a bundled package, as its licence asks. */

/** The MIT licence's conditions: <https://spdx.org/licenses/MIT.html>. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Ids under which MIT's text may be given; of several licences to choose from, MIT is chosen. */
const MIT_IDS = new Set([
	'MIT',
	'Apache-2.0 OR MIT',
	'MIT OR Apache-2.0',
	'(Apache-2.0 OR MIT)',
	'(MIT OR Apache-2.0)',
]);

/** A licence itself says what is granted; some files only name licences and say where to read them. */
const LICENCE_TEXT =
	/permission is hereby granted|permission to use, copy|redistribution and use|terms and conditions/i;

/**
 * Name, version, licence and its text: the package's own files if they hold one, else the text that its licence id
 * stands for. Throws if there is neither, since the package must not be given on then.
 *
 * @param {{name: string, version: string, license?: string, author?: string | {name?: string}}} about
 *   its package.json
 * @param {readonly string[]} files the texts of its licence files
 * @returns {string}
 */
export function licenceNotice(about, files) {
	const {name, version, license} = about;
	const own = files.map(text => text.trim());
	if (!own.some(text => LICENCE_TEXT.test(text))) {
		if (!MIT_IDS.has(license)) {
			throw new Error(`${name} ${version} has no licence text, and ${license ?? 'no licence id'} is not a known one`);
		}
		own.push(`The MIT License\n\nCopyright (c) ${holderOf(about)}\n\n${MIT}`);
	}
	return `${name} ${version}\nLicence: ${license ?? 'see below'}\n\n${own.join('\n\n')}\n`;
}

function holderOf({name, author}) {
	const holder = typeof author === 'string' ? author : author?.name;
	return holder ?? `the authors of ${name}`;
}
