import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {build} from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;

/**
 * Arguments for Node that run a TypeScript file of this project in a process of its own: as a file, for the system takes
 * no argument as long as the program is.
 */
export async function nodeArguments(file: string, ...args: readonly string[]): Promise<string[]> {
	const load = `await import(${JSON.stringify(pathToFileURL(await bundle(file)).href)})`;
	return ['--input-type=module', '--eval', load, '--', ...args];
}

/**
 * Makes one file of a TypeScript file of this project and all of it that it needs. It lies among the artifacts: there it
 * finds its packages, whatever the directory. Returns where.
 */
export async function bundle(file: string): Promise<string> {
	const result = await build({
		absWorkingDir: root,
		entryPoints: [file],
		bundle: true,
		packages: 'external',
		write: false,
		format: 'esm',
		platform: 'node',
		target: 'node20.19',
		jsx: 'automatic',
		logLevel: 'silent',
	});
	const folder = path.join(root, 'test/.artifacts');
	await mkdir(folder, {recursive: true});
	const program = path.join(folder, `${path.basename(file).replace(/\.tsx?$/, '')}-${process.pid}.mjs`);
	await writeFile(program, result.outputFiles[0]?.text ?? '');
	return program;
}
