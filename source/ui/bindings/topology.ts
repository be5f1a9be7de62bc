/** On the topology page, besides the keys of every page. */
import type {Binding} from './types.ts';

export const TOPOLOGY: readonly Binding[] = [];
