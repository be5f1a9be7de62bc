/** Carries out what the pure side wants of files: bulk connections on one side, the disk on the other. Decides nothing. */
import type {FilesDeed, FilesNews} from '../../behaviours/files/io.ts';

export type FilesDriverOptions = {readonly tell: (news: FilesNews) => void};

export class FilesDriver {
	constructor(_options: FilesDriverOptions) {}

	do(_deed: FilesDeed): void {}

	async close(): Promise<void> {}
}
