/**
 * The one msgpack encoder and decoder. Records and extensions are off when writing; when reading, the scan has
 * refused them before `msgpackr`, which would still decode them, sees a single byte.
 */
import {Packr} from 'msgpackr';
import {scan} from './scan.ts';

const packr = new Packr({
	useRecords: false,
	moreTypes: false,
	structuredClone: false,
	bundleStrings: false,
	variableMapSize: true,
	int64AsType: 'number',
});

/** Encodes plain data. The bytes are a view into a larger buffer: copy what is kept for long. */
export function pack(value: unknown): Uint8Array {
	return packr.pack(value);
}

/**
 * Decodes a body that passes the scan. Binary values are views into `body`: copy what is kept for long.
 * @throws WireError with a `body-…` reason.
 */
export function unpack(body: Uint8Array, maxElements?: number): unknown {
	scan(body, maxElements);
	return packr.unpack(body);
}
