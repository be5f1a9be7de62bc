/**
 * The profile's key, in `identity.key`: an Ed25519 private key in libp2p's protobuf form, 68 bytes.
 *
 *     08 01        field 1, key type: Ed25519
 *     12 40 …      field 2, 64 bytes: seed (32), public key (32)
 *
 * Other libp2p programs read the same form. The public key follows from the seed, so a damaged file shows.
 * A key that cannot be read is never replaced by a new one: that would make its owner a stranger to everyone.
 *
 * Source: libp2p specification, "Peer Ids and Keys".
 */
import {randomBytes} from 'node:crypto';
import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {join} from 'node:path';
import {UserError} from '../base/errors.ts';
import {type Identity, identityFromSeed, SEED_BYTES} from '../wire/identity.ts';
import {PUBLIC_KEY_BYTES} from '../wire/limits.ts';
import {createFile, ensureDirectory, errorCode, explain, hasModes, quote} from './directory.ts';

const FILE_NAME = 'identity.key';
const PREFIX = Uint8Array.of(0x08, 0x01, 0x12, SEED_BYTES + PUBLIC_KEY_BYTES);
const FILE_BYTES = PREFIX.length + SEED_BYTES + PUBLIC_KEY_BYTES;
/** Any permission of group and others. */
const OPEN_TO_OTHERS = 0o077;

/** A new key pair, in memory only. */
export function newIdentity(): Identity {
	return identityFromSeed(randomBytes(SEED_BYTES));
}

/**
 * The profile's identity; a new one is made and stored if there is none. Of several programs that do so at once, all
 * get the same.
 * @throws UserError if the directory or the key cannot be used, with what to do about it.
 */
export async function loadIdentity(directory: string): Promise<Identity> {
	await ensureDirectory(directory);
	const stored = await readKey(directory);
	if (stored !== undefined) return stored;
	const identity = newIdentity();
	const content = Buffer.concat([PREFIX, identity.seed, identity.publicKey]);
	try {
		if (await createFile(directory, FILE_NAME, content)) return identity;
	} catch (cause) {
		throw new UserError(`Cannot store a new key in ${directory}: ${explain(cause)}`, {
			hint: 'Mend that, choose another --data-dir <directory>, or keep nothing with --ephemeral',
			cause,
		});
	}
	const others = await readKey(directory);
	if (others === undefined) throw new UserError(`The key in ${directory} vanished while it was read`);
	return others;
}

/**
 * The identity that is stored there, for who changes nothing. Undefined if there is none.
 * @throws UserError if it cannot be read.
 */
export function readIdentity(directory: string): Promise<Identity | undefined> {
	return readKey(directory);
}

/** Undefined if there is no key file. */
async function readKey(directory: string): Promise<Identity | undefined> {
	const path = join(directory, FILE_NAME);
	let content: Uint8Array;
	try {
		const file = await open(path, constants.O_RDONLY);
		try {
			content = await readPrivate(file, path);
		} finally {
			await file.close();
		}
	} catch (cause) {
		if (errorCode(cause) === 'ENOENT') return undefined;
		if (cause instanceof UserError) throw cause;
		throw new UserError(`Cannot read the key file ${path}: ${explain(cause)}`, {
			hint: 'Make it readable for you alone, or start another profile with --data-dir <directory>',
			cause,
		});
	}
	return decode(content, path);
}

async function readPrivate(file: FileHandle, path: string): Promise<Uint8Array> {
	const {mode} = await file.stat();
	if (hasModes() && (mode & OPEN_TO_OTHERS) !== 0) {
		throw new UserError(`Other users can get at the key file ${path}`, {
			hint: `Close it to them: chmod 600 ${quote(path)}. If someone may have read it, delete it and be someone new`,
		});
	}
	// One byte more than there should be shows whether there are more.
	const {buffer, bytesRead} = await file.read(Buffer.alloc(FILE_BYTES + 1), 0, FILE_BYTES + 1, 0);
	return buffer.subarray(0, bytesRead);
}

function decode(content: Uint8Array, path: string): Identity {
	if (content.length === 0) throw damaged(path, 'is empty');
	if (content.length < FILE_BYTES) throw damaged(path, 'is cut short');
	const seed = content.subarray(PREFIX.length, PREFIX.length + SEED_BYTES);
	const identity = identityFromSeed(seed);
	const expected = Buffer.concat([PREFIX, seed, identity.publicKey]);
	if (Buffer.compare(content, expected) !== 0) throw damaged(path, 'is damaged, or no key file');
	return identity;
}

function damaged(path: string, how: string): UserError {
	return new UserError(`The key file ${path} ${how}`, {
		hint: `Put it back from a backup. Without one, move it away (mv ${quote(path)} ${quote(`${path}.old`)}): you will then be someone new to everyone`,
	});
}
