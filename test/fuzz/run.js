/** Bundles the fuzzer, so that it runs without a test runner around it, and starts it. */
import {copyFile, mkdir, readdir} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = fileURLToPath(new URL('../.artifacts/fuzz/', import.meta.url));
const corpus = fileURLToPath(new URL('corpus/', import.meta.url));

await mkdir(`${output}corpus`, {recursive: true});
for (const name of await readdir(corpus)) await copyFile(`${corpus}${name}`, `${output}corpus/${name}`);
await build({
	absWorkingDir: root,
	entryPoints: ['test/fuzz/run.ts'],
	outfile: `${output}run.mjs`,
	bundle: true,
	packages: 'external',
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	logLevel: 'warning',
});
const {run} = await import(new URL('../.artifacts/fuzz/run.mjs', import.meta.url));
process.exit(run(process.argv.slice(2)));
