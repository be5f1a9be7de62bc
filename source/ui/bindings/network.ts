/** On the network page, besides the keys of every page. */
import type {Binding} from './types.ts';

export const NETWORK: readonly Binding[] = [];
