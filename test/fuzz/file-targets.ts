/** What strangers say of files on its way in: streams of bulk, manifests, names. */
import {WireError} from '../../source/base/errors.ts';
import {nameKey, safeFileName, safePaths} from '../../source/base/file-name.ts';
import {sanitizeLine} from '../../source/base/sanitize.ts';
import {BulkDecoder, type BulkFrame, encodeBulk, encodeDataHeader} from '../../source/wire/bulk.ts';
import {
	type BlockName,
	type FileOffer,
	MAX_FILE_BYTES,
	MAX_FILE_NAME_BYTES,
	MAX_PIECES,
} from '../../source/wire/file-offer.ts';
import {decodeManifest, encodeManifest, offsetsOf, spansOf} from '../../source/wire/manifest.ts';
import {attempt, same, shifted} from './promises.ts';

/** Blocks up to this length are taken; longer ones are let pass. */
const ROOM_BYTES = 4_096;

/** The stream in one piece and in pieces of 1, 2, 3 … bytes: the same frames and the same end; and they can be said again. */
export function bulk(bytes: Uint8Array): void {
	const whole = readBulk([shifted(bytes)]);
	const pieces: Uint8Array[] = [];
	for (let from = 0, size = 1; from < bytes.length; from += size++) pieces.push(bytes.subarray(from, from + size));
	same(readBulk(pieces), whole);
	for (const item of whole.seen) {
		if (item.frame) same(readBulk([encodeBulk(item.frame)]), {seen: [item], reason: undefined, isPartial: false});
		else if (item.bytes) {
			const again = [encodeDataHeader(item.block, item.bytes.length), item.bytes];
			same(readBulk(again), {seen: [item], reason: undefined, isPartial: false});
		}
	}
}

type Seen =
	| {readonly frame: BulkFrame}
	| {readonly frame?: never; readonly block: BlockName; readonly bytes?: Uint8Array};

function readBulk(pieces: readonly Uint8Array[]) {
	const seen: Seen[] = [];
	let room: Uint8Array | undefined;
	const decoder = new BulkDecoder({
		frame: frame => {
			if (frame.type !== 'ready') checkBlock(frame.block);
			seen.push({frame});
		},
		begin: (block, bytes) => {
			checkBlock(block);
			if (!(bytes > 0)) throw new Error(`a block of ${bytes} bytes`);
			room = bytes > ROOM_BYTES ? undefined : new Uint8Array(bytes);
			return room;
		},
		progress: () => {},
		end: block => seen.push({block, ...(room && {bytes: room})}),
	});
	let reason: string | undefined;
	try {
		for (const piece of pieces) decoder.push(piece);
	} catch (error) {
		if (!(error instanceof WireError)) throw error;
		reason = error.reason;
	}
	return {seen, reason, isPartial: reason === undefined && decoder.isPartial};
}

function checkBlock({file, what, index}: BlockName): void {
	const limit = {piece: MAX_PIECES, layer: 8, manifest: 4}[what];
	if (file.length !== 64 || !(index >= 0 && index < limit)) throw new Error(`block ${file} ${what} ${index}`);
}

/** One that is taken can be written, fills its stream, and leads to places that are apart and in the folder. */
export function manifest(bytes: Uint8Array): void {
	const files = attempt(() => decodeManifest(shifted(bytes)), WireError);
	if (!files) return;
	same(decodeManifest(encodeManifest(files)), files);
	const offsets = offsetsOf(files);
	const size = offsets[files.length]!;
	if (!(size >= 0 && size <= MAX_FILE_BYTES)) throw new Error(`a folder of ${size} bytes`);
	const stretch = Math.max(1, Math.ceil(size / 7));
	let covered = 0;
	for (let at = 0; at < size; at += stretch) for (const span of spansOf(offsets, at, stretch)) covered += span.bytes;
	same(covered, size);
	const paths = safePaths(files.map(({path}) => path));
	for (const path of paths) for (const one of path) checkName(one);
	const keys = paths.map(path => path.map(nameKey).join('/'));
	if (new Set(keys).size !== keys.length) throw new Error('two files in one place');
	const folders = new Set(paths.flatMap(path => path.map((_, index) => path.slice(0, index).map(nameKey).join('/'))));
	if (keys.some(key => folders.has(key))) throw new Error('a file that is a folder');
}

export function name(bytes: Uint8Array): void {
	const safe = safeFileName(Buffer.from(bytes).toString('utf8'));
	checkName(safe);
	same(safeFileName(safe), safe);
}

function checkName(one: string): void {
	const isSafe =
		one !== '' &&
		Buffer.byteLength(one) <= MAX_FILE_NAME_BYTES &&
		sanitizeLine(one) === one &&
		one.normalize('NFC') === one &&
		!/[/\\:*?"<>|]|^[.\- ]|[. ]$/.test(one);
	if (!isSafe) throw new Error(`the name ${JSON.stringify(one)}`);
}

/** What everybody computes with who is offered a file. */
export function checkOffer({file, name: called, size, files, manifest: hash}: FileOffer): void {
	const isSound =
		file.length === 64 &&
		called !== '' &&
		Buffer.byteLength(called) <= MAX_FILE_NAME_BYTES &&
		size >= 0 &&
		size <= MAX_FILE_BYTES &&
		files > 0 === (hash !== undefined);
	if (!isSound) throw new Error('an offer of what there cannot be');
}
