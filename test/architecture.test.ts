import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {findBreaches, MAX_LINES} from './helpers/architecture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function readSources(): Map<string, string> {
	const files = readdirSync(path.join(root, 'source'), {recursive: true, encoding: 'utf8'});
	const modules = files.filter(file => /\.tsx?$/.test(file)).map(file => path.posix.join('source', file));
	return new Map(modules.map(file => [file, readFileSync(path.join(root, file), 'utf8')]));
}

test('the sources keep the dependency table', async () => {
	const sources = readSources();
	expect(sources.size).toBeGreaterThan(20);
	expect(await findBreaches(sources)).toEqual([]);
});

describe('the checker finds', () => {
	const breachesOf = (sources: Record<string, string>) => findBreaches(new Map(Object.entries(sources)));

	test('an import against the table, and says why', async () => {
		const breaches = await breachesOf({
			'source/behaviours/ping.ts': "import {open} from '../net/socket.ts';\nopen();",
			'source/net/socket.ts': 'export function open() {}',
		});
		expect(breaches).toEqual([
			'source/behaviours/ping.ts imports source/net/socket.ts: behaviours may import base, wire, history, api. ' +
				'Why: a behaviour is one protocol as a state machine: the swarm drives it, it drives nothing',
		]);
	});

	test.each([
		['a type', "import type {Socket} from '../core/node.ts';"],
		['a type among values', "import {type Socket} from '../core/node.ts';"],
		['something handed on', "export {Socket} from '../core/node.ts';"],
		['everything handed on', "export * from '../core/node.ts';"],
		['an import for its effect', "import '../core/node.ts';"],
		['an import that is loaded later', "const later = () => import('../core/node.ts');"],
		['the type of a module', "let core: typeof import('../core/node.ts');"],
		['several lines', "import {\n\ta,\n\tb,\n} from '../core/node.ts';"],
	])('%s that the screen takes from the core', async (_, statement) => {
		const breaches = await breachesOf({
			'source/ui/app.tsx': `import {x} from '../store/state.ts';\n${statement}`,
			'source/store/state.ts': 'export const x = 1;',
			'source/core/node.ts': 'export const a = 1, b = 2, Socket = 3;',
		});
		expect(breaches).toHaveLength(1);
		expect(breaches[0]).toMatch(
			/^source\/ui\/app\.tsx imports source\/core\/node\.ts: ui may import base, api, store\./,
		);
	});

	test('nobody but the composition root that sees both the core and the screen', async () => {
		const both = "import '../core/worker-client.ts';\nimport '../ui/run.tsx';";
		const breaches = await breachesOf({
			'source/cli/screen.ts': both,
			'source/store/state.ts': both,
			'source/net/transport.ts': both,
			'source/core/worker-client.ts': "import '../ui/run.tsx';",
			'source/ui/run.tsx': '',
		});
		expect(breaches.map(breach => breach.split(':')[0])).toEqual([
			'source/core/worker-client.ts imports source/ui/run.tsx',
			'source/net/transport.ts imports source/core/worker-client.ts',
			'source/net/transport.ts imports source/ui/run.tsx',
			'source/store/state.ts imports source/core/worker-client.ts',
			'source/store/state.ts imports source/ui/run.tsx',
		]);
	});

	test('I/O in a pure layer, also by way of another file', async () => {
		const breaches = await breachesOf({
			'source/wire/frame.ts': "import {readFileSync} from 'node:fs';\nreadFileSync('x');",
			'source/swarm/swarm.ts': "import {log} from '../base/log.ts';\nlog();",
			'source/base/log.ts': "export * from './file.ts';",
			'source/base/file.ts':
				"import {appendFileSync} from 'node:fs';\nexport const log = () => appendFileSync('a', 'b');",
		});
		expect(breaches.map(breach => breach.split('. Why')[0])).toEqual([
			'source/swarm/swarm.ts → source/base/log.ts → source/base/file.ts imports node:fs',
			'source/wire/frame.ts imports node:fs',
		]);
	});

	test('no fault in a type that a pure layer takes from an impure tool', async () => {
		const breaches = await breachesOf({
			'source/swarm/swarm.ts': "import type {Log} from '../base/log.ts';\nexport const use = (log: Log) => log;",
			'source/base/log.ts': "import 'node:fs';\nexport type Log = string;",
		});
		expect(breaches).toEqual([]);
	});

	test.each([
		['Math.random()', 'uses Math.random'],
		['Date.now()', 'uses Date.now'],
		['new Date()', 'uses the current date'],
		['new Date', 'uses the current date'],
		['Date()', 'uses the current date'],
		['performance.now()', 'uses performance.now'],
		['process.hrtime.bigint()', 'uses the process clock'],
		['setTimeout(() => {}, 1)', 'uses a timer'],
		['globalThis.setInterval(() => {}, 1)', 'uses a timer'],
		['crypto.getRandomValues(x)', 'uses the random generator'],
	])('%s in a behaviour', async (code, impurity) => {
		const breaches = await breachesOf({'source/behaviours/gossip.ts': `export const value = ${code};`});
		expect(breaches.map(breach => breach.split('. Why')[0])).toEqual([`source/behaviours/gossip.ts ${impurity}`]);
	});

	test('what is random in node:crypto, and nothing else of it', async () => {
		const breaches = await breachesOf({
			'source/wire/event.ts': "import {createHash, randomBytes as bytes} from 'node:crypto';\ncreateHash(bytes(1));",
		});
		expect(breaches.map(breach => breach.split('. Why')[0])).toEqual([
			'source/wire/event.ts imports randomBytes of node:crypto',
			'source/wire/event.ts uses the random generator',
		]);
	});

	test('no fault in a date that is given, or in a comment', async () => {
		const breaches = await breachesOf({
			'source/store/clock.ts':
				'// Date.now() and setTimeout come in.\nexport const at = (time: number) => new Date(time);',
		});
		expect(breaches).toEqual([]);
	});

	test('code among the types of the boundary', async () => {
		const breaches = await breachesOf({'source/api/event.ts': 'export type A = 1;\nexport const a = 1;'});
		expect(breaches).toHaveLength(1);
		expect(breaches[0]).toMatch(/^source\/api\/event\.ts contains code: export const a = 1;/);
	});

	test('a package where it does not belong', async () => {
		const breaches = await breachesOf({'source/core/node.ts': "import React from 'react';\nReact;"});
		expect(breaches).toHaveLength(1);
		expect(breaches[0]).toMatch(/^source\/core\/node\.ts imports the package react: core may use prom-client\./);
	});

	test('a file that is too long, a folder without a rule and an import of nothing', async () => {
		const breaches = await breachesOf({
			'source/base/long.ts': '\n'.repeat(MAX_LINES),
			'source/extra/new.ts': '',
			'source/net/lost.ts': "import './gone.ts';",
		});
		expect(breaches.map(breach => breach.split('. Why')[0])).toEqual([
			`source/base/long.ts has ${MAX_LINES + 1} lines; ${MAX_LINES} is the most`,
			'source/extra/new.ts: no rule for source/extra; add it to the table first',
			'source/net/lost.ts imports ./gone.ts, which is no file in source/',
		]);
	});
});
