/** In the laboratory, besides the keys of every page. */
import type {Binding} from './types.ts';

export const LAB: readonly Binding[] = [];
