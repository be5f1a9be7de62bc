import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import type {Log} from '../base/log.ts';
import type {EventStore} from '../history/event-store.ts';
import {AddressBook} from '../storage/address-book.ts';
import type {Vault} from '../storage/files/vault.ts';
import {loadIdentity} from '../storage/identity.ts';
import {JoinedRooms} from '../storage/joined-rooms.ts';
import {lockProfile} from '../storage/lock.ts';
import {type Identity, identityFromSeed} from '../wire/identity.ts';
import {MAX_SUBSCRIPTIONS} from '../wire/limits.ts';
import {loggingEmit, openCoreLog} from './core-log.ts';
import {openMetrics} from './metrics.ts';
import {Node} from './node.ts';
import {openStore} from './open-store.ts';
import {openVault} from './open-vault.ts';

export type StartedNode = {readonly node: Node; stop(): Promise<void>};

type Hooks = {emit(event: NodeEvent): void; onShutdown(): void};

/**
 * A running node with everything that belongs to it: the profile's lock, the identity, the history, the log.
 * `ephemeralSeed` is the key of a node without a data directory. Throws a `UserError` if it cannot start; then nothing is
 * left behind.
 */
export async function startNode(config: CoreConfig, ephemeralSeed: Uint8Array, hooks: Hooks): Promise<StartedNode> {
	// `ready` has to come first, and the log, the address book or the history may fail before it.
	let early: NodeEvent[] | undefined = [];
	const warn = (warning: NodeEvent) => {
		if (early) early.push(warning);
		else hooks.emit(warning);
	};
	const log = openCoreLog(config, warn);
	const lock = config.dataDirectory === undefined ? undefined : await lockProfile(config.dataDirectory);
	let store: EventStore | undefined;
	let vault: Vault | undefined;
	const release = async () => {
		await vault?.shut();
		// In order, so that own numbers can go on where they are.
		store?.close();
		await lock?.release();
	};
	try {
		const identity = await identityOf(config, ephemeralSeed);
		store = await openStore(config, warn);
		vault = await openVault(config, warn);
		const book = openAddressBook(config, log, warn);
		const last = await book?.load();
		const list = openRoomList(config, log, warn);
		const rooms = await roomsOf(config, list);
		const emit = config.logFile === undefined ? hooks.emit : loggingEmit(log, hooks.emit);
		const node = new Node({
			config: {...config, rooms},
			identity,
			log,
			store,
			...(vault && {vault}),
			emit: list === undefined ? emit : event => note(list, event, emit),
			onShutdown: hooks.onShutdown,
			...(last && {remembered: last.peers, lastPorts: last.ports}),
			remember: peers => book?.save({peers}),
		});
		await node.start();
		const metrics = await openMetrics(
			config,
			() => node.measure(),
			message => {
				log('warn', 'core', message);
				warn({type: 'warning', code: 'metrics', message});
			},
		);
		if (last?.ports.join() !== node.chosenPorts.join()) book?.save({ports: node.chosenPorts});
		for (const warning of early) hooks.emit(warning);
		early = undefined;
		const stop = async () => {
			await metrics.close();
			await node.stop();
			await book?.close();
			await list?.close();
			await release();
		};
		return {node, stop};
	} catch (error) {
		await release();
		throw error;
	}
}

async function identityOf({dataDirectory}: CoreConfig, ephemeralSeed: Uint8Array): Promise<Identity> {
	return dataDirectory === undefined ? identityFromSeed(ephemeralSeed) : loadIdentity(dataDirectory);
}

/** A profile that is kept in memory only has no book. */
function openAddressBook(
	{dataDirectory}: CoreConfig,
	log: Log,
	warn: (warning: NodeEvent) => void,
): AddressBook | undefined {
	if (dataDirectory === undefined) return undefined;
	return new AddressBook(dataDirectory, message => {
		log('warn', 'storage', message, {code: 'address-book'});
		warn({type: 'warning', code: 'address-book', message});
	});
}

function openRoomList(
	{dataDirectory, rememberedRooms}: CoreConfig,
	log: Log,
	warn: (warning: NodeEvent) => void,
): JoinedRooms | undefined {
	if (dataDirectory === undefined || rememberedRooms === undefined) return undefined;
	return new JoinedRooms(dataDirectory, message => {
		log('warn', 'storage', message, {code: 'rooms'});
		warn({type: 'warning', code: 'rooms', message});
	});
}

/** The rooms to begin with: from now on these are on the list. */
async function roomsOf(
	{rooms, rememberedRooms}: CoreConfig,
	list: JoinedRooms | undefined,
): Promise<readonly string[]> {
	if (list === undefined) return rooms;
	const last = await list.load();
	const [own, kept] = [
		rememberedRooms === 'instead' && last.length > 0 ? [] : rooms,
		rememberedRooms === 'replace' ? [] : last,
	];
	// What is asked for now comes first, so it is what is seen.
	const all = [...new Set([...own, ...kept])].slice(0, MAX_SUBSCRIPTIONS);
	list.set(all);
	return all;
}

/** Keeps the list up to date. */
function note(list: JoinedRooms, event: NodeEvent, emit: Hooks['emit']): void {
	if (event.type === 'room-joined' && !event.direct) list.joined(event.room);
	if (event.type === 'room-left') list.left(event.room);
	emit(event);
}
