/** The program as it is, but for the bytes that it gives: one of each piece is another. For trials of those who fetch. */
import {Vault} from '../../source/storage/files/vault.ts';

const read = Vault.prototype.read;

Vault.prototype.read = async function (block, into) {
	await read.call(this, block, into);
	if (block.what === 'piece') into[into.length >> 1]! ^= 1;
};

await import('../../source/main.ts');
