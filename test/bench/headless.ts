import {type ChildProcess, spawn} from 'node:child_process';
import {join} from 'node:path';
import type {Command} from '../../source/api/command.ts';
import type {EventOf, NodeEvent} from '../../source/api/event.ts';
import type {Place} from './shared.ts';

/** A headless node as it is run: a process that is told by lines and answers by lines. */
export class Headless {
	readonly child: ChildProcess;
	readonly startedAt = performance.now();
	readonly #waiting = new Set<(event: NodeEvent) => void>();
	#rest = '';

	constructor({root}: Place, args: readonly string[]) {
		const program = join(root, 'bin/p2p-tui.js');
		const place = args.includes('--data-dir') ? [] : ['--ephemeral'];
		const all = [program, 'headless', ...place, '--interface', 'lo', ...args];
		this.child = spawn(process.execPath, all, {stdio: ['pipe', 'pipe', 'ignore']});
		// On a machine that is too busy some commands are still on their way when it is ended.
		this.child.stdin?.on('error', () => {});
		this.child.stdout?.setEncoding('utf8').on('data', chunk => this.#read(chunk));
	}

	send(command: Command): void {
		this.child.stdin?.write(`${JSON.stringify(command)}\n`);
	}

	/** The next event of this type that passes. */
	next<Type extends NodeEvent['type']>(
		type: Type,
		isWanted: (event: EventOf<Type>) => boolean = () => true,
	): Promise<EventOf<Type>> {
		return new Promise(resolve => {
			const waiter = (event: NodeEvent) => {
				if (event.type !== type || !isWanted(event as EventOf<Type>)) return;
				this.#waiting.delete(waiter);
				resolve(event as EventOf<Type>);
			};
			this.#waiting.add(waiter);
		});
	}

	#read(chunk: string): void {
		const lines = (this.#rest + chunk).split('\n');
		this.#rest = lines.pop()!;
		for (const line of lines) {
			const event = JSON.parse(line) as NodeEvent;
			for (const waiter of [...this.#waiting]) waiter(event);
		}
	}
}
