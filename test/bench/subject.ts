/** A whole node as the benchmark sees it, ours or another's: so that all are asked the same. */
export type Subject = {
	readonly address: string;
	/** Resolves when both are connected and know each other to be in the room. */
	dial(address: string): Promise<void>;
	/** Microseconds of so many round trips to the peer that was dialled, one after the other. */
	ping(count: number): Promise<readonly number[]>;
	/** Milliseconds from the start of a dial to the first bytes from the other side; the connection is closed again. */
	hello?(address: string): Promise<number>;
	/** To the room; resolves when the node would take the next. */
	publish(text: string): Promise<void> | void;
	/** Resolves when so many others are in the room and would get what is published. */
	company(others: number): Promise<void>;
};

/** Called for each message of others. */
export type Hear = () => void;

export type StartSubject = (name: string, hear: Hear) => Promise<Subject>;

export const SUBJECTS = ['gossipsub', 'floodsub', 'libp2p'] as const;
export type SubjectName = (typeof SUBJECTS)[number];
