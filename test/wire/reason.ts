import {WireError} from '../../source/base/errors.ts';

/** The reason of the WireError that `action` throws, or `'accepted'`; any other error is passed on. */
export function reasonOf(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		if (error instanceof WireError) return error.reason;
		throw error;
	}
	return 'accepted';
}
