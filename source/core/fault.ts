import type {CommandOf} from '../api/command.ts';

/**
 * Fails on purpose, so that tests see what becomes of a core that does. In the next turn: what was asked before it is
 * done and told by then.
 */
export function fail(kind: CommandOf<'fault'>['kind']): void {
	setImmediate(() => {
		if (kind === 'throw') throw new Error('the core was told to throw');
		const ballast: unknown[] = [];
		for (;;) if (kind === 'memory') ballast.push(new Array(100_000).fill(ballast.length));
	});
}
