/** What the two ends of `link.ts` and their parent agree on. */
import {BULK_BODY_BYTES} from '../../source/net/connection.ts';

export const KINDS = ['tcp', 'tls', 'ours'] as const;
export const TASKS = ['echo', 'hello', 'chat', 'bulk'] as const;
export type Kind = (typeof KINDS)[number];
export type Task = (typeof TASKS)[number];
export type Ports = Readonly<Record<Kind, Readonly<Record<Task, number>>>> & {
	/** Of servers that nobody has met yet, each with a key of its own. */
	readonly strangers: readonly number[];
};

/** In one round. */
export const ECHO_ROUNDS = 4_000;
export const HELLO_ROUNDS = 60;
export const STRANGER_ROUNDS = 25;
/** A multiple of the batch. */
export const CHAT_MESSAGES = 256 * 400;
/** A quarter of a gigabyte, as a whole number of our frames and of raw pieces. */
export const BULK_FRAMES = 16_384;
export const BULK_BYTES = BULK_FRAMES * BULK_BODY_BYTES;
export const RAW_PIECE_BYTES = 64 * 1024;
