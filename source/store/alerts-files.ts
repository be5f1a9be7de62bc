/** Files that have come, or have failed: news for whoever has asked for them, as a word is that was said to the person alone. */
import type {EventOf, NodeEvent} from '../api/event.ts';
import type {TransferState} from '../api/files.ts';
import type {Notification} from './effect.ts';
import {fileName} from './files/offer.ts';
import {isOver} from './files/transfers.ts';
import {quoted} from './names.ts';
import type {State} from './state.ts';

/** Since the last notification, and when that was. */
export type FileNews = {
	readonly at: number;
	readonly here: number;
	readonly failed: number;
	/** Of the last one, safe to show. */
	readonly name: string;
};

type End = EventOf<'transfer'>;

/** Those that were on their way before these events, and then came or failed. What fails again as it did is no news. */
export function fileEnds({files}: State, events: readonly NodeEvent[]): readonly End[] {
	const ends = new Map<string, End>();
	const states = new Map<string, TransferState>();
	for (const event of events) {
		if (event.type !== 'transfer') continue;
		const {file, state, isFetched, error} = event;
		const known = files.transfers.get(file);
		const before = states.get(file) ?? known?.state;
		states.set(file, state);
		if (state !== 'done' && state !== 'failed') ends.delete(file);
		else if (before === undefined || isOver({state: before})) continue;
		else if (state === 'done' ? isFetched : known?.told === undefined || known.told !== error?.message)
			ends.set(file, event);
	}
	return [...ends.values()];
}

/** It stands before the eyes of whoever looks at the screen. */
export function showsEnd({view, active}: State, {rooms}: Pick<End, 'rooms'>): boolean {
	if (view === 'transfers' || view === 'transfer') return true;
	return view === 'chat' && active !== undefined && rooms.includes(active);
}

export function withEnds(news: FileNews | undefined, ends: readonly End[]): FileNews | undefined {
	if (ends.length === 0) return news;
	const failed = ends.filter(({state}) => state === 'failed').length;
	return {
		at: news?.at ?? Number.NEGATIVE_INFINITY,
		here: (news?.here ?? 0) + ends.length - failed,
		failed: (news?.failed ?? 0) + failed,
		name: fileName(ends.at(-1)?.name ?? ''),
	};
}

/** What is due now; `left`: what is to be kept in mind until the next. */
export function filesDue(
	news: FileNews | undefined,
	isNamed: boolean,
	{now, pause}: {readonly now: number; readonly pause: number},
): {readonly notification?: Notification; readonly left: FileNews | undefined} {
	if (!news || now - news.at < pause) return {left: news};
	if (news.here + news.failed === 0) return {left: undefined};
	return {notification: notificationOf(news, isNamed), left: {at: now, here: 0, failed: 0, name: ''}};
}

/** `isNamed`: whether it may show what it is about. */
function notificationOf({here, failed, name}: FileNews, isNamed: boolean): Notification {
	const title = 'p2p-tui';
	const one = isNamed ? quoted(name) : 'a file';
	if (here + failed === 1) return {title, body: here === 1 ? `${one} is here` : `${one} failed`};
	const came = here === 0 ? [] : [here === 1 ? '1 file is here' : `${here} files are here`];
	const lost = failed === 0 ? [] : [`${failed} failed`];
	return {title, body: here === 0 ? `${failed} files failed` : [...came, ...lost].join(', ')};
}
