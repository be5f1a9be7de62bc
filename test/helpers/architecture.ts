/**
 * Who may import whom, and why: the table, and a checker that works on any set of sources, so that
 * the checker itself can be tested on invented ones.
 */
import path from 'node:path/posix';
import {transform} from 'esbuild';

/** Path from the root of the project, such as `source/wire/frame.ts` → its text. */
export type Sources = ReadonlyMap<string, string>;

type LayerRule = {
	readonly mayImport: readonly string[];
	/** Packages from the registry; a name covers what is below it. */
	readonly packages: readonly string[];
	readonly why: string;
};

const LAYERS: Readonly<Record<string, LayerRule>> = {
	base: {mayImport: [], packages: [], why: 'base is small tools that know nothing of chat'},
	api: {mayImport: [], packages: [], why: 'api is the types of the thread boundary and nothing else'},
	wire: {
		mayImport: ['base'],
		packages: ['@multiformats/multiaddr', 'multiformats', 'msgpackr'],
		why: 'wire is what crosses the network, for whoever needs it: it knows of no behaviour, socket or screen',
	},
	history: {
		mayImport: ['base', 'wire'],
		packages: [],
		why: 'history is what is kept and in which order: who asks for it and where it lies are the business of others',
	},
	behaviours: {
		mayImport: ['base', 'wire', 'history', 'api'],
		packages: [],
		why: 'a behaviour is one protocol as a state machine: the swarm drives it, it drives nothing',
	},
	swarm: {
		mayImport: ['base', 'wire', 'history', 'behaviours', 'api'],
		packages: [],
		why: 'the swarm is the node without I/O: sockets and disks are reached by effects only, so it runs in a simulator',
	},
	simulator: {
		mayImport: ['base', 'wire', 'history', 'behaviours', 'swarm', 'api'],
		packages: [],
		why: 'the simulator is a world of swarms in virtual time: sockets, disks and clocks are what it stands in for',
	},
	net: {
		mayImport: ['base', 'wire'],
		packages: ['multiformats', 'multicast-dns'],
		why: 'net moves bytes and decides nothing: what they mean is known above it',
	},
	storage: {
		mayImport: ['base', 'wire', 'history', 'api'],
		packages: ['@photostructure/sqlite', '@napi-rs/blake-hash', 'hash-wasm'],
		why: 'storage keeps bytes and decides nothing: what they mean is known above it',
	},
	core: {
		mayImport: ['base', 'wire', 'history', 'behaviours', 'swarm', 'net', 'storage', 'api'],
		packages: ['prom-client'],
		why: 'the core runs without a screen, in a worker thread: it speaks only Command and NodeEvent to whoever started it',
	},
	lab: {
		mayImport: ['base', 'wire', 'behaviours', 'swarm', 'simulator', 'core', 'api'],
		packages: [],
		why: 'the laboratory is a core whose network is simulated: a screen cannot tell it from a real one',
	},
	doctor: {
		mayImport: ['base', 'wire', 'net', 'api'],
		packages: [],
		why: 'the doctor looks at the machine and judges what it sees: it starts no node of its own but through the door of api',
	},
	store: {
		mayImport: ['base', 'api'],
		packages: ['string-width'],
		why: 'the store is what the screen knows: it learns it from events (the types in api) and from nowhere else',
	},
	ui: {
		mayImport: ['base', 'api', 'store'],
		packages: ['ink', 'react', 'ink-text-input', 'string-width'],
		why: 'the screen reaches the core only by Command and NodeEvent, so that neither can block or break the other',
	},
	plain: {
		mayImport: ['base', 'api', 'store', 'ui'],
		packages: [],
		why: 'plain says in lines what the screen shows: it takes words and meanings from ui, and nothing that draws',
	},
	cli: {
		mayImport: ['base', 'wire', 'net', 'storage', 'core', 'api', 'store', 'ui', 'plain', 'doctor', 'lab'],
		packages: ['meow', 'jsonc-parser'],
		why: 'the command line composes the program and holds none of its logic',
	},
	main: {mayImport: ['base', 'cli'], packages: [], why: 'main only reads the command line and starts what it asks for'},
};

