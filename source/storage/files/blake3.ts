/**
 * BLAKE3, which names files and vouches for their pieces: the native library where there is one for this machine, else
 * WebAssembly, which needs seven times as long. Both are read only when a file is offered or fetched.
 */
import type {Hash} from '../../wire/file-tree.ts';

/** A hash over bytes that come one after the other. */
export type Hashing = {
	update(bytes: Uint8Array): void;
	/** 32 bytes; the end. */
	digest(): Uint8Array;
};

export type Blake3 = {
	readonly kind: 'native' | 'wasm';
	readonly hash: Hash;
	/** Several may be under way at once. */
	start(): Hashing;
};

type HashWasm = Pick<typeof import('hash-wasm'), 'createBLAKE3'>;

let loading: Promise<Blake3> | undefined;

/** The same one each time. @throws whatever WebAssembly says, should neither be there. */
export function loadBlake3(): Promise<Blake3> {
	loading ??= loadNative().catch(loadWasm);
	return loading;
}

/** @throws whatever the platform says if there is no binary for it. */
export async function loadNative(): Promise<Blake3> {
	const {blake3, Blake3Hasher} = (await import('@napi-rs/blake-hash')).default;
	return {
		kind: 'native',
		hash: bytes => blake3(bufferOf(bytes)),
		start: () => {
			const hasher = new Blake3Hasher();
			return {update: bytes => void hasher.update(bufferOf(bytes)), digest: () => hasher.digestBuffer()};
		},
	};
}

export async function loadWasm(): Promise<Blake3> {
	// A bundler hands on all of a CommonJS module as its default.
	const module: HashWasm & {readonly default?: HashWasm} = await import('hash-wasm');
	const hasher = await (module.default ?? module).createBLAKE3();
	return {
		kind: 'wasm',
		hash: bytes => hasher.init().update(bytes).digest('binary'),
		start: () => {
			// There is one state in the module: it is put back before each step, so that several hashes can take turns.
			let state = hasher.init().save();
			return {
				update: bytes => {
					state = hasher.load(state).update(bytes).save();
				},
				digest: () => hasher.load(state).digest('binary'),
			};
		},
	};
}

/** The same bytes: the native library takes nothing but a `Buffer` for bytes. */
function bufferOf(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
