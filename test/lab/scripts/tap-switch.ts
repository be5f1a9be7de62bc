/** The switch of `tap-switch.ts` as a program: frames come in and go out as datagrams, orders as lines. */
import {createSocket} from 'node:dgram';
import {createInterface} from 'node:readline';
import {seededRandom} from '../../../source/base/random.ts';
import {type Faults, FrameSwitch} from '../frame-switch.ts';

type Order = {readonly id?: number} & (
	| {readonly order: 'port'; readonly port: number; readonly host: string}
	| {readonly order: 'faults'; readonly faults: Partial<Faults>}
	| {readonly order: 'cut'; readonly from: number; readonly to: number}
	| {readonly order: 'plug'; readonly port: number; readonly isIn: boolean}
	| {readonly order: 'heal'}
	| {readonly order: 'count'}
);

/** Bytes of datagrams that the system may hold for us while we are busy. */
const BUFFER_BYTES = 4_000_000;

const [carrierPort, seed] = process.argv.slice(2).map(Number) as [number, number];
const frameSwitch = new FrameSwitch(seededRandom(seed));
const hosts = new Map<number, string>();
const ports = new Map<string, number>();
const count = {in: 0, out: 0};

const socket = createSocket({type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES});
socket.on('error', () => {});
socket.on('message', (frame, {address}) => {
	const from = ports.get(address);
	if (from === undefined) return;
	count.in++;
	for (const {port, delay} of frameSwitch.receive(from, frame)) {
		if (delay === 0) send(frame, port);
		else setTimeout(send, delay, frame, port);
	}
});

function send(frame: Buffer, port: number): void {
	count.out++;
	// Whatever does not arrive is lost: this is a network.
	socket.send(frame, carrierPort, hosts.get(port), () => {});
}

function obey(order: Order): void {
	switch (order.order) {
		case 'port':
			hosts.set(order.port, order.host);
			ports.set(order.host, order.port);
			return frameSwitch.addPort(order.port);
		case 'faults':
			frameSwitch.faults = {...frameSwitch.faults, ...order.faults};
			return;
		case 'cut':
			return frameSwitch.cut(order.from, order.to);
		case 'plug':
			return frameSwitch.plug(order.port, order.isIn);
		case 'heal':
			return frameSwitch.heal();
		case 'count':
			return;
	}
}

socket.bind(carrierPort, '0.0.0.0', () => {
	const orders = createInterface({input: process.stdin});
	orders.on('line', line => {
		const order = JSON.parse(line) as Order;
		obey(order);
		console.log(JSON.stringify({id: order.id, ...count}));
	});
	orders.on('close', () => process.exit());
});
