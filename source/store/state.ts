/**
 * Everything the screen shows, as one value that never changes: a reducer makes the next one. Every string that came
 * from someone else was sanitised on its way in.
 */
import type {Command} from '../api/command.ts';
import type {CoreState} from '../api/core.ts';
import type {Direction, PeerState, PubsubStats, Via} from '../api/event.ts';
import type {OfferedFile} from '../api/files.ts';
import type {Cut} from './clip.ts';
import type {Suggestion} from './complete-suggest.ts';
import {type Composer, EMPTY_COMPOSER} from './composer.ts';
import type {HeldPaste} from './composer-paste.ts';
import type {Recall} from './composer-recall.ts';
import type {Details} from './details.ts';
import {NO_PLACES, type Places} from './files/paths.ts';
import {EMPTY_FILES, type Files} from './files/transfers.ts';
import type {Notice, ViewName} from './intent.ts';
import type {Key, Log} from './log.ts';
import type {Holders} from './names.ts';
import {EMPTY_PAGES, type Pages} from './pages/index.ts';
import type {Search} from './search-hits.ts';
import type {Composing, Jump, Selection} from './selection.ts';
import {DEFAULT_SETTINGS, type Settings} from './settings.ts';

export type {Search, SearchHit} from './search-hits.ts';

/** Entries kept per room; the core keeps what is older. */
export const MAX_ENTRIES = 5_000;
/** UTF-16 units of text kept per room, so that long messages cannot fill the memory. */
export const MAX_LOG_TEXT = 4 * 1024 * 1024;
/** Round-trip times kept per peer, and traffic samples. */
export const MAX_SAMPLES = 60;
/** Peers remembered; those that are gone longest are forgotten first. */
export const MAX_PEERS = 1_000;

export type Member = {readonly peer: string; readonly name: string};

/** What a message answers, as far as it is here. */
export type Quoted = {
	readonly id: string;
	readonly from: string;
	/** Empty if nothing is known of it. */
	readonly name: string;
	/** The beginning of its text, on one line; empty if it was taken back; undefined if it is not here. */
	readonly text: string | undefined;
};

export type Reaction = {readonly emoji: string; readonly count: number; readonly isOurs: boolean};

/** What every entry has, beside its place. */
type AnyEntry = Key & {
	readonly timestamp: number;
	/** How many messages just before it are known of and not here. */
	readonly missing: number;
};

export type MessageEntry = AnyEntry & {
	readonly kind: 'message';
	readonly from: string;
	/** As known when it arrived. */
	readonly name: string;
	readonly text: string;
	/** What was left out of the text, which was too long to be shown. */
	readonly cut: Cut | undefined;
	/** `text` is exactly what was written: nothing was cut, nothing made safe to show. */
	readonly isWhole: boolean;
	readonly local: boolean;
	/** It names us, or answers us. */
	readonly mention: boolean;
	readonly reply: Quoted | undefined;
	/** A file that its author gives; `text` is its name. */
	readonly offer: OfferedFile | undefined;
	readonly isEdited: boolean;
	/** It was taken back, and why; the reason may be empty. */
	readonly redacted: string | undefined;
	readonly reactions: readonly Reaction[];
	/** Its author has signed another event under the same number. */
	readonly isForked: boolean;
	/** Of own messages: how many members hold it, of how many; of direct ones, whether it was read. */
	readonly storedBy: number;
	readonly of: number;
	readonly isRead: boolean;
};

/** What happened in the room: told by the room's history, or by this program while it runs (the id then is `~` and more). */
export type SystemEntry = AnyEntry & {
	readonly kind: 'system';
	readonly mark: 'in' | 'out' | 'lost' | 'note' | 'alarm';
	/** Who it is about; the text follows the name. */
	readonly peer: string | undefined;
	readonly name: string;
	readonly text: string;
	/** Of whom the same was said right afterwards, and when. */
	readonly others?: readonly (Member & {readonly at: number})[];
};

export type Entry = MessageEntry | SystemEntry;

/** The bottom row of the view while scrolled up: a row of the entry with that key. */
export type Anchor = Key & {readonly row: number};

