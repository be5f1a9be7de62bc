/** A peer that speaks the protocol but not the manners: it sends what our own program would never let out. */
import {randomBytes} from 'node:crypto';
import type {Connection} from '../../source/net/connection.ts';
import {Transport} from '../../source/net/transport.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {signEvent} from '../../source/wire/event.ts';
import type {Message} from '../../source/wire/messages.ts';
import {parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {PRIORITY_OF} from '../../source/wire/priority.ts';

export class Rogue {
	readonly identity = newIdentity();
	readonly #instance = randomBytes(16).toString('hex');
	readonly #transport = new Transport({identity: this.identity, onConnection: () => {}, onRefused: () => {}});
	#connection: Connection | undefined;
	#sequence = 0;

	/** Dials a node, introduces itself by any name at all, and enters the lobby. */
	async connect(address: string, name: string): Promise<void> {
		const {peer, ...place} = parseTcpAddress(address);
		const connection = await this.#transport.dial(place, peer);
		this.#connection = connection;
		connection.start({
			frame: body => this.#answer(body),
			closed: () => {},
		});
		const instance = this.#instance;
		this.send({type: 'identify', name, agent: 'rogue', instance, addresses: [], protocols: []});
		this.send({type: 'subscriptions', joined: ['lobby'], left: []});
	}

	send(message: Message): void {
		this.#connection?.send(encodeMessage(message), PRIORITY_OF[message.type]);
	}

	/** Publishes any text, properly signed. */
	publish(text: string, timestamp = Date.now()): void {
		const sequence = ++this.#sequence;
		const author = this.identity.peerId;
		const event = {room: 'lobby', author, epoch: this.#instance, sequence, timestamp, kind: 'message', text} as const;
		this.send({type: 'publish', ...signEvent(event, this.identity), hops: 0});
	}

	close(): Promise<void> {
		return this.#transport.close();
	}

	#answer(body: Uint8Array): void {
		const message = decodeMessage(body);
		if (message?.type === 'ping') this.send({type: 'pong', nonce: message.nonce});
	}
}
