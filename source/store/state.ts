/**
 * Everything the screen shows, as one value that never changes: a reducer makes the next one. Every string that came
 * from someone else was sanitised on its way in.
 */
import type {Command} from '../api/command.ts';
import type {CoreState} from '../api/core.ts';
import type {Direction, PeerState, PubsubStats, Via} from '../api/event.ts';
import type {Cut} from './clip.ts';
import {type Composer, EMPTY_COMPOSER} from './composer.ts';
import type {Notice, ViewName} from './intent.ts';
import type {KnownIds} from './known-ids.ts';
import type {Log} from './log.ts';
import type {Holders} from './names.ts';

/** Entries kept per room; the core keeps what is older. */
export const MAX_ENTRIES = 5_000;
/** UTF-16 units of text kept per room, so that long messages cannot fill the memory. */
export const MAX_LOG_TEXT = 4 * 1024 * 1024;
/** Round-trip times kept per peer, and traffic samples. */
export const MAX_SAMPLES = 60;
/** Peers remembered; those that are gone longest are forgotten first. */
export const MAX_PEERS = 1_000;
/** Own messages whose spread can still be shown. */
export const MAX_OWN = 512;

export type Member = {readonly peer: string; readonly name: string};

export type MessageEntry = {
	readonly kind: 'message';
	readonly id: string;
	readonly from: string;
	/** As known when it arrived. */
	readonly name: string;
	readonly text: string;
	/** What was left out of the text, which was too long to be shown. */
	readonly cut: Cut | undefined;
	readonly timestamp: number;
	readonly local: boolean;
	/** It names us. */
	readonly mention: boolean;
	/** Of own messages: how many members hold it, of how many. */
	readonly storedBy: number;
	readonly of: number;
};

/** What happened in the room, said by this program. */
export type SystemEntry = {
	readonly kind: 'system';
	readonly timestamp: number;
	readonly mark: 'in' | 'out' | 'lost' | 'note';
	/** Who it is about; the text follows the name. */
	readonly peer: string | undefined;
	readonly name: string;
	readonly text: string;
};

export type Entry = MessageEntry | SystemEntry;

/** The bottom row of the view while scrolled up: a row of the entry at a position. */
export type Anchor = {
	readonly position: number;
	readonly row: number;
	/** Where the log ended when scrolling began: what came later is new below. */
	readonly end: number;
};

export type Room = {
	/** As the core names it: for commands. */
	readonly room: string;
	/** Sanitised: for the screen. */
	readonly label: string;
	readonly members: readonly Member[];
	readonly log: Log<Entry>;
	/** Whatever message is in the log, and some that are no longer. */
	readonly known: KnownIds;
	readonly unread: number;
	readonly mentions: number;
	/** Position of the first message not seen; where the line "new" is drawn after coming here. */
	readonly firstUnread: number | undefined;
	readonly divider: number | undefined;
	/** Undefined while the newest message is in view. */
	readonly anchor: Anchor | undefined;
	readonly composer: Composer;
	/** Whose the names in the log are, those of long ago included. */
	readonly holders: Holders;
	/** Widest name of an author so far, in cells. */
	readonly nameWidth: number;
};

export type Peer = {
	readonly peer: string;
	readonly name: string;
	readonly state: PeerState;
	readonly address: string;
	readonly direction: Direction | undefined;
	/** How it was found; undefined if it came by itself or was dialled by hand. */
	readonly via: Via | undefined;
	/** It is another libp2p program's: nobody to chat with yet. */
	readonly isForeign: boolean;
	/** Unix milliseconds. */
	readonly lastSeen: number;
	/** Why it is gone. */
	readonly reason: string;
	/** Round-trip times in milliseconds, the oldest first. */
	readonly samples: readonly number[];
};

export type Self = {
	readonly peerId: string;
	readonly name: string;
	readonly addresses: readonly string[];
	readonly interfaces: readonly string[];
};

export type TrafficState = {
	/** Bytes per second, the oldest first. */
	readonly in: readonly number[];
	readonly out: readonly number[];
};

export type ShownNotice = Notice & {
	readonly at: number;
	/** The line that was refused and stands in the composer again; Esc clears it. */
	readonly line?: string;
};

/** A command under way, and what was typed for it where. */
export type Pending = {
	readonly command: Command;
	readonly typed?: {readonly room: string | undefined; readonly line: string};
};

export type Switcher = {readonly query: string; readonly selected: number};

/** Tab pressed again goes on from here. */
export type Completion = {
	readonly before: string;
	readonly after: string;
	readonly choices: readonly string[];
	readonly index: number;
	/** What the composer holds if nothing else was typed since. */
	readonly text: string;
};

export type OwnMessage = {readonly room: string; readonly position: number};

export type State = {
	readonly core: CoreState;
	/** How often the core was started again. */
	readonly restarts: number;
	readonly self: Self | undefined;
	readonly rooms: readonly Room[];
	readonly active: string | undefined;
	readonly last: string | undefined;
	/** What is being written while no room is open. */
	readonly composer: Composer;
	readonly peers: ReadonlyMap<string, Peer>;
	readonly traffic: TrafficState;
	/** How messages spread, as told last. */
	readonly pubsub: PubsubStats | undefined;
	readonly own: ReadonlyMap<string, OwnMessage>;
	readonly view: ViewName;
	/** Rows by which a page such as help is scrolled down. */
	readonly viewScroll: number;
	readonly notice: ShownNotice | undefined;
	readonly switcher: Switcher | undefined;
	readonly completion: Completion | undefined;
	readonly hidden: {readonly rooms: boolean; readonly network: boolean};
	/** When Ctrl-C was pressed; a second one soon after leaves. */
	readonly interruptArmed: number | undefined;
	/** Commands whose reply is awaited, by id. */
	readonly pending: ReadonlyMap<string, Pending>;
	readonly nextId: number;
	/** When it was first known who is here: hints for whoever is alone wait until others had time to appear. */
	readonly readyAt: number | undefined;
	readonly showsHints: boolean;
	/** Unix milliseconds, as coarse as what is shown needs. */
	readonly clock: number;
};

export function initialState(now: number): State {
	return {
		core: {state: 'starting'},
		restarts: 0,
		self: undefined,
		rooms: [],
		active: undefined,
		last: undefined,
		composer: EMPTY_COMPOSER,
		peers: new Map(),
		traffic: {in: [], out: []},
		pubsub: undefined,
		own: new Map(),
		view: 'chat',
		viewScroll: 0,
		notice: undefined,
		switcher: undefined,
		completion: undefined,
		hidden: {rooms: false, network: false},
		interruptArmed: undefined,
		pending: new Map(),
		nextId: 1,
		readyAt: undefined,
		showsHints: false,
		clock: now,
	};
}
