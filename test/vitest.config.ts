import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

export default defineConfig({
	root: fileURLToPath(new URL('..', import.meta.url)),
	test: {
		// Simulations take as long as all the rest together: one core is for them.
		maxWorkers: Math.max(2, availableParallelism()),
		projects: [
			{
				test: {
					name: 'unit',
					include: ['test/**/*.test.ts'],
					exclude: ['test/ui/**', 'test/{e2e,terminal,lab}/**'],
					testTimeout: 20_000,
				},
			},
			{test: {name: 'ui', include: ['test/ui/**/*.test.{ts,tsx}'], testTimeout: 20_000, env: {FORCE_COLOR: '0'}}},
			{
				test: {
					name: 'e2e',
					include: ['test/{e2e,terminal}/**/*.test.ts'],
					testTimeout: 60_000,
					hookTimeout: 60_000,
					// After all the others, so that real programs have the machine to themselves; they mostly wait.
					sequence: {groupOrder: 1},
					maxWorkers: 4,
				},
			},
			{
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
