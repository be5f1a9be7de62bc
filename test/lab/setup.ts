/** Before the first test of the laboratory: sees whether there can be one, clears what crashed ones left, builds the scripts. */
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import type {TestProject} from 'vitest/node';
import {SCRIPTS} from './script-process.ts';
import {obstacle, removeLeftovers} from './system.ts';

declare module 'vitest' {
	export interface ProvidedContext {
		/** Why there is no laboratory here. */
		obstacle: string | undefined;
	}
}

export default async function setup(project: TestProject): Promise<void> {
	const why = obstacle();
	project.provide('obstacle', why);
	if (why !== undefined) {
		console.log(`The laboratory is skipped: ${why}.`);
		return;
	}
	removeLeftovers();
	const folder = fileURLToPath(new URL('scripts/', import.meta.url));
	await build({
		entryPoints: readdirSync(folder).map(name => `${folder}${name}`),
		outdir: SCRIPTS,
		outExtension: {'.js': '.mjs'},
		bundle: true,
		packages: 'external',
		format: 'esm',
		platform: 'node',
		target: 'node20.19',
		logLevel: 'warning',
	});
}
