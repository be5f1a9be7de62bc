/**
 * Headless nodes of the built program, each a process of its own, whose events are awaited. Waiting is for events, never for time; only processes that were started here are ever killed.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import type {Command} from '../../source/api/command.ts';
import type {EventOf, NodeEvent, Reply, Results} from '../../source/api/event.ts';
import {PROGRAM} from './program.ts';

/** Milliseconds until `waitFor` gives up, unless it is told otherwise. */
const PATIENCE = 45_000;

export type Exit = {readonly code: number | null; readonly signal: NodeJS.Signals | null};
export type NodeOptions = {
	/** More arguments after `headless`. */
	readonly args?: readonly string[];
	/** UDP port of the announcements. Without one there are none. */
	readonly discoveryPort?: number;
	/** Where the key lives; ephemeral without one. */
	readonly directory?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Network interfaces to use; only loopback unless it says otherwise, all of them if it is empty. */
	readonly interfaces?: readonly string[];
	/** The words of a command that becomes the one that follows it, such as `nice`. */
	readonly within?: readonly string[];
	/** Another program than the built one. */
	readonly program?: string;
};

type Waiter = {readonly check: () => boolean; readonly fail: (why: string) => void};
type Test<Type extends NodeEvent['type']> = (event: EventOf<Type>) => boolean;

const running = new Set<HeadlessNode>();
let count = 0;

/** For `afterEach`: ends every node that still runs. */
export async function disposeNodes(): Promise<void> {
	await Promise.all([...running].map(node => node.dispose()));
}

/** Starts a headless node on the loopback interface. */
export function spawnNode(name: string, options: NodeOptions = {}): HeadlessNode {
	return new HeadlessNode(name, options);
}

/** Starts several that hear each other's announcements, and waits until all of them are connected to all. */
export async function spawnMesh<const Names extends readonly string[]>(
	...names: Names
): Promise<{[Index in keyof Names]: HeadlessNode}> {
	const discoveryPort = await freeUdpPort();
	const nodes = names.map(name => spawnNode(name, {discoveryPort}));
	await connected(nodes);
	return nodes as {[Index in keyof Names]: HeadlessNode};
}

/** Waits until each of these has seen all others come, and in the lobby. */
export async function connected(nodes: readonly HeadlessNode[], timeout = PATIENCE): Promise<void> {
	const ready = await Promise.all(nodes.map(node => node.waitFor('ready', () => true, {timeout})));
	const ids = ready.map(({peerId}) => peerId);
	await Promise.all(
		nodes.flatMap((node, index) =>
			ids
				.filter((_, other) => other !== index)
				.map(peer => node.waitFor('member-joined', event => event.peer === peer && event.room === 'lobby', {timeout})),
		),
	);
}

export class HeadlessNode {
	readonly name: string;
	/** In the order in which they were printed. */
	readonly events: NodeEvent[] = [];
	/** Resolves when the process has ended and everything it printed was read. */
	readonly exited: Promise<Exit>;
	readonly #child: ChildProcess;
	readonly #waiters = new Set<Waiter>();
	#rest = '';
	#stderr = '';
	#exit: Exit | undefined;

