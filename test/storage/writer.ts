/**
 * A process that keeps events, for tests that kill it or take its disk away. It prints a line for what it did, each at
 * once: `ok 4 6` for numbers 4 to 6 being durable, `failed disk-full`, `refused …`, `closed`.
 *
 *     writer <directory> <commits> [full]
 */
import {rmSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../../source/base/errors.ts';
import {EPOCH, message, open} from './history.ts';

const PER_COMMIT = 3;
const BALLAST_BYTES = 400_000;

const [directory = '', commits = '0', mode] = process.argv.slice(1).filter(argument => argument !== '--');
const say = (...words: unknown[]) => writeSync(1, `${words.join(' ')}\n`);

async function main(): Promise<void> {
	const ballast = join(directory, 'ballast');
	if (mode === 'full') writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES));
	const store = await open(directory);
	let last = store.rooms()[0]?.events ?? 0;
	for (let commit = 0; commit < Number(commits); commit++) {
		for (let index = 1; index <= PER_COMMIT; index++) store.append(message(last + index, textOf(last + index)));
		store.saveRoom({room: 'lobby', digest: EPOCH, events: last + PER_COMMIT, heads: []});
		const result = store.commit();
		if (result.ok) {
			say('ok', last + 1, last + PER_COMMIT);
			last += PER_COMMIT;
			continue;
		}
		say('failed', result.failure.code);
		if (mode !== 'full') continue;
		const trial = store.commit();
		say('trial', trial.ok);
		rmSync(ballast);
		say('trial', store.commit().ok);
		break;
	}
	store.close();
	say('closed');
	if (mode !== 'full') return;
	const again = await open(directory);
	say('kept', again.page('lobby', {limit: 100_000, kinds: 'all'}).length);
	again.close();
}

/** Long enough to fill a small disk soon. */
function textOf(sequence: number): string {
	return `${sequence} `.padEnd(2_000, 'word ');
}

main().catch(error => {
	if (!(error instanceof UserError)) throw error;
	say('refused', error.message, '|', error.hint);
});
