/**
 * A process that fetches a file from one profile into another, for tests that kill it or take its disk away. It prints a
 * line for what it did, each at once: `here 3` pieces found and verified, `piece 4` written, `failed disk-full …`, `done <path>`.
 *
 *     taker <folder of both profiles> <folder for what is fetched> [make room | killed <lines> | copy <folder>]
 *
 * `copy`: what is here is copied into that folder: `copied <path>`. `killed`: by itself, while it does what comes after so many lines. Whoever reads them may be late on a busy machine.
 */
import {rmSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {Bitfield} from '../../../source/base/bitfield.ts';
import {copyHeld} from '../../../source/storage/files/copy.ts';
import {FileFailure, type HeldFile} from '../../../source/storage/files/kept.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';
import type {BlockName, FileOffer} from '../../../source/wire/file-offer.ts';
import {blockOf, makeRig, prepare, transferOf} from './rig.ts';

const BALLAST_BYTES = 1_000_000;

const [root = '', folder = '', mode, count = ''] = process.argv.slice(1).filter(argument => argument !== '--');
const ballast = join(folder, 'ballast');
let said = 0;

function say(...words: readonly unknown[]): void {
	writeSync(1, `${words.join(' ')}\n`);
	if (mode === 'killed' && ++said === Number(count)) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
}

async function fetch(giver: Vault, taker: Vault, offer: FileOffer): Promise<void> {
	const {file} = offer;
	const opened = await prepare(giver, taker, taker.library.saved[0] ?? transferOf(offer, folder));
	const here = new Bitfield(opened.pieces.length * 8, opened.pieces);
	say('here', here.count);
	// After the look at the space that there is.
	if (mode === 'make room' && here.count === 0) writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES));
	for (let index = 0; ; index++) {
		const block: BlockName = {file, what: 'piece', index};
		if (giver.sizeToGive(block) === undefined) break;
		if (here.has(index)) continue;
		const bytes = await blockOf(giver, block);
		say('verified', taker.verify(block, bytes));
		await taker.write(block, bytes);
		say('piece', index);
	}
	say('done', await taker.finish(file));
}

async function copy({offer: {file, name}}: HeldFile): Promise<void> {
	const directory = join(root, 'profile-taker');
	say('copied', await copyHeld({directory, file, name, folder: count}));
}

async function main(): Promise<void> {
	const rig = await makeRig(root);
	const [giver, taker] = [await rig.vault('giver'), await rig.vault('taker')];
	const {offer} = giver.library.held[0]!;
	const held = taker.library.held[0];
	if (held) {
		if (mode === 'copy') await copy(held);
		else say('done', held.path);
		return rig.close();
	}
	try {
		await fetch(giver, taker, offer);
	} catch (error) {
		if (!(error instanceof FileFailure)) throw error;
		say('failed', error.code, error.message);
		if (mode !== 'make room') return rig.close();
		rmSync(ballast);
		await fetch(giver, taker, offer);
	}
	await rig.close();
}

await main();
