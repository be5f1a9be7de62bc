/** What is to be done outside of the screen's state: to the terminal, the desktop, the settings file, the program. */
import type {Settings} from './settings.ts';

export type Effect =
	| {readonly type: 'quit'; readonly how: 'asked' | 'interrupted'}
	/** Draw everything again, from an empty screen. */
	| {readonly type: 'redraw'}
	/** Give the terminal to the shell until it says `fg`. */
	| {readonly type: 'suspend'}
	/** Into the clipboard of the person's terminal (OSC 52), and told; `isPart`: the rest is not shown here. */
	| {readonly type: 'copy'; readonly text: string; readonly isPart?: boolean}
	/** An http or https address, in the person's browser. */
	| {readonly type: 'open'; readonly url: string}
	/** Somebody wants attention. */
	| {readonly type: 'alert'; readonly bell: boolean; readonly notification?: Notification}
	/** Find out why others are not seen; what comes of it is the event `doctor`. */
	| {readonly type: 'doctor'}
	/** What is in a folder: paths in it are being written. What comes of it is told by `Store.listed`. */
	| {readonly type: 'list-folder'; readonly folder: string}
	/** Whether these are files or folders: they were dropped into the line, as `text`. Told by `Store.looked`. */
	| {readonly type: 'look-at'; readonly paths: readonly string[]; readonly text: string}
	/** Show where this file lies, in the person's file manager. It is never opened itself. */
	| {readonly type: 'show-place'; readonly path: string}
	/** Keep these settings for the next start. */
	| {readonly type: 'save'; readonly settings: Partial<Settings>};

/** Both are one line of text that is safe to show. */
export type Notification = {readonly title: string; readonly body: string};