export type Room = {
	/** As the core names it: for commands. */
	readonly room: string;
	/** Sanitised: for the screen. Of a direct room: `@` and the name. */
	readonly label: string;
	/** With whom, if it is a direct room. */
	readonly peer: string | undefined;
	/** The digit that leads here, which stays the same whatever else is joined or left; 0 if none was free. */
	readonly digit: number;
	readonly topic: string;
	readonly members: readonly Member[];
	/** A part of what is kept, without holes; the newest part, unless `newer` says otherwise. */
	readonly log: Log<Entry>;
	/** The order of every entry of the core in the log, by its id. */
	readonly orders: ReadonlyMap<string, number>;
	/** How many entries of the log answer a message, by its id. */
	readonly answered: ReadonlyMap<string, number>;
	/** Whether the log agrees with what is kept: `stale` before the newest page came, and after old history came. */
	readonly page: 'stale' | 'asked' | 'fresh';
	/** Until then, in Unix milliseconds, nothing is asked: the core has just refused to answer. */
	readonly waitUntil: number;
	/** Whether there is more before the log, and after it. */
	readonly older: 'more' | 'loading' | 'none';
	readonly newer: 'more' | 'loading' | 'none';
	readonly unread: number;
	readonly mentions: number;
	/** Unread messages from before this program was started, which are not in the log yet. */
	readonly owed: number;
	/**
	 * Messages said while we were away that came into the open room, and those of them that name us, until the person can
	 * have seen the first of them: until then the core is not told that they were read.
	 */
	readonly missed: number;
	readonly missedMentions: number;
	/** When somebody was met here last, in Unix milliseconds: what was said before and comes now was missed. */
	readonly metAt: number;
	/** When we came to others after having been alone: what was said before was missed, however it comes. */
	readonly aloneUntil: number;
	/** When we came into it, in Unix milliseconds. */
	readonly openedAt: number;
	/** When somebody joined last: what they have kept may follow. */
	readonly greetedAt: number;
	/** Nothing was kept here when the room was opened: whatever was said before, nobody has missed it. */
	readonly isNewHere: boolean;
	/** Key of the first message not seen; where the line "new" is drawn after coming here. */
	readonly firstUnread: Key | undefined;
	readonly divider: Key | undefined;
	/** Undefined while the newest message is in view. */
	readonly anchor: Anchor | undefined;
	/** Entries that came while scrolled up. */
	readonly below: number;
	/** The newest message that the core was told has been read, and whether it has answered. */
	readonly readUpTo: string | undefined;
	readonly isReading: boolean;
	/** Old history is being taken over: events so far, of about so many. */
	readonly progress: {readonly received: number; readonly expected: number} | undefined;
	readonly composer: Composer;
	/** What the line is an answer to, or the new text of. */
	readonly composing: Composing | undefined;
	/** A message that is being fetched, to be shown with what surrounds it. */
	readonly jump: Jump | undefined;
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
	readonly typed?: {
		readonly room: string | undefined;
		readonly line: string;
		/** The line was an answer to a message, or its new text. */
		readonly composing?: Composing;
	};
	/** The screen asked by itself: nobody is told how it went. */
	readonly isQuiet?: true;
	/** A page around a message that somebody wants to see. */
	readonly isJump?: true;
	/** Of a message: it is in the log already. */
	readonly isShown?: true;
};

/** What is chosen from: places and deeds, or for the selected message reactions or its links. */
export type ListName = 'go' | 'react' | 'links';

export type Switcher = {
	readonly query: string;
	/** The same as it is being written, with the cursor in it; without it, the cursor is at the end. */
	readonly field?: Composer;
	/** Index of the choice; `chosen` goes before it. */
	readonly selected: number;
	/** `go` if it is missing. */
	readonly list?: ListName;
	/** The choice that was moved to: it stays the same when others come and go. */
	readonly chosen?: string;
	/** Names of the rooms, the most pressing first, as they were when the list was opened: it does not move under the eye. */
	readonly order?: readonly string[];
};

