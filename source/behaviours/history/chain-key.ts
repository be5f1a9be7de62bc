import type {ChainRanges} from '../../wire/messages.ts';

/** Names a chain within its room. */
export function chainKey({author, epoch}: Pick<ChainRanges, 'author' | 'epoch'>): string {
	return `${author} ${epoch}`;
}
