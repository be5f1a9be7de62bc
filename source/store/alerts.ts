/**
 * Which messages of others deserve the bell or a notification, and which files of the person's own. Pure: the Store asks
 * whenever something has come, and every second.
 *
 * Not those that the person can be taken to see: in the open room, while the window has the focus. A terminal that has
 * never told of its focus may do so the first time that it changes, or never. Until then whoever has touched a key
 * lately is taken to look, and whoever has not is taken to be elsewhere: a bell too many is better than an answer that
 * nobody notices.
 *
 * Not history either: what is handed over as it is said is news; what comes from what others have kept is news only if
 * it was said just now, and since this program was started.
 */
import type {EventOf, NodeEvent} from '../api/event.ts';
import {type FileNews, fileEnds, filesDue, showsEnd, withEnds} from './alerts-files.ts';
import type {Effect, Notification} from './effect.ts';
import {lineOf} from './entry.ts';
import {fileName} from './files/offer.ts';
import {graphemesOf} from './graphemes.ts';
import {entryAt, findIndex} from './log.ts';
import {cleanName} from './names.ts';
import {peerOfRoom} from './reduce/rooms.ts';
import {displayName, nameHolders, roomTitle} from './selectors.ts';
import type {AlertLevel} from './settings.ts';
import type {Room, State} from './state.ts';

/** Milliseconds between two bells, and between two notifications about one room. */
export const BELL_PAUSE = 1_000;
export const NOTIFICATION_PAUSE = 5_000;
/** Milliseconds after which what was kept for us is no news any more. */
const NEWS_TIME = 60_000;
/** Milliseconds without a key after which nobody is taken to look, where the terminal does not tell. */
const PRESENCE = 120_000;
/** Characters of a message in a notification. */
const MAX_TEXT = 120;

type Message = EventOf<'message'>;
/** What has come since the last notification about a room, and when that was. */
type Waiting = {readonly at: number; readonly count: number; readonly last: Message};

export type Alerts = {
	readonly bellAt: number;
	readonly rooms: ReadonlyMap<string, Waiting>;
	readonly files?: FileNews | undefined;
};

export const NO_ALERTS: Alerts = {bellAt: Number.NEGATIVE_INFINITY, rooms: new Map()};

export type Presence = {
	/** Whether the terminal has ever told of its focus. */
	readonly knowsFocus: boolean;
	/** When a key was pressed last. */
	readonly touchedAt: number;
};

export type Alerted = {readonly alerts: Alerts; readonly effects: readonly Effect[]};

/** `before` is the state without these events, `state` the one with them. */
export function alertsFor(
	alerts: Alerts,
	{before, state, events, presence, now}: News & {readonly presence: Presence; readonly now: number},
): Alerted {
	const {bell, notifications} = state.settings;
	if (bell === 'off' && notifications === 'off') return {alerts: NO_ALERTS, effects: []};
	const isWatched = watches(state, presence, now);
	const mayRing = now - alerts.bellAt >= BELL_PAUSE;
	let rings = false;
	const rooms = new Map(alerts.rooms);
	for (const event of events) {
		if (event.type !== 'message' || event.local) continue;
		if (isWatched && isOpen(state, event)) continue;
		const isPressing = peerOfRoom(event.room) !== undefined || isMention(event, {before, state});
		const isForBell: boolean = mayRing && !rings && deserves(bell, isPressing);
		const isForDesktop = deserves(notifications, isPressing);
		const room = isForBell || isForDesktop ? roomOfNews(event, {before, state}, now) : undefined;
		if (!room) continue;
		rings ||= isForBell;
		if (isForDesktop) rooms.set(room.room, oneMore(rooms.get(room.room), event));
	}
	const ends = fileEnds(before, events).filter(end => !isWatched || !showsEnd(state, end));
	rings ||= mayRing && ends.length > 0 && deserves(bell, true);
	const files = deserves(notifications, true) ? withEnds(alerts.files, ends) : undefined;
	return give({bellAt: alerts.bellAt, rooms, files}, rings, {state, isWatched, now});
}

type News = {readonly before: State; readonly state: State; readonly events: readonly NodeEvent[]};

function watches(state: State, {knowsFocus, touchedAt}: Presence, now: number): boolean {
	return knowsFocus ? state.isFocused : now - touchedAt < PRESENCE;
}

