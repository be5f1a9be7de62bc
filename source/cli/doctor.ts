/** `p2p-tui doctor`: why nobody is there, and what to do about it. */
import {UserError} from '../base/errors.ts';
import type {Machine} from './config.ts';
import type {Options} from './options.ts';

export async function doctor(_options: Options, _machine: Machine): Promise<number> {
	throw new UserError('doctor is not there yet');
}
