/** What a link needs of what is around it. */
import type {FilesNews} from '../../behaviours/files/io.ts';
import type {Blake3} from '../../storage/files/blake3.ts';
import type {Vault} from '../../storage/files/vault.ts';
import type {FileId} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Memory} from './memory.ts';

/** As much of the vault as links use. */
export type Store = Pick<Vault, 'sizeToGive' | 'read' | 'expect' | 'verify' | 'write' | 'collect'>;

export type LinkWorld = {
	readonly store: Store;
	readonly arriving: Memory;
	readonly giving: Memory;
	/** Undefined until it is loaded; then the store hashes what has arrived. */
	blake3(): Blake3 | undefined;
	tell(news: FilesNews): void;
	/** The peer has sent a frame that led to nothing. Returns false if it has sent too many of them. */
	forgives(peer: PeerId): boolean;
	/** Counts up whenever the file is closed or discarded: what was begun before is told to nobody. */
	epoch(file: FileId): number;
	failed(file: FileId, error: unknown): void;
};
