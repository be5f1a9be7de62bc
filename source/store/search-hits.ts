/** What was searched for, and what was found. */

export type SearchHit = {
	readonly id: string;
	/** As the core names it. */
	readonly room: string;
	readonly label: string;
	readonly from: string;
	readonly name: string;
	readonly text: string;
	readonly timestamp: number;
};

/** What was searched for, and what was found so far, the newest first. */
export type Search = {
	readonly text: string;
	readonly hits: readonly SearchHit[];
	readonly state: 'asking' | 'more' | 'done';
};
