/**
 * `npm run bench`: what this program costs, beside raw TCP, raw TLS and js-libp2p measured in the same run. Nothing is
 * asserted: figures of one machine say little elsewhere, ratios say more. `node test/bench/run.js echo mesh` runs some
 * parts, `npm run bench:ui` those of the screen; BENCH_EVENTS=5000 in the environment makes the long ones short, for a look whether they work.
 *
 * Rounds of the things compared alternate, so that a machine that slows down slows all of them; medians are shown.
 */
import {mkdir, writeFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = fileURLToPath(new URL('../.artifacts/bench/', import.meta.url));

// As in the program itself: React's development build costs half as much again.
process.env.NODE_ENV = 'production';

await mkdir(output, {recursive: true});
await build({
	absWorkingDir: root,
	entryPoints: [
		'suite.ts',
		'link.ts',
		'node.ts',
		'flood.ts',
		'joiner.ts',
		'file-node.ts',
		'file-bare.ts',
		'frames.tsx',
	].map(name => `test/bench/${name}`),
	jsx: 'automatic',
	outdir: output,
	outExtension: {'.js': '.mjs'},
	bundle: true,
	packages: 'external',
	// As in the program itself, see bin/build.js.
	alias: {msgpackr: `${root}node_modules/msgpackr/index.js`},
	format: 'esm',
	platform: 'node',
	target: 'node20.19',
	define: {'process.env.NODE_ENV': '"production"'},
	logLevel: 'warning',
});
const {runSuite} = await import(new URL('../.artifacts/bench/suite.mjs', import.meta.url));
const results = await runSuite({root, output, parts: process.argv.slice(2)});
await writeFile(new URL('../../bench-results.json', import.meta.url), `${JSON.stringify(results, undefined, '\t')}\n`);
process.exit(0);
