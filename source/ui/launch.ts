/** How somebody else is started here so that the two find each other: with what this program was started with. */
import {relative, sep} from 'node:path';
import type {CoreConfig} from '../api/core.ts';

/** What `--discovery-port` is when nobody says it. */
const USUAL_DISCOVERY_PORT = 9999;
/** Interface names and addresses; whatever else would have to be quoted in a shell. */
const PLAIN = /^[\w.:%-]+$/;

/**
 * `p2p-tui`, or `node bin/p2p-tui.js` where it was started out of a folder below this one, and the options that decide
 * who finds whom. `program` is the path of the script that runs, `directory` the one in which it was started.
 */
export function launchCommand(
	{interfaces, discoveryPort}: Pick<CoreConfig, 'interfaces' | 'discoveryPort'>,
	program: string,
	directory: string,
): string {
	const path = relative(directory, program);
	const isBelow =
		program.endsWith('.js') &&
		!path.startsWith('..') &&
		!path.includes('node_modules') &&
		PLAIN.test(path.replaceAll(sep, '.'));
	const where = interfaces.filter(each => PLAIN.test(each)).map(each => ` --interface ${each}`);
	const port = discoveryPort === USUAL_DISCOVERY_PORT ? '' : ` --discovery-port ${discoveryPort}`;
	return `${isBelow ? `node ${path}` : 'p2p-tui'}${where.join('')}${port}`;
}