/** Layers that take time and chance as arguments, and give I/O out as values. */
const PURE = new Set(['wire', 'history', 'behaviours', 'swarm', 'simulator', 'store']);
const WHY_PURE =
	'wire, history, behaviours, swarm, simulator and store take time and chance as arguments and give I/O out as values, ' +
	'so that hundreds of nodes run deterministically in one process';

/** What pure layers may have of Node: no I/O, and nothing of node:crypto that is random. */
const PURE_NODE_MODULES = new Set(['node:buffer', 'node:string_decoder', 'node:util']);
const DETERMINISTIC_CRYPTO = new Set([
	...['createHash', 'createPrivateKey', 'createPublicKey', 'hash', 'sign', 'timingSafeEqual', 'verify'],
	...['KeyObject', 'X509Certificate'],
]);

/** Time and chance that nobody handed in. */
const AMBIENT: readonly (readonly [RegExp, string])[] = [
	[/\bMath\.random\b/, 'Math.random'],
	[/\bDate\.now\b/, 'Date.now'],
	[/\bnew Date\(\s*\)|\bnew Date\b(?!\s*\()|(?<!new )\bDate\(/, 'the current date'],
	[/\bperformance\.now\b/, 'performance.now'],
	[/\bprocess\.(?:hrtime|uptime)\b/, 'the process clock'],
	[/\b(?:setTimeout|setInterval|setImmediate)\b/, 'a timer'],
	[/\bcrypto\.(?:getRandomValues|randomUUID)\b|\brandomBytes\b/, 'the random generator'],
	[/\bfetch\(/, 'fetch'],
];

/** Lines in one file: beyond it nobody reads it whole. */
export const MAX_LINES = 400;

/** Every breach of the rules, one line each, with the reason for the rule. */
export async function findBreaches(sources: Sources): Promise<string[]> {
	const modules = new Map<string, Module>();
	for (const [file, text] of sources) modules.set(file, await readModule(file, text));
	const breaches = [...modules.values()].flatMap(module => [
		...checkLayer(module, modules),
		...checkLength(module),
		...(PURE.has(module.layer) ? checkPurity(module, modules) : []),
		...(module.layer === 'api' ? checkTypesOnly(module) : []),
	]);
	return breaches.sort();
}

type Import = {
	readonly specifier: string;
	/** False for `import type`, of which nothing is left at run time. */
	readonly isLoaded: boolean;
	/** The names between the braces. */
	readonly names: readonly string[];
};

type Module = {
	readonly file: string;
	readonly layer: string;
	readonly lines: number;
	/** JavaScript without comments and types. */
	readonly code: string;
	readonly imports: readonly Import[];
};

async function readModule(file: string, text: string): Promise<Module> {
	const {code} = await transform(text, {
		loader: file.endsWith('.tsx') ? 'tsx' : 'ts',
		jsx: 'preserve',
		legalComments: 'none',
		tsconfigRaw: {compilerOptions: {verbatimModuleSyntax: true}},
	});
	const layer = /^source\/([^/]+?)(?:\/|\.tsx?$)/.exec(file)?.[1] ?? 'unknown';
	return {file, layer, lines: text.split('\n').length, code, imports: [...loadedImports(code), ...typeImports(text)]};
}

/** esbuild has put every import at the start of a line, in double quotes. */
function loadedImports(code: string): Import[] {
	const found: Import[] = [];
	for (const match of code.matchAll(/^(?:import|export)\s+(?:[^;"]*?\bfrom\s+)?"([^"]+)"/gm)) {
		const names = /\{([^}]*)\}/.exec(match[0])?.[1] ?? '';
		found.push({specifier: match[1]!, isLoaded: true, names: namesIn(names)});
	}
	for (const match of code.matchAll(/\bimport\(\s*["'`]([^"'`]+)["'`]\s*\)/g)) {
		found.push({specifier: match[1]!, isLoaded: true, names: []});
	}
	return found;
}

function typeImports(text: string): Import[] {
	const statements = text.matchAll(/^(?:import|export)\s+type\b[^;'"]*\bfrom\s*['"]([^'"]+)['"]/gm);
	const inline = text.matchAll(
		/\btypeof import\(\s*['"]([^'"]+)['"]\s*\)|[:<|&=]\s*import\(\s*['"]([^'"]+)['"]\s*\)\./g,
	);
	return [...statements, ...inline].map(match => ({specifier: (match[1] ?? match[2])!, isLoaded: false, names: []}));
}

function namesIn(list: string): string[] {
	return list
		.split(',')
		.map(part => part.trim().split(/\s+as\s+/)[0]!)
		.filter(name => name !== '');
}

/** The file that a relative import means; undefined for packages and Node's modules. */
function targetOf(module: Module, specifier: string): string | undefined {
	return specifier.startsWith('.') ? path.normalize(path.join(path.dirname(module.file), specifier)) : undefined;
}

function checkLayer(module: Module, modules: ReadonlyMap<string, Module>): string[] {
	const rule = LAYERS[module.layer];
	if (rule === undefined) return [`${module.file}: no rule for source/${module.layer}; add it to the table first`];
	return module.imports.flatMap(({specifier}) => {
		const target = targetOf(module, specifier);
		if (target === undefined) return checkPackage(module, specifier, rule);
		if (target === 'package.json') return [];
		const found = modules.get(target);
		if (found === undefined) return [`${module.file} imports ${specifier}, which is no file in source/`];
		if (found.layer === module.layer || rule.mayImport.includes(found.layer)) return [];
		return [`${module.file} imports ${target}: ${module.layer} may import ${listed(rule.mayImport)}. Why: ${rule.why}`];
	});
}

function checkPackage(module: Module, specifier: string, rule: LayerRule): string[] {
	if (specifier.startsWith('node:')) return [];
	if (rule.packages.some(name => specifier === name || specifier.startsWith(`${name}/`))) return [];
	return [
		`${module.file} imports the package ${specifier}: ${module.layer} may use ${listed(rule.packages)}. Why: ${rule.why}`,
	];
}

function checkLength({file, lines}: Module): string[] {
	if (lines <= MAX_LINES) return [];
	return [
		`${file} has ${lines} lines; ${MAX_LINES} is the most. Why: a file is read whole, so split it by what it does`,
	];
}

/** The module itself and all that it loads: purity is lost by way of others as well. */
function checkPurity(module: Module, modules: ReadonlyMap<string, Module>): string[] {
	const breaches: string[] = [];
	const seen = new Map<Module, string>([[module, module.file]]);
	for (const [current, route] of seen) {
		for (const impurity of impuritiesOf(current, current === module)) {
			breaches.push(`${route} ${impurity}. Why: ${WHY_PURE}`);
		}
		for (const {specifier, isLoaded} of current.imports) {
			const target = modules.get(targetOf(current, specifier) ?? '');
			// A pure module that is reached is checked on its own.
			if (!isLoaded || target === undefined || seen.has(target) || PURE.has(target.layer)) continue;
			seen.set(target, `${route} → ${target.file}`);
		}
	}
	return breaches;
}

function impuritiesOf({code, imports}: Module, isPureItself: boolean): string[] {
	const modules = imports
		.filter(({specifier, isLoaded}) => specifier.startsWith('node:') && (isLoaded || isPureItself))
		.flatMap(({specifier, names, isLoaded}) => {
			if (PURE_NODE_MODULES.has(specifier)) return [];
			if (specifier !== 'node:crypto') return [`imports ${specifier}`];
			if (!isLoaded) return [];
			if (names.length === 0) return ['imports all of node:crypto, which is partly random'];
			return names.filter(name => !DETERMINISTIC_CRYPTO.has(name)).map(name => `imports ${name} of node:crypto`);
		});
	return [...modules, ...AMBIENT.filter(([pattern]) => pattern.test(code)).map(([, name]) => `uses ${name}`)];
}

/** What is left of a module of types, once the types are gone, is nothing. */
function checkTypesOnly({file, code}: Module): string[] {
	const rest = code.replace(/^export \{\s*\};$/gm, '').trim();
	return rest === '' ? [] : [`${file} contains code: ${rest.split('\n')[0]}. Why: ${LAYERS.api!.why}`];
}

function listed(names: readonly string[]): string {
	return names.length === 0 ? 'nothing' : names.join(', ');
}
