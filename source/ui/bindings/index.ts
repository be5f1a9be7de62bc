/**
 * Every key and what it does, as data. The dispatcher, the help page, the status bar and the settings file all read this
 * one table, so what help says is what happens.
 */
import {LAB} from './lab.ts';
import {LIST} from './list.ts';
import {MESSAGES} from './messages.ts';
import {NETWORK} from './network.ts';
import {PAGE} from './page.ts';
import {ROOMS} from './rooms.ts';
import {SCREEN} from './screen.ts';
import {SELECT} from './select.ts';
import {TOPOLOGY} from './topology.ts';
import {TRANSFERS} from './transfers.ts';
import type {Binding} from './types.ts';
import {WRITING} from './writing.ts';

export type {Binding, Group, KeyContext, Need} from './types.ts';
export {CONTEXT_NAMES, HINT_RANKS, KEY_CONTEXTS, RESERVED_KEYS, WRITING_CONTEXTS} from './types.ts';

export const BINDINGS: readonly Binding[] = [
	...ROOMS,
	...MESSAGES,
	...WRITING,
	...SCREEN,
	...SELECT,
	...LIST,
	...PAGE,
	...NETWORK,
	...TOPOLOGY,
	...LAB,
	...TRANSFERS,
];
