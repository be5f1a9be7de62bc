/**
 * `npm run sim -- --nodes 1000 --seed 7 --loss 0.05`: a network of simulated nodes in virtual time. `--help` tells the
 * options. Ten thousand nodes need more memory than Node takes by itself, so the program runs as its own process.
 */
import {spawnSync} from 'node:child_process';
import {mkdir} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = fileURLToPath(new URL('../.artifacts/simulator/run.mjs', import.meta.url));

/** MiB of heap at most: a tenth of it is enough for a thousand nodes. */
const HEAP = 16_384;

await mkdir(new URL('../.artifacts/simulator/', import.meta.url), {recursive: true});
await build({
	absWorkingDir: root,
	entryPoints: ['test/simulator/run.ts'],
	outfile: output,
	bundle: true,
	packages: 'external',
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	define: {'process.env.NODE_ENV': '"production"'},
	footer: {js: 'process.exitCode = main(process.argv.slice(2));'},
	logLevel: 'warning',
});
const {status} = spawnSync(process.execPath, [`--max-old-space-size=${HEAP}`, output, ...process.argv.slice(2)], {
	stdio: 'inherit',
});
process.exitCode = status ?? 1;
