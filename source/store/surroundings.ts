import type {Intent} from './intent.ts';
import type {Room, State} from './state.ts';

/** What deciding needs to know of the screen and of the commands. */
export type Surroundings = {
	/** Unix milliseconds. */
	readonly now: number;
	/** What a line in the composer means. */
	readonly parseLine: (line: string, state: State) => LineMeaning;
	/** Names of the slash commands, without the slash, in the order of the alphabet. */
	readonly commands: readonly string[];
	/** Rows of the message list. */
	readonly chatRows: number;
	/** Rows that an entry of the open room fills. */
	readonly rowsOf: (room: Room, index: number) => number;
	/** Whether there is room for a pane, hidden or not. */
	readonly fits: {readonly rooms: boolean; readonly network: boolean};
	/** Rows of the page that is open, and how many of them are shown. */
	readonly page: {readonly total: number; readonly shown: number};
};

export type LineMeaning =
	| {readonly ok: true; readonly intents: readonly Intent[]}
	| {readonly ok: false; readonly message: string};
