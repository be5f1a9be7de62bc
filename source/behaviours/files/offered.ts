import type {OfferedFile} from '../../api/files.ts';
import type {FileOffer} from '../../wire/file-offer.ts';

/** An offer as screens and scripts see it. */
export function offeredOf({file, name, size, files, isExecutable}: FileOffer): OfferedFile {
	return {file, name, size, files, isExecutable};
}
