/**
 * A peer who talks too much: `flood.mjs <address> <messages a second> <seconds>`. The messages are signed beforehand,
 * and no more are sent than the other side takes.
 * Prints a line when it is about to begin, and one with how many of them the other side says that it holds.
 */
import {randomBytes} from 'node:crypto';
import {Transport} from '../../source/net/transport.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {Author} from '../helpers/events.ts';

/** Milliseconds between two bursts. */
const STEP = 5;
/** Bytes that may wait to be sent. */
const MAX_WAITING = 1024 * 1024;
/** Milliseconds to wait for the last receipts. */
const LAST_RECEIPTS = 1_000;

const [address = '', rateText, secondsText] = process.argv.slice(2);
const [rate, seconds] = [Number(rateText), Number(secondsText)];

const identity = newIdentity();
const instance = randomBytes(16).toString('hex');
const author = new Author(identity, {epoch: instance, timestamp: Date.now(), clock: Date.now()});
const bodies = Array.from({length: rate * seconds}, (_, index) => {
	const {event, signature} = author.say({kind: 'message', text: `message number ${index} of very many`});
	return Buffer.from(encodeMessage({type: 'publish', event, signature, hops: 0}));
});

const transport = new Transport({identity, onConnection: () => {}, onRefused: () => {}});
const connection = await transport.dial(parseTcpAddress(address), undefined);
let held = 0;
connection.start({
	frame: body => {
		const message = decodeMessage(body);
		if (message?.type === 'ping') connection.send(encodeMessage({type: 'pong', nonce: message.nonce}), 'control');
		if (message?.type === 'receipt') held += message.messageIds.length;
	},
	closed: reason => {
		if (!isDone) console.error(`flood: the connection was closed: ${reason}`);
	},
});
let isDone = false;
connection.send(
	encodeMessage({type: 'identify', name: 'flood', agent: 'bench', instance, addresses: [], protocols: []}),
	'control',
);
connection.send(encodeMessage({type: 'subscriptions', joined: ['lobby'], left: []}), 'control');
console.log(JSON.stringify({signed: bodies.length}));

const started = performance.now();
let sent = 0;
while (sent < bodies.length && performance.now() - started < seconds * 1_000) {
	const due = Math.min(bodies.length, Math.ceil(((performance.now() - started) / 1_000) * rate));
	// One that is read too slowly would be let go.
	while (sent < due && connection.queuedBytes < MAX_WAITING) connection.send(bodies[sent++]!, 'chat');
	await new Promise(resolve => setTimeout(resolve, STEP));
}
const took = (performance.now() - started) / 1_000;
const heldByThen = held;
await new Promise(resolve => setTimeout(resolve, LAST_RECEIPTS));
console.log(JSON.stringify({sentPerSecond: sent / took, heldPerSecond: heldByThen / took, sent, held}));
isDone = true;
await transport.close();