/** Tab pressed again goes on from here. */
export type Completion = {
	readonly before: string;
	readonly after: string;
	/** What the choices are. */
	readonly title: string;
	readonly choices: readonly Suggestion[];
	readonly index: number;
	/** What the composer holds if nothing else was typed since. */
	readonly text: string;
};

/** Two people with one name, one after the other. */
export type Conflict = {
	readonly name: string;
	readonly peer: string;
	readonly before: string;
	readonly lastSeen: number;
	/** How many keys have taken this name from this one, lately. */
	readonly count: number;
	/** When it was said, in Unix milliseconds, and whether somebody has put it away since. */
	readonly saidAt: number;
	readonly isPutAway: boolean;
};

export type State = {
	readonly settings: Settings;
	/** Whether the terminal says that somebody looks at it; true as long as it says nothing. */
	readonly isFocused: boolean;
	/** The message that the keys are about, while one is selected. */
	readonly selection: Selection | undefined;
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
	/** Why nothing can be kept at present. */
	readonly storage: string | undefined;
	/** One for each name and whom it belonged to, the newest first; those put away are remembered for a while. */
	readonly conflicts: readonly Conflict[];
	readonly search: Search | undefined;
	/** The message that is looked at closely. */
	readonly details: Details | undefined;
	/** The room that `/forget` has asked about. */
	readonly forgetting: string | undefined;
	/** Who has ever been in the rooms is not known yet. */
	readonly wantsRooms: boolean;
	/** When the core was asked for that last, in Unix milliseconds. */
	readonly roomsAskedAt: number;
	/** Our own name before we took another one. */
	readonly formerName: string | undefined;
	/** What to write in a shell for somebody else who is to be found from here. */
	readonly launch: string;
	/** Whether others find us by themselves; else somebody has to dial. */
	readonly isFindable: boolean;
	/** Whether what is set holds at the next start too. */
	readonly keepsSettings: boolean;
	readonly view: ViewName;
	/** Rows by which a page such as help is scrolled down. */
	readonly viewScroll: number;
	/** The row that is chosen on a page whose rows can be: a message id, a peer id. The first one if there is none. */
	readonly chosen: string | undefined;
	/** Files that are offered, fetched and given. */
	readonly files: Files;
	/** Where paths begin that a person writes. */
	readonly places: Places;
	/** Where files go if no folder is set; undefined: only whoever starts the core knows. */
	readonly usualFolder: string | undefined;
	/** What the core measures, as far as it was looked at. */
	readonly pages: Pages;
	readonly notice: ShownNotice | undefined;
	readonly switcher: Switcher | undefined;
	readonly completion: Completion | undefined;
	/** The text before the word for which the list of completions was put away. */
	readonly hiddenList: string | undefined;
	/** Lines sent from any room, the oldest first; and what was cut out of them, the newest first. */
	readonly sent: readonly string[];
	readonly kills: readonly string[];
	/** Searching through the lines sent. */
	readonly recall: Recall | undefined;
	/** Pasted, and not said yes to. */
	readonly heldPaste: HeldPaste | undefined;
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

export function initialState(now: number, launch = 'p2p-tui', settings: Settings = DEFAULT_SETTINGS): State {
	return {
		settings,
		isFocused: true,
		selection: undefined,
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
		storage: undefined,
		conflicts: [],
		search: undefined,
		details: undefined,
		forgetting: undefined,
		wantsRooms: false,
		roomsAskedAt: Number.NEGATIVE_INFINITY,
		formerName: undefined,
		launch,
		isFindable: true,
		keepsSettings: true,
		view: 'chat',
		viewScroll: 0,
		chosen: undefined,
		files: EMPTY_FILES,
		places: NO_PLACES,
		usualFolder: undefined,
		pages: EMPTY_PAGES,
		notice: undefined,
		switcher: undefined,
		completion: undefined,
		hiddenList: undefined,
		sent: [],
		kills: [],
		recall: undefined,
		heldPaste: undefined,
		hidden: {rooms: !settings.sidebar, network: !settings.network},
		interruptArmed: undefined,
		pending: new Map(),
		nextId: 1,
		readyAt: undefined,
		showsHints: false,
		clock: now,
	};
}
