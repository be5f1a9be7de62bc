/** Two ends of a connection for bulk, for tests; and strangers who speak it as they like. */
import type {BulkConnection, BulkHandlers} from '../../source/net/bulk/connection.ts';
import {Transport, type TransportOptions} from '../../source/net/transport.ts';
import type {BlockName} from '../../source/wire/file-offer.ts';
import {createConditions} from '../helpers/conditions.ts';
import {type Cleanup, identityOf, LOOPBACK} from './peers.ts';

export const FILE = '5f'.repeat(32);

export const piece = (index: number): BlockName => ({file: FILE, what: 'piece', index});

export type BulkNode = {
	readonly transport: Transport;
	readonly port: number;
	readonly peerId: string;
	/** The next one that was accepted. */
	next(): Promise<BulkConnection>;
};

export async function startBulkNode(
	number: number,
	cleanup: Cleanup,
	limits: TransportOptions['limits'] = {},
): Promise<BulkNode> {
	const accepted: BulkConnection[] = [];
	const {until, wake} = createConditions();
	const identity = identityOf(number);
	const transport = new Transport({
		identity,
		limits: {closeTimeout: 300, ...limits},
		onConnection: connection => connection.start({frame: () => {}, closed: () => {}}),
		onBulk: connection => {
			accepted.push(connection);
			wake();
		},
		onRefused: () => {},
	});
	cleanup.add(() => transport.close());
	const {port} = await transport.listen(LOOPBACK);
	let taken = 0;
	const next = async () => {
		const index = taken++;
		await until(() => accepted.length > index);
		return accepted[index]!;
	};
	return {transport, port, peerId: identity.peerId, next};
}

/** All that happened to one end. Blocks go into memory made for each, unless `begin` says otherwise. */
export function watchBulk(connection: BulkConnection, changes: Partial<BulkHandlers> = {}) {
	const log: string[] = [];
	const blocks: Uint8Array[] = [];
	const {until, wake} = createConditions();
	const note = (text: string) => {
		log.push(text);
		wake();
	};
	connection.start({
		ready: () => note('ready'),
		frame: frame => note(frame.type === 'ready' ? 'again' : `${frame.type} ${frame.block.index}`),
		begin: (block, bytes) => {
			const target = changes.begin ? changes.begin(block, bytes) : new Uint8Array(bytes);
			if (target instanceof Uint8Array) blocks.push(target);
			return target;
		},
		progress: changes.progress ?? (() => {}),
		end: block => note(`block ${block.index}`),
		closed: reason => note(`closed: ${reason}`),
	});
	return {log, blocks, has: (text: string) => until(() => log.includes(text)), until};
}
