import type {Deed} from './choice.ts';
import type {CommandSpec} from './complete-types.ts';
import type {Intent} from './intent.ts';
import type {Room, State} from './state.ts';

/** What deciding needs to know of the screen and of the commands. */
export type Surroundings = {
	/** Unix milliseconds. */
	readonly now: number;
	/** What a line in the composer means. */
	readonly parseLine: (line: string, state: State) => LineMeaning;
	/** The slash commands that there are. */
	readonly commands: readonly CommandSpec[];
	/** Cells of a row of the composer; without them only line feeds end a row. */
	readonly writingColumns?: number;
	/** Rows of the message list. */
	readonly chatRows: number;
	/** Rows that an entry of the open room fills. */
	readonly rowsOf: (room: Room, index: number) => number;
	/** Whether there is room for a pane, hidden or not. */
	readonly fits: {readonly rooms: boolean; readonly network: boolean};
	/** Rows of the page that is open, and how many of them are shown. */
	readonly page: {
		readonly total: number;
		readonly shown: number;
		readonly items?: readonly PageItem[];
		readonly look?: PageLook;
	};
	/** What the list over the chat offers beside rooms and people. */
	readonly deeds?: readonly Deed[];
};

/** Something to choose on a page, and the rows that it fills there. */
export type PageItem = {readonly id: string; readonly first: number; readonly rows: number};

/** The two ways in which the topology can be shown. */
export type PageLook = 'graph' | 'table';

export type LineMeaning =
	| {readonly ok: true; readonly intents: readonly Intent[]}
	| {readonly ok: false; readonly message: string};
