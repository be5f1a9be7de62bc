/** `npm run fuzz -- [--target name] [--seconds 60] [--seed n]`: looks for inputs that break a decoder's promise. */
import {parseArgs} from 'node:util';
import {fuzz} from './campaign.ts';
import {readCorpus} from './corpus.ts';
import {TARGETS} from './targets.ts';

const ROUNDS = 20_000;

export function run(args: readonly string[]): number {
	const {values} = parseArgs({
		args: [...args],
		options: {target: {type: 'string'}, seconds: {type: 'string'}, seed: {type: 'string'}},
	});
	const names = values.target === undefined ? Object.keys(TARGETS) : [values.target];
	const unknown = names.find(name => TARGETS[name] === undefined);
	if (unknown !== undefined) {
		console.error(`No target ${JSON.stringify(unknown)}. There are: ${Object.keys(TARGETS).join(', ')}`);
		return 2;
	}
	const seconds = Number(values.seconds ?? 60);
	const first = Number(values.seed ?? Date.now() % 1_000_000);
	if (!(seconds > 0 && seconds <= 86_400) || !Number.isSafeInteger(first)) {
		console.error('--seconds takes 1 to 86400, --seed a whole number');
		return 2;
	}
	const results = names.map(name => hunt(name, first, seconds / names.length));
	return results.every(clean => clean) ? 0 : 1;
}

/** Fuzzes one target from seed to seed until time is up; true if nothing was found. */
function hunt(name: string, first: number, seconds: number): boolean {
	const corpus = readCorpus(name);
	const end = performance.now() + seconds * 1_000;
	let seed = first;
	for (; performance.now() < end; seed++) {
		const finding = fuzz(TARGETS[name]!, corpus, seed, ROUNDS);
		if (!finding) continue;
		console.log(`${name}: seed ${seed}: ${String(finding.error)}\n  ${Buffer.from(finding.input).toString('hex')}`);
		return false;
	}
	console.log(`${name}: ${((seed - first) * ROUNDS).toLocaleString('en')} inputs from seed ${first} on, nothing found`);
	return true;
}
