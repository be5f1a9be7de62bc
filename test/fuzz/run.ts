/** `npm run fuzz -- [--target name] [--seconds 60] [--seed n]`: looks for inputs that break a decoder's promise. */
import {parseArgs} from 'node:util';
import {fuzz} from './campaign.ts';
import {readCorpus} from './corpus.ts';
import {DatagramWorld} from './datagrams.ts';
import {TARGETS} from './targets.ts';

/** Inputs from one seed: few, so that the time asked for is kept. */
const ROUNDS = 1_000;
/** Not a decoder but a whole node: see `datagrams.ts`. */
const WORLD = 'datagrams';
const NAMES: readonly string[] = [...Object.keys(TARGETS), WORLD];

const USAGE = `npm run fuzz -- [--target <name>] [--seconds 60] [--seed <n>]

Targets: ${NAMES.join(', ')}`;

export function run(args: readonly string[]): number {
	const values = read(args);
	if (values === undefined || values.help) {
		console.log(USAGE);
		return values === undefined ? 2 : 0;
	}
	const names = values.target === undefined ? NAMES : [values.target];
	const unknown = names.find(name => !NAMES.includes(name));
	if (unknown !== undefined) {
		console.error(`No target ${JSON.stringify(unknown)}. There are: ${NAMES.join(', ')}`);
		return 2;
	}
	const seconds = Number(values.seconds ?? 60);
	const first = Number(values.seed ?? Date.now() % 1_000_000);
	if (!(seconds > 0 && seconds <= 86_400) || !Number.isSafeInteger(first)) {
		console.error('--seconds takes 1 to 86400, --seed a whole number');
		return 2;
	}
	const results = names.map(name => hunt(name, first, seconds / names.length));
	const isClean = results.every(clean => clean);
	console.log(isClean ? 'Nothing found.' : 'Add what was found to the target’s corpus, and mend it.');
	return isClean ? 0 : 1;
}

/** Undefined, and a line that says why, for options that there are not. */
function read(args: readonly string[]) {
	const text = {type: 'string'} as const;
	const options = {target: text, seconds: text, seed: text, help: {type: 'boolean'}} as const;
	try {
		return parseArgs({args: [...args], options}).values;
	} catch (error) {
		console.error(error instanceof Error ? error.message.split('. ')[0] : String(error));
		return undefined;
	}
}

/** Fuzzes one target from seed to seed until time is up; true if nothing was found. */
function hunt(name: string, first: number, seconds: number): boolean {
	const attempt = name === WORLD ? flood : searchIn(name);
	const end = performance.now() + seconds * 1_000;
	let seed = first;
	for (; performance.now() < end; seed++) {
		const complaint = attempt(seed);
		if (complaint === undefined) continue;
		console.log(`${name}: seed ${seed}: ${complaint}`);
		return false;
	}
	console.log(`${name}: ${((seed - first) * ROUNDS).toLocaleString('en')} inputs from seed ${first} on, nothing found`);
	return true;
}

/** Of a decoder: what it complains of with that seed, if anything. */
function searchIn(name: string): (seed: number) => string | undefined {
	const corpus = readCorpus(name);
	return seed => {
		const finding = fuzz(TARGETS[name]!, corpus, seed, ROUNDS);
		return finding && `${String(finding.error)}\n  ${Buffer.from(finding.input).toString('hex')}`;
	};
}

function flood(seed: number): string | undefined {
	try {
		new DatagramWorld(seed).run(ROUNDS);
		return undefined;
	} catch (error) {
		return String(error);
	}
}
