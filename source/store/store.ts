/**
 * The state of the screen, for `useSyncExternalStore`. What comes from the core is collected and shown at most once per
 * frame, figures that only tick four times a second; what the person does is shown at once.
 */
import type {Command} from '../api/command.ts';
import type {CoreState} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import {alertsFor, NO_ALERTS} from './alerts.ts';
import {type Decision, decide, type Surroundings} from './decide.ts';
import {Draft} from './draft.ts';
import type {Effect} from './effect.ts';
import {dropLooked, folderListed} from './files/asking.ts';
import {NO_PLACES, type Places} from './files/paths.ts';
import type {DroppedFile, ListedItem} from './files/transfers.ts';
import type {Intent, Notice, ViewName} from './intent.ts';
import {notify} from './reduce/notices.ts';
import {reduceCore, reduceEvents, reduceTick} from './reduce.ts';
import {nextRequests} from './requests.ts';
import type {Settings} from './settings.ts';
import {initialState, type State} from './state.ts';

/** Milliseconds between two looks at what the core sent. */
export const FRAME = 33;
/** The same if only round-trip times and traffic came. */
export const STATISTICS_FRAME = 500;

export type StoreOptions = {
	/** Unix milliseconds. */
	readonly now: () => number;
	/** Calls back once; the function returned calls it off. */
	readonly setTimer: (callback: () => void, milliseconds: number) => () => void;
	/** What to write in a shell for somebody else who is to be found from here. */
	readonly launch?: string;
	/** Whether others find us by themselves: yes, unless it is said. */
	readonly isFindable?: boolean;
	/** What is open at first: the chat, unless it is said. */
	readonly view?: ViewName;
	readonly settings?: Settings;
	/** Where paths begin that a person writes. */
	readonly places?: Places;
	/** Where files go if no folder is set. */
	readonly usualFolder?: string;
	/** Whether changed settings can be kept: yes, unless it is said. */
	readonly keepsSettings?: boolean;
	/** What the screen asks by itself. Without it, it asks for nothing. */
	readonly send?: (command: Command) => void;
	/** What is to be done outside because something has come. */
	readonly effect?: (effect: Effect) => void;
};

export class Store {
	readonly #options: StoreOptions;
	/** How often each has subscribed: it is called once, and until the last of them has left. */
	readonly #listeners = new Map<() => void, number>();
	/** What the screen shows. */
	#shown: State;
	/** What it will show at the next frame. */
	#next: State;
	#shownAt = Number.NEGATIVE_INFINITY;
	#alerts = NO_ALERTS;
	/** When somebody has used the screen last, and whether the terminal tells if anybody looks at it. */
	#touchedAt: number;
	#knowsFocus = false;
	#due: {readonly at: number; readonly cancel: () => void} | undefined;

	constructor(options: StoreOptions) {
		this.#options = options;
		this.#touchedAt = options.now();
		const {launch, settings, isFindable = true, keepsSettings = true, view = 'chat', places = NO_PLACES} = options;
		const {usualFolder} = options;
		const given = {isFindable, keepsSettings, view, places, usualFolder};
		this.#shown = {...initialState(this.#touchedAt, launch, settings), ...given};
		this.#next = this.#shown;
	}

	readonly getState = (): State => this.#shown;

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.set(listener, (this.#listeners.get(listener) ?? 0) + 1);
		let isLeft = false;
		return () => {
			const count = this.#listeners.get(listener) ?? 0;
			if (!isLeft && count > 1) this.#listeners.set(listener, count - 1);
			else if (!isLeft) this.#listeners.delete(listener);
			isLeft = true;
		};
	};

	/** Events of the core. */
	receive(events: readonly NodeEvent[]): void {
		const before = this.#next;
		this.#advance(reduceEvents(before, events, this.#options.now()), events.every(isStatistic));
		this.#alert(before, events);
	}

	core(state: CoreState): void {
		this.#next = reduceCore(this.#next, state, this.#options.now());
		this.flush();
	}

	/** To be called every second. */
	tick(): void {
		this.#advance(reduceTick(this.#next, this.#options.now()), false);
		if (this.#alerts.rooms.size > 0 || this.#alerts.files) this.#alert(this.#next, []);
	}

	/** Something to tell the person, that was found out outside. */
	tell({level, text}: Notice): void {
		this.#found(draft => notify(draft, level, text));
	}

	/** What is in a folder, as the effect `list-folder` has asked. */
	listed(folder: string, items: readonly ListedItem[]): void {
		this.#found(draft => folderListed(draft, folder, items));
	}

	/** Which of the paths of the effect `look-at` are there. */
	looked(text: string, files: readonly DroppedFile[]): void {
		this.#found(draft => dropLooked(draft, text, files));
	}

	#found(put: (draft: Draft) => void): void {
		const draft = new Draft(this.#next, this.#options.now());
		put(draft);
		this.#next = draft.finish();
		this.flush();
	}

	/** Shown at once, together with what came from the core meanwhile. */
	dispatch(intent: Intent, surroundings: Omit<Surroundings, 'now'>): Omit<Decision, 'state'> {
		this.#touchedAt = this.#options.now();
		if (intent.type === 'focus') this.#knowsFocus = true;
		const {state, ...decision} = decide(this.#next, intent, {...surroundings, now: this.#options.now()});
		this.#next = state;
		this.flush();
		return decision;
	}

	/** Shows what is still to be shown. */
	flush(): void {
		this.#due?.cancel();
		this.#due = undefined;
		if (this.#next === this.#shown) return;
		const requests = this.#ask();
		this.#shown = this.#next;
		this.#shownAt = this.#options.now();
		for (const command of requests) this.#options.send?.(command);
		for (const listener of [...this.#listeners.keys()]) listener();
	}

	close(): void {
		this.#due?.cancel();
		this.#due = undefined;
		this.#listeners.clear();
	}

	/** Of whatever is news after these events. */
	#alert(before: State, events: readonly NodeEvent[]): void {
		const {effect, now} = this.#options;
		if (!effect) return;
		const presence = {knowsFocus: this.#knowsFocus, touchedAt: this.#touchedAt};
		const {alerts, effects} = alertsFor(this.#alerts, {before, state: this.#next, events, presence, now: now()});
		this.#alerts = alerts;
		for (const each of effects) effect(each);
	}

	/** At most once a frame, however much has come. */
	#ask(): readonly Command[] {
		if (!this.#options.send) return [];
		const {state, commands} = nextRequests(this.#next, this.#options.now());
		this.#next = state;
		return commands;
	}

	#advance(next: State, isStatistics: boolean): void {
		if (next === this.#next) return;
		this.#next = next;
		const now = this.#options.now();
		const at = this.#shownAt + (isStatistics ? STATISTICS_FRAME : FRAME);
		if (at <= now || this.#shownAt > now) return this.flush();
		if (this.#due && this.#due.at <= at) return;
		this.#due?.cancel();
		this.#due = {at, cancel: this.#options.setTimer(() => this.flush(), at - now)};
	}
}

function isStatistic(event: NodeEvent): boolean {
	return event.type === 'rtt' || event.type === 'traffic';
}
