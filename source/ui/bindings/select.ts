/** While a message is selected. */
import type {Binding} from './types.ts';

export const SELECT: readonly Binding[] = [];
