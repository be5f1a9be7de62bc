import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';
import {BaseSequencer, type TestSpecification} from 'vitest/node';

/** These start programs, or wait for the real time to pass, and stand where they belong all the same. */
const PROGRAMS = [
	'test/ui/{terminal,pty}.test.ts',
	'test/core/{worker,worker-client}.test.ts',
	'test/storage/{,files/}faults.test.ts',
	'test/net/handshake.test.ts',
];

/** These replace a module, so it must not be loaded yet: each runs in a process of its own. */
const REPLACING = ['test/wire/ip-text.test.ts', 'test/ui/entry.test.ts'];

/** Milliseconds: some calculate for seconds, and a machine may be slow or busy. A pass does not wait. */
const PATIENCE = 180_000;

/** Random tests are the same in each run. */
const resolve = {
	alias: [{find: /^fast-check$/, replacement: fileURLToPath(new URL('helpers/fast-check.js', import.meta.url))}],
};

/** Of those that run side by side. The longest come first, so that no core is without work at the end. */
const ORDER = [/\/simulator\/(thousand|history|seeds)/, /\/simulator\//];

/**
 * One project after another: what one has loaded serves its next file only as long as no file of another project comes in
 * between.
 */
class ByProject extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const projects = [...new Set(files.map(({project}) => project.name))].sort().reverse();
		const rank = ({project, moduleId}: TestSpecification) => {
			const first = ORDER.findIndex(pattern => pattern.test(moduleId));
			return first === -1 ? ORDER.length + projects.indexOf(project.name) : first;
		};
		return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
	}
}

export default defineConfig({
	root: fileURLToPath(new URL('..', import.meta.url)),
	test: {
		// Simulations take as long as all the rest together: one core is for them.
		maxWorkers: Math.max(2, availableParallelism()),
		sequence: {sequencer: ByProject},
		projects: [
			{
				resolve,
				test: {
					name: 'unit',
					include: ['test/**/*.test.ts'],
					exclude: ['test/ui/**', 'test/{e2e,terminal,lab}/**', ...PROGRAMS, ...REPLACING],
					testTimeout: PATIENCE,
					// Modules are loaded once for all, and not again for each file: that took half of the time. So a test puts back
					// what it changes of the world (clocks, spies), and whatever cannot be put back is in REPLACING.
					isolate: false,
				},
			},
			{
				resolve,
				test: {
					name: 'ui',
					include: ['test/ui/**/*.test.{ts,tsx}'],
					exclude: [...PROGRAMS, ...REPLACING],
					testTimeout: PATIENCE,
					isolate: false,
					env: {FORCE_COLOR: '0'},
				},
			},
			{
				resolve,
				test: {name: 'apart', include: REPLACING, testTimeout: PATIENCE, env: {FORCE_COLOR: '0'}},
			},
			{
				resolve,
				test: {
					name: 'e2e',
					include: ['test/{e2e,terminal}/**/*.test.ts', ...PROGRAMS],
					testTimeout: 60_000,
					hookTimeout: 60_000,
					// After all the others, so that real programs have the machine to themselves; they mostly wait.
					sequence: {groupOrder: 1},
					maxWorkers: 5,
				},
			},
			{
				resolve,
				test: {
					name: 'lab',
					include: ['test/lab/**/*.test.ts'],
					globalSetup: 'test/lab/setup.ts',
					// Some wait for what takes a peer's whole patience, and several of these run side by side.
					testTimeout: 90_000,
					hookTimeout: 60_000,
					sequence: {groupOrder: 2},
					maxWorkers: 4,
				},
			},
		],
	},
});
