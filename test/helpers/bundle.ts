import {build} from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;

/**
 * Arguments for Node that run a TypeScript file of this project in a process of its own, without a file being written:
 * the program goes along as text, and finds its packages from the root of the project, which must be the directory.
 */
export async function nodeArguments(file: string, ...args: readonly string[]): Promise<string[]> {
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
	return ['--input-type=module', '--eval', result.outputFiles[0]?.text ?? '', '--', ...args];
}
