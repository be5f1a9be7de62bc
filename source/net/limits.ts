/** Limits of sockets that tests make smaller. Times in milliseconds. */
import {
	FRAME_HEADER_BYTES,
	FRAME_TIMEOUT,
	HANDSHAKE_TIMEOUT,
	MAX_FRAME_BYTES,
	MAX_PENDING_INBOUND,
	MAX_PENDING_INBOUND_PER_ADDRESS,
	MAX_SEND_QUEUE_BYTES,
	MAX_TOTAL_SEND_QUEUE_BYTES,
} from '../wire/limits.ts';
import type {Priority} from '../wire/priority.ts';

/** After our side has ended, how long the other side may take to end too. */
const CLOSE_TIMEOUT = 2_000;

/** A window must be with the system by then, if more waits behind it: 4 KiB a second, the speed of a modem. */
const SEND_TIMEOUT = 30_000;

/**
 * Bytes that are with the socket and not yet with the system: what a ping waits for at this end, besides what the system
 * holds. Two of the largest frames: one at a time costs throughput, more than two gain none that can be measured.
 */
const SEND_WINDOW_BYTES = 2 * (FRAME_HEADER_BYTES + MAX_FRAME_BYTES);

/** The most that is honestly said in one turn: a prune with its hints for each of 256 rooms. */
const MAX_CONTROL_QUEUE_BYTES = 1024 * 1024;

/** Enough to keep the connection busy until the next bulk is made, or read from a disk. */
const MAX_BULK_QUEUE_BYTES = 512 * 1024;

export type ConnectionLimits = {
	readonly frameTimeout: number;
	readonly sendTimeout: number;
	readonly closeTimeout: number;
	readonly sendWindowBytes: number;
	/** What one connection may have waiting and in flight, by class. */
	readonly maxQueueBytes: Readonly<Record<Priority, number>>;
};

export type TransportLimits = ConnectionLimits & {
	/** Over all connections. */
	readonly maxTotalSendQueueBytes: number;
	readonly handshakeTimeout: number;
	readonly maxPendingInbound: number;
	readonly maxPendingInboundPerAddress: number;
};

export const DEFAULT_LIMITS: TransportLimits = {
	handshakeTimeout: HANDSHAKE_TIMEOUT,
	frameTimeout: FRAME_TIMEOUT,
	sendTimeout: SEND_TIMEOUT,
	closeTimeout: CLOSE_TIMEOUT,
	sendWindowBytes: SEND_WINDOW_BYTES,
	maxQueueBytes: {control: MAX_CONTROL_QUEUE_BYTES, chat: MAX_SEND_QUEUE_BYTES, bulk: MAX_BULK_QUEUE_BYTES},
	maxTotalSendQueueBytes: MAX_TOTAL_SEND_QUEUE_BYTES,
	maxPendingInbound: MAX_PENDING_INBOUND,
	maxPendingInboundPerAddress: MAX_PENDING_INBOUND_PER_ADDRESS,
};
