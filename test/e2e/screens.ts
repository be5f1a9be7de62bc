/** The built program on a screen, for tests that look at it as a person does. Loopback only. */
import {PROGRAM} from '../helpers/program.ts';
import {type Screen, spawnScreen} from '../helpers/pty.ts';

export type Wanted = {
	readonly columns?: number;
	readonly rows?: number;
	readonly discoveryPort?: number;
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
};

export function openScreen(name: string, {columns = 80, rows = 24, discoveryPort, args = [], env = {}}: Wanted = {}) {
	const discovery = discoveryPort === undefined ? ['--no-discovery'] : ['--discovery-port', String(discoveryPort)];
	const all = [PROGRAM, '--ephemeral', '--interface', 'lo', ...discovery, '--name', name, ...args];
	return spawnScreen(process.execPath, all, {columns, rows, env});
}

/** Waits until the status bar says that it is connected to as many peers. */
export function connectedTo(screen: Screen, count: number): Promise<void> {
	return screen.waitFor(new RegExp(`● ${count} peers?\\b`));
}

/** The row in which one writes, without its frame. */
export function composerLine(screen: Screen): string {
	const row = screen.rows().findLast(text => /│ [›‹] /.test(text)) ?? '';
	return /│ [›‹] (.*?)\s*›?│/.exec(row)?.[1] ?? '';
}
