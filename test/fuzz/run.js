/** Bundles the fuzzer, so that it runs without a test runner around it, and starts it. */
import {cp} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = fileURLToPath(new URL('../.artifacts/fuzz/', import.meta.url));

// Where `corpus.ts` looks for them from there.
for (const folder of ['corpus', '../vectors']) {
	await cp(new URL(`${folder}/`, import.meta.url), `${output}${folder}`, {recursive: true});
}
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
