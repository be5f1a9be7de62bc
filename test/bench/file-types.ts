/** What one fetch came to. */
export type Fetched = {
	readonly seconds: number;
	/** Milliseconds of each ping to the one from whom the file came, meanwhile. */
	readonly pings: readonly number[];
	/** How many gave pieces. */
	readonly sources: number;
};
