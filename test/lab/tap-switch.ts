/**
 * A network whose switch is a program of ours, since this is the only one that delays everywhere: each host has a TAP
 * interface, whose frames socat carries as datagrams over a cable that the nodes are told not to use.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Faults} from './frame-switch.ts';
import type {Network, Port} from './network.ts';
import {ScriptProcess} from './script-process.ts';
import {ip, within} from './system.ts';

/** UDP port at both ends of each cable. */
const CARRIER_PORT = 7000;

/** Bytes that a cable has to take: a frame of 1514 with UDP's and IP's headers. */
const CABLE_BYTES = 2_000;

export class TapSwitch implements Network {
	readonly number: number;
	readonly nodeArguments = ['--interface', 'lan0'];
	readonly #namespace: string;
	readonly #program: ScriptProcess;
	readonly #carriers: ChildProcess[] = [];
	#count = 0;

	constructor(namespace: string, number: number, seed = 1) {
		this.#namespace = namespace;
		this.number = number;
		this.#program = new ScriptProcess('tap-switch', [String(CARRIER_PORT), String(seed)], within(namespace));
	}

	async attach({namespace, device, number}: Port): Promise<void> {
		const [here, there] = [`198.19.${number}.1`, `198.19.${number}.2`];
		ip(
			this.#namespace,
			`link add cable${number} mtu ${CABLE_BYTES} type veth peer name cable mtu ${CABLE_BYTES} netns ${namespace}`,
			`addr add ${here}/30 dev cable${number}`,
			`link set cable${number} up`,
		);
		ip(namespace, `addr add ${there}/30 dev cable`, 'link set cable up', `tuntap add ${device} mode tap`);
		await this.#tell({order: 'port', port: number, host: there});
		const tap = `TUN,tun-name=${device},tun-type=tap,iff-no-pi`;
		const cable = `UDP4-DATAGRAM:${here}:${CARRIER_PORT},bind=${there}:${CARRIER_PORT}`;
		const [command, ...args] = [...within(namespace), 'socat', '-d', '-d', '-b', String(CABLE_BYTES), tap, cable];
		await this.#carry(command!, args);
	}

	/** From now on. */
	async set(faults: Partial<Faults>): Promise<void> {
		await this.#tell({order: 'faults', faults});
	}

	plug({number}: Port, isIn: boolean): void {
		this.#program.send({order: 'plug', port: number, isIn});
	}

	async cut(from: Port, to: Port): Promise<void> {
		await this.#tell({order: 'cut', from: from.number, to: to.number});
	}

	async heal(): Promise<void> {
		await this.#tell({order: 'heal'});
	}

	/** How many frames came in and went out since the start. */
	async frames(): Promise<{readonly in: number; readonly out: number}> {
		return (await this.#tell({order: 'count'})) as unknown as {in: number; out: number};
	}

	async close(): Promise<void> {
		for (const carrier of this.#carriers) if (carrier.exitCode === null) carrier.kill('SIGKILL');
		await this.#program.dispose();
	}

	/** Waits until the order was carried out. */
	#tell(order: object): Promise<Readonly<Record<string, unknown>>> {
		const id = ++this.#count;
		this.#program.send({...order, id});
		return this.#program.line(line => line.id === id);
	}

	/** Starts socat and waits until it carries. */
	async #carry(command: string, args: readonly string[]): Promise<void> {
		const carrier = spawn(command, args, {stdio: ['ignore', 'ignore', 'pipe']});
		this.#carriers.push(carrier);
		let said = '';
		const begun = new Promise<void>(resolve => {
			carrier.stderr.on('data', chunk => {
				said += chunk;
				if (said.includes('starting data transfer loop')) resolve();
			});
		});
		const ended = once(carrier, 'exit').then(() => Promise.reject(new Error(`socat has ended: ${said}`)));
		ended.catch(() => {});
		await Promise.race([begun, ended]);
	}
}
