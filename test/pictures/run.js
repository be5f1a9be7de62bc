/** `npm run picture`: draws the screen of the real program into test/pictures/screen.svg, and as text into the README. */
import {mkdir} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = fileURLToPath(new URL('../.artifacts/pictures/make.mjs', import.meta.url));

await mkdir(new URL('../.artifacts/pictures/', import.meta.url), {recursive: true});
await build({
	absWorkingDir: root,
	entryPoints: ['test/pictures/make.ts'],
	outfile: output,
	bundle: true,
	packages: 'external',
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	logLevel: 'warning',
});
const {make} = await import(output);
await make(root);