function isOpen({active, view}: State, {room}: Pick<Room, 'room'>): boolean {
	return active === room && view === 'chat';
}

/** The room of a message that has just been said, and was not told before. */
function roomOfNews(event: Message, {before, state}: Omit<News, 'events'>, now: number): Room | undefined {
	const room = findRoom(state, event.room);
	if (!room || findRoom(before, event.room)?.orders.has(event.messageId)) return undefined;
	const isHandedOver = event.via !== undefined && event.timestamp >= room.aloneUntil;
	const since = Math.max(now - NEWS_TIME, state.readyAt ?? now);
	return isHandedOver || (event.timestamp >= since && !room.progress) ? room : undefined;
}

function findRoom({rooms}: State, name: string): Room | undefined {
	return rooms.find(room => room.room === name);
}

/** As the screen shows it. Looked up only if it can be: ten thousand messages may come in a second. */
function isMention({room: name, messageId, mention}: Message, {before, state}: Omit<News, 'events'>): boolean {
	const room = findRoom(state, name);
	if (mention || !room) return mention === true;
	const isCounted = !isOpen(state, room);
	if (isCounted && findRoom(before, name)?.mentions === room.mentions) return false;
	const order = room.orders.get(messageId);
	const index = order === undefined ? undefined : findIndex(room.log, {order, id: messageId});
	const entry = index === undefined ? undefined : entryAt(room.log, index);
	return entry?.kind === 'message' && entry.mention;
}

function deserves(level: AlertLevel, isPressing: boolean): boolean {
	return level === 'all' || (level === 'mentions' && isPressing);
}

function oneMore(waiting: Waiting | undefined, last: Message): Waiting {
	return {at: waiting?.at ?? Number.NEGATIVE_INFINITY, count: (waiting?.count ?? 0) + 1, last};
}

/** What is due by now; the rest waits. What the person has seen meanwhile is no news any more. */
function give(
	{bellAt, rooms, files}: Alerts,
	rings: boolean,
	{state, isWatched, now}: {readonly state: State; readonly isWatched: boolean; readonly now: number},
): Alerted {
	const left = new Map<string, Waiting>();
	const due: (Waiting & {readonly room: Room})[] = [];
	for (const [name, waiting] of rooms) {
		const room = findRoom(state, name);
		const isSeen = !room || (isOpen(state, room) ? isWatched : room.unread === 0);
		const isDue = now - waiting.at >= NOTIFICATION_PAUSE;
		if (!isSeen && isDue && waiting.count > 0) due.push({...waiting, room});
		if (!isDue) left.set(name, isSeen ? {...waiting, count: 0} : waiting);
	}
	for (const {room, last} of due) left.set(room.room, {at: now, count: 0, last});
	const words = notificationOf(due, state);
	// One at a time: of files it is said a second later.
	const about = words
		? {left: files}
		: filesDue(files, state.settings.notificationText, {now, pause: NOTIFICATION_PAUSE});
	const notification = words ?? about.notification;
	const alerts = {bellAt: rings ? now : bellAt, rooms: left, files: about.left};
	if (!rings && !notification) return {alerts, effects: []};
	return {
		alerts,
		effects: [{type: 'alert', bell: rings, ...(notification && {notification})}],
	};
}

/** One, however many rooms it is about. */
function notificationOf(due: readonly (Waiting & {room: Room})[], state: State): Notification | undefined {
	const [first] = due;
	if (!first) return undefined;
	const count = due.reduce((sum, waiting) => sum + waiting.count, 0);
	const title = 'p2p-tui';
	if (due.length > 1) return {title, body: `${count} new messages in ${due.length} rooms`};
	const {room, last} = first;
	const where = room.peer === undefined ? `in ${roomTitle(state, room)}` : `from ${roomTitle(state, room).slice(1)}`;
	if (count > 1) return {title, body: `${count} new messages ${where}`};
	if (!state.settings.notificationText) return {title, body: `new message ${where}`};
	const author = displayName(nameHolders(state), last.from, cleanName(last.name, last.from));
	return {
		title: room.peer === undefined ? `${author} ${where}` : author,
		body: shortened(last.offer ? `offers ${fileName(last.offer.name)}` : lineOf(last.text)),
	};
}

function shortened(text: string): string {
	const characters = graphemesOf(text);
	return characters.length > MAX_TEXT ? `${characters.slice(0, MAX_TEXT - 1).join('')}…` : text;
}
