import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import {AddressBook} from '../storage/address-book.ts';
import {loadIdentity} from '../storage/identity.ts';
import {lockProfile} from '../storage/lock.ts';
import {type Identity, identityFromSeed} from '../wire/identity.ts';
import {openCoreLog} from './core-log.ts';
import {Node} from './node.ts';

export type StartedNode = {readonly node: Node; stop(): Promise<void>};

type Hooks = {emit(event: NodeEvent): void; onShutdown(): void};

/**
 * A running node with everything that belongs to it: the profile's lock, the identity, the log. `ephemeralSeed` is the
 * key of a node without a data directory. Throws a `UserError` if it cannot start; then nothing is left behind.
 */
export async function startNode(config: CoreConfig, ephemeralSeed: Uint8Array, hooks: Hooks): Promise<StartedNode> {
	// `ready` has to come first, and the log or the address book may fail before it.
	let early: NodeEvent[] | undefined = [];
	const warn = (warning: NodeEvent) => {
		if (early) early.push(warning);
		else hooks.emit(warning);
	};
	const log = openCoreLog(config, warn);
	const logged = (event: NodeEvent) => {
		log('debug', JSON.stringify(event));
		hooks.emit(event);
	};
	// Tens of thousands of events a second pass here: text is made of them only where it is wanted.
	const emit = config.logLevel === 'debug' && config.logFile !== undefined ? logged : hooks.emit;
	const lock = config.dataDirectory === undefined ? undefined : await lockProfile(config.dataDirectory);
	try {
		const identity: Identity =
			config.dataDirectory === undefined ? identityFromSeed(ephemeralSeed) : await loadIdentity(config.dataDirectory);
		const book = openAddressBook(config, message => {
			log('warn', message);
			warn({type: 'warning', code: 'address-book', message});
		});
		const last = await book?.load();
		const node = new Node({
			config,
			identity,
			log,
			emit,
			onShutdown: hooks.onShutdown,
			...(last && {remembered: last.peers, lastPorts: last.ports}),
			remember: peers => book?.save({peers}),
		});
		await node.start();
		if (last?.ports.join() !== node.chosenPorts.join()) book?.save({ports: node.chosenPorts});
		for (const warning of early) hooks.emit(warning);
		early = undefined;
		const stop = async () => {
			await node.stop();
			await book?.close();
			await lock?.release();
		};
		return {node, stop};
	} catch (error) {
		await lock?.release();
		throw error;
	}
}

/** A profile that is kept in memory only has no book. */
function openAddressBook(config: CoreConfig, onWarning: (message: string) => void): AddressBook | undefined {
	return config.dataDirectory === undefined ? undefined : new AddressBook(config.dataDirectory, onWarning);
}
