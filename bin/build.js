/**
 * Bundles source/ into dist/: `main.js` (the command line), `worker.js` (the core's thread), `lab-worker.js` (that of a
 * laboratory) and the parts that they load when they are needed, so that headless, ping and id never read React.
 *
 * Only files whose contents changed are written, each by a rename: a build may run while another p2p-tui that was
 * started from the same folder is still loading its parts.
 */
import {mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {licenceNotice} from './licences.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const outputDirectory = path.join(root, 'dist');

/** Ink loads React's developer tools when DEV=true and they are installed; they are no part of a release. */
const withoutDevtools = {
	name: 'without-devtools',
	setup(bundle) {
		bundle.onLoad({filter: /[\\/]ink[\\/]build[\\/]reconciler\.js$/}, async ({path: file}) => {
			const load = "await import('./devtools.js')";
			const text = await readFile(file, 'utf8');
			if (!text.includes(load)) return {errors: [{text: `${file} no longer says ${load}`}]};
			return {contents: text.replace(load, 'undefined')};
		});
	},
};

async function bundle() {
	return build({
		absWorkingDir: root,
		entryPoints: {main: 'source/main.ts', worker: 'source/core/worker.ts', 'lab-worker': 'source/lab/worker.ts'},
		outdir: 'dist',
		bundle: true,
		splitting: true,
		// All parts in one folder: the worker is found beside whichever part starts it.
		chunkNames: '[name]-[hash]',
		format: 'esm',
		platform: 'node',
		target: 'node20.19',
		jsx: 'automatic',
		define: {'process.env.NODE_ENV': '"production"'},
		// Have native code: they are installed beside the program, and loaded when a history is kept, or files are moved.
		external: ['@photostructure/sqlite', '@napi-rs/blake-hash'],
		// The pure JavaScript of msgpackr: its Node entry looks for a native module beside the program.
		// The modules of jsonc-parser: its other form loads its parts in a way that no bundler sees.
		// Of hash-wasm the one hash that is used: the package is made of base64, which no bundler takes apart.
		alias: {
			'hash-wasm': path.join(root, 'node_modules/hash-wasm/dist/blake3.umd.min.js'),
			msgpackr: path.join(root, 'node_modules/msgpackr/index.js'),
			'jsonc-parser': path.join(root, 'node_modules/jsonc-parser/lib/esm/main.js'),
		},
		plugins: [withoutDevtools],
		// Bundled CommonJS packages ask for Node's own modules with `require`.
		banner: {
			js: "import {createRequire as $createRequire} from 'node:module'; const require = $createRequire(import.meta.url);",
		},
		// Names and lines stay readable, for the stack traces in the log.
		minifySyntax: true,
		legalComments: 'none',
		metafile: true,
		write: false,
		logLevel: 'silent',
	});
}

/** Folders in node_modules whose code is in the bundle, as paths relative to the root, sorted. */
function bundledPackages(metafile) {
	const folders = new Set();
	for (const output of Object.values(metafile.outputs)) {
		for (const [input, {bytesInOutput}] of Object.entries(output.inputs)) {
			const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
			if (match && bytesInOutput > 0) folders.add(match[1]);
		}
	}
	return [...folders].sort();
}

async function licenceOf(folder) {
	const directory = path.join(root, folder);
	const about = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'));
	const files = (await readdir(directory)).filter(name => /^(licen[cs]e|notice|copying)/i.test(name)).sort();
	return licenceNotice(about, await Promise.all(files.map(name => readFile(path.join(directory, name), 'utf8'))));
}

async function thirdPartyLicences(metafile) {
	const licences = await Promise.all(bundledPackages(metafile).map(licenceOf));
	const rule = `\n${'-'.repeat(80)}\n\n`;
	return ['p2p-tui contains code of these packages.\n', ...new Set(licences)].join(rule);
}

/** Returns true if the file had to be written. */
async function writeIfChanged(name, contents) {
	const target = path.join(outputDirectory, name);
	const bytes = Buffer.from(contents);
	const present = await readFile(target).catch(() => undefined);
	if (present?.equals(bytes)) return false;
	const temporary = `${target}.${process.pid}.new`;
	await writeFile(temporary, bytes);
	await rename(temporary, target);
	return true;
}

async function main() {
	const started = performance.now();
	const {outputFiles, metafile} = await bundle();
	const files = new Map(outputFiles.map(file => [path.relative(outputDirectory, file.path), file.contents]));
	files.set('THIRD-PARTY-LICENSES.txt', await thirdPartyLicences(metafile));
	await mkdir(outputDirectory, {recursive: true});
	for (const [name, contents] of files) await writeIfChanged(name, contents);
	for (const name of await readdir(outputDirectory)) {
		if (!files.has(name) && !name.endsWith('.new')) await rm(path.join(outputDirectory, name), {recursive: true});
	}
	const kilobytes = Math.round(outputFiles.reduce((sum, file) => sum + file.contents.length, 0) / 1000);
	const milliseconds = Math.round(performance.now() - started);
	console.log(`Built dist: ${outputFiles.length} files, ${kilobytes} kB, in ${milliseconds} ms.`);
}

/** One line for each mistake: `source/main.ts:3:7: Could not resolve …`. */
function describeFailure(error) {
	if (!Array.isArray(error?.errors)) return String(error?.message ?? error);
	return error.errors
		.map(({text, location}) => (location ? `${location.file}:${location.line}:${location.column}: ${text}` : text))
		.join('\n');
}

main().catch(error => {
	console.error(`The build failed.\n${describeFailure(error)}`);
	process.exitCode = 1;
});
