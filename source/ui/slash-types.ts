/** What a slash command is, and what it may refer to. */
import type {Command} from '../api/command.ts';
import type {AcceptRule, TransferState} from '../api/files.ts';
import type {CommandSpec} from '../store/complete-types.ts';
import {NO_PLACES, type Places} from '../store/files/paths.ts';
import type {Intent} from '../store/intent.ts';

export type SlashPeer = {readonly peer: string; readonly name: string};

/** A message of the open room, as far as commands care. */
export type RecentMessage = {
	readonly id: string;
	readonly from: string;
	readonly text: string;
	readonly local: boolean;
	/** `text` is all that was written, and exactly that. */
	readonly isWhole: boolean;
	/** What we have reacted with. */
	readonly reactions: readonly string[];
};

/** A file as commands mean it. */
export type SlashOffer = {
	readonly file: string;
	readonly messageId: string;
	readonly name: string;
	readonly isOurs: boolean;
	/** Still to be taken. */
	readonly isOpen: boolean;
};
export type SlashTransfer = {
	readonly file: string;
	readonly name: string;
	readonly state: TransferState;
	/** It is on its way, and not held. */
	readonly isMoving: boolean;
};

/** What commands about files refer to. */
export type SlashFiles = {
	readonly places: Places;
	/** The newest of the open room first. */
	readonly offers: () => readonly SlashOffer[];
	/** What was offered before may be missing among them: it is still being read. */
	readonly areOffersComing?: boolean;
	readonly transfers: () => readonly SlashTransfer[];
	readonly accept: readonly AcceptRule[];
	/** Bytes a second. */
	readonly maxUpload?: number | undefined;
	readonly maxDownload?: number | undefined;
};

/** What commands refer to without naming it. */
export type SlashContext = {
	/** The room that is open, if one is. */
	readonly room: string | undefined;
	readonly topic: string;
	readonly rooms: readonly string[];
	/** Those of them in which somebody is with us, conversations left out. */
	readonly roomsWith: (peer: string) => readonly string[];
	/** Everyone that could be meant, here or not. */
	readonly peers: readonly SlashPeer[];
	/** Messages of the open room that were not taken back, the newest first. */
	readonly recent: () => readonly RecentMessage[];
	/** The newest messages are not among those, for the view is far above them. */
	readonly isFarUp: boolean;
	/** The key that leads to them. */
	readonly endKey?: string;
	/** A message of ours in this room is not among those yet. */
	readonly isSending: boolean;
	readonly files: SlashFiles;
	/** The room that `/forget` has asked about. */
	readonly forgetting: string | undefined;
	/** The program was started so that it may be made to fail. */
	readonly faults: boolean;
};

export type SlashResult =
	| {readonly ok: true; readonly intents: readonly Intent[]}
	/** One line that says what is wrong and what would be right. */
	| {readonly ok: false; readonly message: string};

export type SlashCommand = CommandSpec & {
	/** `argument` is what follows the name, trimmed; not empty if the command needs one. */
	readonly parse: (argument: string, context: SlashContext) => SlashResult;
};

export const done = (...intents: readonly Intent[]): SlashResult => ({ok: true, intents});
export const wrong = (message: string): SlashResult => ({ok: false, message});
/** An argument that the command needs is not there: which one, and how to write it, its specification says. */
export const MISSING = wrong('There is something missing');
export const ask = (command: Command): Intent => ({type: 'command', command});
export const inform = (text: string): Intent => ({type: 'notice', notice: {level: 'info', text}});

/** People write `#dev` because rooms are shown so. */
export const roomNamed = (argument: string): string => argument.replace(/^#/, '');

/** Whose direct room that is, if it is one. */
export function peerOf(room: string): string | undefined {
	return room.startsWith('@') ? room.slice(1) : undefined;
}

/** Text for a room or for a person, whichever is open. */
export function saying(room: string, text: string, replyTo?: string): Command {
	const peer = peerOf(room);
	const reply = replyTo === undefined ? {} : {replyTo};
	return peer === undefined ? {command: 'publish', room, text, ...reply} : {command: 'direct', peer, text, ...reply};
}

/** Nothing is known of any file. */
export const NO_SLASH_FILES: SlashFiles = {places: NO_PLACES, offers: () => [], transfers: () => [], accept: []};

export const NO_ROOM = 'You are in no room. Enter one with /join <room>';
