/** What the two ends of `link.ts` and their parent agree on. */
export const KINDS = ['tcp', 'tls', 'ours'] as const;
export const TASKS = ['echo', 'hello', 'sink'] as const;
export type Kind = (typeof KINDS)[number];
export type Task = (typeof TASKS)[number];
export type Ports = Readonly<Record<Kind, Readonly<Record<Task, number>>>>;
/** The median of each round, by kind. */
export type LinkResults = Readonly<Record<Kind, readonly number[]>>;

/** In one round. */
export const ECHO_ROUNDS = 4_000;
export const HELLO_ROUNDS = 100;
/** A multiple of the batch. */
export const SINK_MESSAGES = 256 * 400;
