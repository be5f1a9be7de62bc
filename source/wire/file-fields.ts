/** What is said of files, as fields on the wire and back. */
import type {Fields} from './fields.ts';
import type {BulkPlease, Gained, Holds, Seek} from './file-messages.ts';
import {
	type FileOffer,
	MAX_FILE_BYTES,
	MAX_FILE_NAME_BYTES,
	MAX_FOLDER_FILES,
	MAX_GAINED_PIECES,
	MAX_PIECES,
	MAX_SEEK_FILES,
} from './file-offer.ts';
import {packIds} from './ids.ts';
import {MESSAGE_ID_BYTES} from './limits.ts';

type FileMessage = Seek | Holds | Gained | BulkPlease;

export function offerFields({file, name, size, files, isExecutable, manifest}: FileOffer): readonly unknown[] {
	const hash = manifest === undefined ? null : Buffer.from(manifest, 'hex');
	return [Buffer.from(file, 'hex'), name, size, files, isExecutable, hash];
}

/** @throws WireError with the reason of these fields */
export function readOffer(fields: Fields): FileOffer {
	const name = fields.text(1, MAX_FILE_NAME_BYTES);
	const [size, files] = [fields.unsigned(2), fields.unsigned(3)];
	const manifest = fields.isNil(5) ? undefined : fields.hex(5, MESSAGE_ID_BYTES);
	if (name === '') throw fields.refuse(1);
	if (size > MAX_FILE_BYTES) throw fields.refuse(2);
	if (files > MAX_FOLDER_FILES) throw fields.refuse(3);
	if (files > 0 !== (manifest !== undefined)) throw fields.refuse(5);
	return {file: fields.hex(0, MESSAGE_ID_BYTES), name, size, files, isExecutable: fields.isTrue(4), manifest};
}

export function fileMessageFields(message: FileMessage): readonly unknown[] {
	switch (message.type) {
		case 'seek':
			return [packIds(message.files), message.isOn];
		case 'holds':
			return [Buffer.from(message.file, 'hex'), message.pieces];
		case 'gained':
			return [Buffer.from(message.file, 'hex'), packNumbers(message.pieces)];
		case 'bulk-please':
			return [];
	}
}

export function readSeek(fields: Fields): Seek {
	return {type: 'seek', files: fields.packedIds(1, MAX_SEEK_FILES), isOn: fields.isTrue(2)};
}

export function readHolds(fields: Fields): Holds {
	const pieces = fields.isEmptyBinary(2) ? new Uint8Array() : fields.bytes(2);
	if (pieces.length > MAX_PIECES / 8) throw fields.refuse(2);
	return {type: 'holds', file: fields.hex(1, MESSAGE_ID_BYTES), pieces};
}

export function readGained(fields: Fields): Gained {
	const packed = fields.isEmptyBinary(2) ? new Uint8Array() : fields.bytes(2);
	if (packed.length % 4 !== 0 || packed.length > MAX_GAINED_PIECES * 4) throw fields.refuse(2);
	const numbers = new DataView(packed.buffer, packed.byteOffset, packed.length);
	const pieces = Array.from({length: packed.length / 4}, (_, index) => numbers.getUint32(index * 4));
	if (pieces.some(piece => piece >= MAX_PIECES)) throw fields.refuse(2);
	return {type: 'gained', file: fields.hex(1, MESSAGE_ID_BYTES), pieces};
}

function packNumbers(numbers: readonly number[]): Uint8Array {
	const packed = Buffer.allocUnsafe(numbers.length * 4);
	numbers.forEach((number, index) => {
		packed.writeUInt32BE(number, index * 4);
	});
	return packed;
}
