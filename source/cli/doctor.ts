import {UserError} from '../base/errors.ts';

/** `p2p-tui doctor` has its name reserved, so that nobody takes it for a mistyped option. */
export function doctor(): never {
	throw new UserError('doctor is not there yet; it comes with a later version', {
		hint: 'p2p-tui ping <multiaddr> shows whether a peer can be reached',
	});
}
