/**
 * `p2p-tui demo`: the real screen among real peers on this machine. They are headless nodes, child processes that
 * talk by commands on their standard input; when this program ends, however it ends, so does that input, and they
 * leave.
 */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import type {CoreConfig} from '../api/core.ts';
import {type Machine, nodeConfig} from './config.ts';
import {DEMO_ROOMS} from './demo-script.ts';
import type {Options} from './options.ts';
import {openScreen} from './screen.ts';
import {modeFor, thisTerminal} from './terminal.ts';
import {Troupe} from './troupe.ts';

/** An address instead of `lo`: the loopback interface has other names elsewhere. */
const LOOPBACK = '127.0.0.1';

export async function demo(options: Options, machine: Machine): Promise<number> {
	modeFor(thisTerminal(), options.plain);
	const discoveryPort = await freeUdpPort();
	const node = nodeConfig({...options, rooms: DEMO_ROOMS}, machine, true);
	const program = process.argv[1]!;
	const troupe = new Troupe({program, discoveryPort, interface: LOOPBACK, env: machine.env, person: node.name});
	const config: CoreConfig = {
		...node,
		listen: [`/ip4/${LOOPBACK}/tcp/0`],
		interfaces: [LOOPBACK],
		peers: [],
		discovery: true,
		discoveryPort,
		dataDirectory: undefined,
		files: {folder: troupe.folder, accept: []},
	};
	troupe.play();
	try {
		return await openScreen(config, options, machine);
	} finally {
		await troupe.close();
	}
}

/** A discovery port of its own, so that the demo never mixes with real peers or another demo. */
async function freeUdpPort(): Promise<number> {
	const socket = createSocket('udp4');
	socket.bind(0, LOOPBACK);
	await once(socket, 'listening');
	const {port} = socket.address();
	socket.close();
	return port;
}
