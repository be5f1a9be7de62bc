/**
 * Sends announcements on every way and sees which of them come back, and who else is there.
 *
 * What a machine sends to a group or to everyone it hears itself, by way of the packet filter: so a firewall that keeps
 * announcements out shows, also to a user who may not read its rules. Every way has an instance id of its own, in which
 * its number is.
 */

import {createSocket} from 'node:dgram';
import {type Link, linksOf} from '../../net/beacon-link.ts';
import {codeOf} from '../../net/beacon-problems.ts';
import {type DatagramSource, Listener, Sender} from '../../net/beacon-socket.ts';
import type {NetworkInterface} from '../../net/interfaces.ts';
import type {Announcement} from '../../wire/announcement.ts';
import {decodeAnnouncement, encodeAnnouncement} from '../../wire/announcement.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {WayFacts} from '../facts.ts';

export type ListeningOptions = {
	readonly port: number;
	readonly interfaces: readonly NetworkInterface[];
	readonly self: PeerId;
	/** 15 bytes in hex, with which our instance ids begin. */
	readonly mark: string;
	/** Where we take TCP connections; undefined: nowhere. */
	readonly tcpPorts: Pick<Announcement, 'port4' | 'port6'>;
	/** Somebody else was heard. `isAnswer`: to us alone. */
	onHeard(announcement: Announcement, source: DatagramSource, isAnswer: boolean): void;
};

type Way = {
	readonly link: Link;
	readonly way: WayFacts['way'];
	readonly target: string;
	error?: string;
	returned: boolean;
};

const FAMILIES = [4, 6] as const;
/** More than any machine has; the number is a byte. */
const MAX_WAYS = 255;

export class Listening {
	readonly #options: ListeningOptions;
	readonly #mark: string;
	readonly #ways: Way[];
	readonly #senders = new Map<Link, Sender>();
	readonly #listeners = new Map<4 | 6, Listener>();
	/** Why a family is not listened to: the system's code. */
	readonly failures: {4?: string; 6?: string} = {};

	private constructor(options: ListeningOptions) {
		this.#options = options;
		this.#mark = options.mark;
		this.#ways = linksOf(options.interfaces).flatMap(waysOf).slice(0, MAX_WAYS);
	}

	/** Never rejects: what does not work is found. */
	static async open(options: ListeningOptions): Promise<Listening> {
		const listening = new Listening(options);
		await Promise.all(FAMILIES.map(family => listening.#listen(family)));
		const links = [...new Set(listening.#ways.map(({link}) => link))];
		await Promise.all(links.map(link => listening.#openLink(link)));
		return listening;
	}

	get ways(): WayFacts[] {
		return this.#ways.map(({link: {name, family}, way, error, returned}) => ({
			...{interface: name, family, way, returned},
			...(error !== undefined && {error}),
		}));
	}

	/** All that were sent have come back. */
	get isWhole(): boolean {
		return this.#ways.every(({error, returned}) => error !== undefined || returned);
	}

	/** Asks everyone for an answer, or says goodbye. Resolves when all has left, or could not. */
	async announce({leaving}: {readonly leaving: boolean}): Promise<void> {
		await Promise.all(this.#ways.map((way, index) => this.#send(way, index, leaving)));
	}

	async close(): Promise<void> {
		await Promise.all([...this.#listeners.values(), ...this.#senders.values()].map(socket => socket.close()));
	}

	async #listen(family: 4 | 6): Promise<void> {
		// A machine without IPv6 has no link for it either.
		if (!this.#ways.some(({link}) => link.family === family)) return;
		const events = {
			datagram: (bytes: Uint8Array, source: DatagramSource) => this.#heard(bytes, source, false),
			error: () => {},
		};
		try {
			this.#listeners.set(family, await Listener.open(family, this.#options.port, events, createSocket));
		} catch (error) {
			this.failures[family] = codeOf(error);
		}
	}

	async #openLink(link: Link): Promise<void> {
		const events = {
			datagram: (bytes: Uint8Array, source: DatagramSource) => this.#heard(bytes, source, true),
			error: () => {},
		};
		const own = this.#ways.filter(way => way.link === link);
		try {
			this.#senders.set(link, await Sender.open(link, events, createSocket));
		} catch (error) {
			for (const way of own) way.error = codeOf(error);
			return;
		}
		try {
			this.#listeners.get(link.family)?.join(link);
		} catch (error) {
			// Two interfaces may share an address; then one membership does for both.
			if (codeOf(error) === 'EADDRINUSE') return;
			for (const way of own) if (way.way === 'multicast') way.error = codeOf(error);
		}
	}

	#send(way: Way, index: number, leaving: boolean): Promise<void> {
		const {self, tcpPorts, port} = this.#options;
		const sender = this.#senders.get(way.link);
		if (sender === undefined) return Promise.resolve();
		const instance = this.#mark + index.toString(16).padStart(2, '0');
		const bytes = encodeAnnouncement({peer: self, instance, ...tcpPorts, wantsAnswer: !leaving, leaving});
		return new Promise(resolve => {
			const failed = (error: unknown) => {
				way.error ??= codeOf(error);
				resolve();
			};
			sender.send(bytes, port, way.target, failed, resolve);
		});
	}

	#heard(bytes: Uint8Array, source: DatagramSource, isAnswer: boolean): void {
		let announcement: Announcement;
		try {
			announcement = decodeAnnouncement(bytes);
		} catch {
			return;
		}
		if (announcement.peer !== this.#options.self) return this.#options.onHeard(announcement, source, isAnswer);
		if (!announcement.instance.startsWith(this.#mark)) return;
		const way = this.#ways[Number.parseInt(announcement.instance.slice(-2), 16)];
		if (way !== undefined) way.returned = true;
	}
}

function waysOf(link: Link): Way[] {
	const multicast: Way = {link, way: 'multicast', target: link.group, returned: false};
	// Linux has no route for IPv6 multicast on its loopback interface.
	if (link.family === 6) return link.name === 'lo' ? [] : [multicast];
	return link.broadcast === undefined
		? [multicast]
		: [{link, way: 'broadcast', target: link.broadcast, returned: false}, multicast];
}