	constructor(name: string, options: NodeOptions) {
		const {
			args = [],
			discoveryPort,
			directory,
			env = {},
			interfaces = ['lo'],
			within = [],
			program = PROGRAM,
		} = options;
		this.name = name;
		const place = directory === undefined ? ['--ephemeral'] : ['--data-dir', directory];
		const discovery = discoveryPort === undefined ? ['--no-discovery'] : ['--discovery-port', String(discoveryPort)];
		const network = interfaces.flatMap(wanted => ['--interface', wanted]);
		const node = [process.execPath, program, 'headless', ...place, ...network, ...discovery, '--name', name, ...args];
		const [command, ...rest] = [...within, ...node] as [string, ...string[]];
		this.#child = spawn(command, rest, {stdio: 'pipe', env: environment(env)});
		this.#child.stdin?.on('error', () => {});
		this.#child.stdout?.setEncoding('utf8').on('data', chunk => this.#read(chunk));
		this.#child.stderr?.setEncoding('utf8').on('data', chunk => {
			this.#stderr += chunk;
		});
		this.exited = once(this.#child, 'close').then(([code, signal]) => {
			this.#exit = {code, signal};
			running.delete(this);
			for (const waiter of [...this.#waiters]) waiter.fail('The node has ended');
			return this.#exit;
		});
		running.add(this);
	}

	get pid(): number {
		return this.#child.pid!;
	}

	get stderr(): string {
		return this.#stderr;
	}

	/** How many events there were so far: for waiting for one that is still to come. */
	get mark(): number {
		return this.events.length;
	}

	get ready(): Promise<EventOf<'ready'>> {
		return this.waitFor('ready');
	}

	async peerId(): Promise<string> {
		return (await this.ready).peerId;
	}

	/** Where it can be dialled, with or without its peer id. */
	async address(withPeer = true): Promise<string> {
		const {addresses, peerId} = await this.ready;
		const address = addresses.find(candidate => candidate.startsWith('/ip4/127.0.0.1/'))!;
		return withPeer ? `${address}/p2p/${peerId}` : address;
	}

	all<Type extends NodeEvent['type']>(type: Type): EventOf<Type>[] {
		return this.events.filter((event): event is EventOf<Type> => event.type === type);
	}

	/** The first event of this type, from `since` on, that passes the test: one that came already, or the next. */
	waitFor<Type extends NodeEvent['type']>(
		type: Type,
		isWanted: Test<Type> = () => true,
		{since = 0, timeout = PATIENCE}: {readonly since?: number; readonly timeout?: number} = {},
	): Promise<EventOf<Type>> {
		return new Promise((resolve, reject) => {
			let next = since;
			const settle = () => {
				clearTimeout(timer);
				this.#waiters.delete(waiter);
			};
			const fail = (why: string) => {
				settle();
				const heard = this.events.slice(-20).map(event => JSON.stringify(event));
				const lines = [`${why}: ${this.name} waited for ${type}. Last heard:`, ...heard, this.#stderr];
				reject(new Error(lines.join('\n')));
			};
			const check = () => {
				for (; next < this.events.length; next++) {
					const event = this.events[next] as EventOf<Type>;
					if (event.type !== type || !isWanted(event)) continue;
					settle();
					resolve(event);
					return true;
				}
				return false;
			};
			const timer = setTimeout(() => fail(`Time is up (${timeout} ms)`), timeout);
			const waiter: Waiter = {check, fail};
			this.#waiters.add(waiter);
			if (!check() && this.#exit) fail('The node has ended');
		});
	}

	/** Sends a command and waits for its reply. */
	ask(command: Command): Promise<Reply> {
		const id = command.id ?? `ask-${++count}`;
		const since = this.mark;
		this.line(JSON.stringify({...command, id}));
		return this.waitFor('reply', reply => reply.id === id, {since});
	}

	/** The result of a command that has to succeed. */
	async result<Name extends keyof Results>(command: Command & {readonly command: Name}): Promise<Results[Name]> {
		const reply = await this.ask(command);
		if (!reply.ok) throw new Error(`${command.command} was refused: ${JSON.stringify(reply.error)}`);
		return reply.result as Results[Name];
	}

	/** The code with which a command is refused; throws if it is not. */
	async refusal(command: Command): Promise<string> {
		const reply = await this.ask(command);
		if (reply.ok) throw new Error(`${command.command} was not refused: ${JSON.stringify(reply.result)}`);
		return reply.error.code;
	}

	async publish(text: string, room = 'lobby'): Promise<string> {
		return (await this.result({command: 'publish', room, text})).messageId;
	}

	hears(text: string, timeout?: number): Promise<EventOf<'message'>> {
		return this.waitFor('message', event => event.text === text, timeout === undefined ? {} : {timeout});
	}

	/** Any line, good or bad. */
	line(text: string | Uint8Array): void {
		this.#child.stdin?.write(text);
		this.#child.stdin?.write('\n');
	}

	endInput(): void {
		this.#child.stdin?.end();
	}

	kill(signal: NodeJS.Signals): void {
		if (!this.#exit) process.kill(this.pid, signal);
	}

	async dispose(): Promise<void> {
		// A stopped process takes no signal but this one.
		this.kill('SIGKILL');
		await this.exited;
	}

	#read(chunk: string): void {
		const lines = (this.#rest + chunk).split('\n');
		this.#rest = lines.pop()!;
		for (const line of lines) this.events.push(JSON.parse(line) as NodeEvent);
		for (const waiter of [...this.#waiters]) waiter.check();
	}
}

export async function freeUdpPort(): Promise<number> {
	const socket = createSocket('udp4').bind(0, '127.0.0.1');
	await once(socket, 'listening');
	const {port} = socket.address();
	socket.close();
	return port;
}

export async function freeTcpPort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	await new Promise(resolve => server.close(resolve));
	return port;
}

/** Nothing of the test runner or of the person who runs the tests may change what the program does. */
function environment(added: Readonly<Record<string, string>>): Record<string, string> {
	const foreign = /^(CI|NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|VITEST.*|P2P_TUI_.*)$/;
	const kept = Object.entries(process.env).filter((entry): entry is [string, string] => !foreign.test(entry[0]));
	return {...Object.fromEntries(kept), ...added};
}
