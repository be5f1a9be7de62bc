/** A peer that speaks the protocol but not the manners: it sends what our own program would never let out. */
import {randomBytes} from 'node:crypto';
import type {Connection} from '../../source/net/connection.ts';
import {Transport} from '../../source/net/transport.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import type {Message} from '../../source/wire/messages.ts';
import {parseTcpAddress} from '../../source/wire/multiaddr.ts';
import {PRIORITY_OF} from '../../source/wire/priority.ts';
import {Author} from './events.ts';

export class Rogue {
	readonly identity = newIdentity();
	readonly #instance = randomBytes(16).toString('hex');
	readonly #transport = new Transport({identity: this.identity, onConnection: () => {}, onRefused: () => {}});
	#connection: Connection | undefined;
	readonly #author = new Author(this.identity, {epoch: this.#instance, clock: Date.now()});

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

	/** Publishes any text, properly signed, each linked to the one before. */
	publish(text: string, timestamp = Date.now()): void {
		const {event, signature} = this.#author.say({kind: 'message', text}, {timestamp});
		this.send({type: 'publish', event, signature, hops: 0});
	}

	close(): Promise<void> {
		return this.#transport.close();
	}

	#answer(body: Uint8Array): void {
		const message = decodeMessage(body);
		if (message?.type === 'ping') this.send({type: 'pong', nonce: message.nonce});
	}
}
