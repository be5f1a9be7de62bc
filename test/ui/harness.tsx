/** Renders parts of the screen at a chosen size, with time, keys and the core in the hands of the test. */
import {Text} from 'ink';
import {render} from 'ink-testing-library';
import type {ReactElement} from 'react';
import type {Command} from '../../source/api/command.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import type {Effect} from '../../source/store/effect.ts';
import {DEFAULT_SETTINGS, type Settings} from '../../source/store/settings.ts';
import {Store} from '../../source/store/store.ts';
import {App} from '../../source/ui/app.tsx';
import type {Input} from '../../source/ui/input/input.ts';
import {InputParser} from '../../source/ui/input/parser.ts';
import {PLAIN_THEME, type Theme} from '../../source/ui/theme.ts';
import {livelyEvents} from './script.ts';
import {VirtualTime} from './virtual-time.ts';

process.env.TZ = 'UTC';

export type Size = {readonly columns: number; readonly rows: number};

/** What is on the screen, row by row. */
export function renderAt(tree: ReactElement, {columns}: Size) {
	const screen = render(<Text> </Text>);
	Object.defineProperty(screen.stdout, 'columns', {get: () => columns, configurable: true});
	screen.rerender(tree);
	return screen;
}

export type AppOptions = {
	readonly theme?: Theme;
	readonly time?: VirtualTime;
	readonly settings?: Settings;
	readonly keepsSettings?: boolean;
	/** What stands around the screen. */
	readonly within?: (tree: ReactElement) => ReactElement;
};

export type AppHarness = ReturnType<typeof openApp>;

export function openApp(
	size: Size,
	{
		theme = PLAIN_THEME,
		time = new VirtualTime(),
		settings = DEFAULT_SETTINGS,
		keepsSettings = true,
		within = tree => tree,
	}: AppOptions = {},
) {
	/** What the screen asked by itself. */
	const asked: Command[] = [];
	/** Bells and notifications. */
	const alerted: Effect[] = [];
	const store = new Store({
		now: time.now,
		setTimer: time.setTimer,
		settings,
		keepsSettings,
		effect: effect => {
			alerted.push(effect);
		},
		send: command => {
			asked.push(command);
		},
	});
	const listeners = new Set<(input: Input) => void>();
	const sent: Command[] = [];
	const effects: Effect[] = [];
	const parser = new InputParser();
	const themeOf = () => theme;
	let current = size;
	const keyboard = {
		subscribe(listener: (input: Input) => void) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
	};
	const screen = render(<Text> </Text>);
	Object.defineProperty(screen.stdout, 'columns', {get: () => current.columns, configurable: true});
	const send = (command: Command) => {
		sent.push(command);
	};
	const effect = (each: Effect) => {
		effects.push(each);
	};
	const draw = () =>
		screen.rerender(
			within(
				<App
					store={store}
					columns={current.columns}
					rows={current.rows}
					themeOf={themeOf}
					version="1.2.3"
					keyboard={keyboard}
					send={send}
					effect={effect}
					faults={false}
					setTimer={time.setTimer}
				/>,
			),
		);
	draw();
	const input = (given: Input) => {
		for (const listener of listeners) listener(given);
	};
	const app = {
		store,
		time,
		sent,
		asked,
		effects,
		alerted,
		screen,
		/** The last frame; rows are not filled up at the right. */
		frame: () => screen.lastFrame() ?? '',
		frames: () => screen.frames.length,
		resize(next: Size) {
			current = next;
			draw();
		},
		/** Events of the core, and the frame after them. */
		async events(...events: readonly NodeEvent[]) {
			store.receive(events);
			store.flush();
			await settled();
		},
		/** The core keeps nothing of the rooms that the screen has asked for. */
		async nothingKept() {
			const asked = app.asked.splice(0).filter(({command}) => command === 'history');
			const result = {messages: []};
			await app.events(...asked.map(({id}): NodeEvent => ({type: 'reply', id: id as string, ok: true, result})));
		},
		async type(text: string) {
			input({type: 'text', text});
			await settled();
		},
		async paste(text: string) {
			input({type: 'paste', text});
			await settled();
		},
		/** `ctrl+k`, `alt+1`, `pageup`. */
		async press(name: string) {
			const parts = name.split('+');
			const key = parts.pop() as string;
			const [ctrl, alt, shift] = ['ctrl', 'alt', 'shift'].map(modifier => parts.includes(modifier));
			input({type: 'key', name: key, ctrl: ctrl === true, alt: alt === true, shift: shift === true, raw: ''});
			await settled();
		},
		/** As they come from a terminal, all at once. */
		async bytes(bytes: string) {
			for (const given of [...parser.push(Buffer.from(bytes)), ...parser.flush()]) input(given);
			await settled();
		},
		close: () => screen.unmount(),
	};
	return app;
}

/** React has put on the screen what was notified. */
export function settled(): Promise<void> {
	return new Promise(resolve => setImmediate(resolve));
}

/** The state of a screen on which much has happened. */
export function livelyStore(): Store {
	const time = new VirtualTime();
	const store = new Store({now: time.now, setTimer: time.setTimer});
	store.core({state: 'running'});
	store.receive(livelyEvents());
	store.flush();
	return store;
}
