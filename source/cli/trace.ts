/** `p2p-tui trace <peer>`: which way a message takes, link by link. */
import {UserError} from '../base/errors.ts';
import type {Machine} from './config.ts';
import type {Invocation} from './options.ts';

export async function trace(_invocation: Extract<Invocation, {command: 'trace'}>, _machine: Machine): Promise<number> {
	throw new UserError('trace is not there yet');
}
