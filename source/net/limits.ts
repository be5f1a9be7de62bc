/** Limits of sockets that tests make smaller. Times in milliseconds. */
import {
	FRAME_TIMEOUT,
	HANDSHAKE_TIMEOUT,
	MAX_PENDING_INBOUND,
	MAX_PENDING_INBOUND_PER_ADDRESS,
	MAX_SEND_QUEUE_BYTES,
	MAX_TOTAL_SEND_QUEUE_BYTES,
} from '../wire/limits.ts';

/** After our side has ended, how long the other side may take to end too. */
const CLOSE_TIMEOUT = 2_000;

export type ConnectionLimits = {
	readonly frameTimeout: number;
	readonly closeTimeout: number;
	readonly maxSendQueueBytes: number;
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
	closeTimeout: CLOSE_TIMEOUT,
	maxSendQueueBytes: MAX_SEND_QUEUE_BYTES,
	maxTotalSendQueueBytes: MAX_TOTAL_SEND_QUEUE_BYTES,
	maxPendingInbound: MAX_PENDING_INBOUND,
	maxPendingInboundPerAddress: MAX_PENDING_INBOUND_PER_ADDRESS,
};
