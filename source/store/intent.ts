/**
 * What a key or a slash command means: something to ask of the core, or something to change on this screen only.
 */
import type {Command} from '../api/command.ts';
import type {Effect} from './effect.ts';
import type {FileSettingName} from './file-settings.ts';
import type {PageDeed} from './pages/index.ts';
import type {SettingName, Settings, SwitchName} from './settings.ts';

export type ViewName =
	| 'chat'
	| 'help'
	| 'settings'
	| 'peers'
	| 'search'
	| 'details'
	| 'network'
	/** One peer's. */
	| 'peer'
	/** Files that come and go; and one of them. */
	| 'transfers'
	| 'transfer'
	| 'topology'
	/** How messages of the open room spread; that of one message is on its details page. */
	| 'spread'
	| 'doctor'
	| 'lab';

export type Notice = {readonly level: 'info' | 'warning' | 'error'; readonly text: string};

/** Which room to go to, in the order of the rooms pane. */
export type RoomTarget =
	| {readonly by: 'name'; readonly room: string}
	/** By its digit, counted from 0. */
	| {readonly by: 'index'; readonly index: number}
	| {readonly by: 'step'; readonly step: 1 | -1}
	| {readonly by: 'unread'}
	| {readonly by: 'last'};

/** How to move the cursor in, or change, the text of the composer. */
export type Edit =
	| {readonly edit: 'insert'; readonly text: string}
	| {readonly edit: 'left' | 'right' | 'word-left' | 'word-right' | 'start' | 'end'}
	/** Within the text; from its first and last row on, through the lines sent before. */
	| {readonly edit: 'up' | 'down'}
	| {readonly edit: 'delete-back' | 'delete-forward'}
	/** What these delete can be put back by the next ones: the newest, then, right after it, those before. */
	| {readonly edit: 'delete-word-back' | 'delete-word-forward' | 'delete-to-start' | 'delete-to-end'}
	| {readonly edit: 'yank' | 'yank-older'}
	| {readonly edit: 'transpose' | 'undo' | 'redo' | 'clear'};

/** Searching back through the lines sent: on to an older or newer one, take the one found, or leave all as it was. */
export type RecallStep = 'start' | 'older' | 'newer' | 'take' | 'leave';

/** Which message the keys are to be about. `step` and `page`: positive is towards older ones. */
export type SelectTarget =
	| {readonly by: 'view'}
	| {readonly by: 'id'; readonly id: string}
	| {readonly by: 'step'; readonly step: 1 | -1}
	| {readonly by: 'page'; readonly pages: 1 | -1}
	| {readonly by: 'end'; readonly end: 'oldest' | 'newest'};

/** What can be done with the selected message. */
export type MessageDeed =
	| 'reply'
	| 'edit'
	| 'redact'
	| 'react'
	| 'copy'
	| 'open'
	| 'details'
	| 'quoted'
	/** Take the file that it offers; into a folder that is still to be written. */
	| 'get'
	| 'get-into';

export type Intent =
	| {readonly type: 'command'; readonly command: Command}
	| {readonly type: 'go'; readonly to: RoomTarget}
	/** To what is unread above in the open room; else to the next room with something unread. */
	| {readonly type: 'next-unread'}
	| {readonly type: 'view'; readonly view: ViewName}
	/** Opens the conversation with somebody, here or not. */
	| {readonly type: 'open-direct'; readonly peer: string}
	/** Puts a conversation away; it comes back with the next message. */
	| {readonly type: 'close-direct'; readonly room: string}
	| {readonly type: 'search'; readonly text: string}
	/** Everything about one message. */
	| {readonly type: 'inspect'; readonly room: string; readonly id: string}
	/** A key of one of the pages that show what is measured. */
	| {readonly type: 'page'; readonly deed: PageDeed}
	/** Selects a message, the newest in view to begin with. */
	| {readonly type: 'select'; readonly to: SelectTarget}
	/** With the message that is selected. */
	| {readonly type: 'deed'; readonly deed: MessageDeed}
	/** On a page or in a list: the row above or below; and what is chosen, or the row at that index. */
	| {readonly type: 'choose-step'; readonly step: 1 | -1}
	| {readonly type: 'choose'; readonly index?: number}
	/** Asks whether a room is really to be forgotten. */
	| {readonly type: 'ask-forget'; readonly room: string}
	/** Back to the chat: closes what is open, disarms what is armed. */
	| {readonly type: 'back'}
	| {readonly type: 'edit'; readonly edit: Edit}
	/** From a page to the line in the chat, to write a command there. */
	| {readonly type: 'write-command'}
	/** Text from the clipboard: a little goes into the line, much of it is asked about first. */
	| {readonly type: 'paste'; readonly text: string; readonly dropped?: number}
	/** The answer: into the line, or not. */
	| {readonly type: 'held-paste'; readonly take: boolean}
	| {readonly type: 'recall'; readonly step: RecallStep}
	/** Send what stands in the composer. */
	| {readonly type: 'submit'}
	| {readonly type: 'complete'; readonly step: 1 | -1}
	/** Pages of the message list; positive is towards older messages. */
	| {readonly type: 'scroll'; readonly pages: number}
	/** Rows of the message list; positive is towards older messages. */
	| {readonly type: 'scroll-rows'; readonly rows: number}
	| {readonly type: 'scroll-to-end'}
	| {readonly type: 'switcher'; readonly open: boolean}
	| {readonly type: 'toggle-pane'; readonly pane: 'rooms' | 'network'}
	| {readonly type: 'notice'; readonly notice: Notice}
	/** Ctrl-C: the second one within a moment leaves. */
	| {readonly type: 'interrupt'}
	/** The terminal's window came to the front, or went from it. */
	| {readonly type: 'focus'; readonly isFocused: boolean}
	/** Changes what the person has chosen; `keep`: for the next start too. */
	| {readonly type: 'set'; readonly settings: Partial<Settings>; readonly keep: boolean}
	| {readonly type: 'toggle-setting'; readonly setting: SwitchName}
	| {readonly type: 'tell-setting'; readonly setting: SettingName | FileSettingName}
	/** Nothing on this screen changes. */
	| {readonly type: 'effect'; readonly effect: Effect};
