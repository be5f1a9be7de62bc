/** `p2p-tui lab`: the real screen on a simulated network, to play with. */
import {UserError} from '../base/errors.ts';
import type {Machine} from './config.ts';
import type {Options} from './options.ts';

export async function lab(_options: Options, _machine: Machine): Promise<number> {
	throw new UserError('lab is not there yet');
}
