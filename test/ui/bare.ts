/** The screen without React: keys go through the keymap to the store, and what is to be seen is asked of pages and panes. */
import type {Command} from '../../source/api/command.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import type {Effect} from '../../source/store/effect.ts';
import {Store, type StoreOptions} from '../../source/store/store.ts';
import {createController} from '../../source/ui/controller.ts';
import {layoutNow} from '../../source/ui/layout-now.ts';
import {chatRows} from '../../source/ui/panes/chat.ts';
import {composerRows} from '../../source/ui/panes/composer.ts';
import {statusRows} from '../../source/ui/panes/status.ts';
import {PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {pageRows} from '../../source/ui/views/page.ts';
import type {Size} from './harness.tsx';
import {VirtualTime} from './virtual-time.ts';

process.env.TZ = 'UTC';

export type Bare = ReturnType<typeof openBare>;

export function openBare(size: Size, options: Pick<StoreOptions, 'places' | 'usualFolder'> = {}) {
	const time = new VirtualTime();
	/** What the screen asked by itself, and for somebody. */
	const asked: Command[] = [];
	const sent: Command[] = [];
	/** What is to be done outside. */
	const effects: Effect[] = [];
	const store = new Store({
		...options,
		now: time.now,
		setTimer: time.setTimer,
		send: command => void asked.push(command),
	});
	const controller = createController({
		store,
		size: () => size,
		theme: () => theme,
		send: command => void sent.push(command),
		effect: each => void effects.push(each),
		faults: false,
		setTimer: time.setTimer,
	});
	store.core({state: 'running'});
	return {
		store,
		time,
		asked,
		sent,
		effects,
		/** The open page, or the pane of the chat; and the status bar. */
		frame(): string {
			const state = store.getState();
			const layout = layoutNow(state, size.columns, size.rows);
			if (!layout) throw new Error('too small');
			const rows =
				state.view === 'chat' ? chatRows(state, layout.chat, theme) : pageRows(state, layout.page, theme, '1.2.3');
			return [...rows, ...statusRows(state, size.columns, theme)].join('\n');
		},
		/** The rows in which one writes. */
		composer(): readonly string[] {
			const state = store.getState();
			const layout = layoutNow(state, size.columns, size.rows);
			return layout ? composerRows(state, layout.composer, theme) : [];
		},
		events(...events: readonly NodeEvent[]): void {
			store.receive(events);
			store.flush();
		},
		type: (text: string) => controller.handle({type: 'text', text}),
		paste: (text: string) => controller.handle({type: 'paste', text}),
		/** `f3`, `shift+up`. */
		press(...names: readonly string[]): void {
			for (const name of names) {
				const parts = name.split('+');
				const key = parts.pop() as string;
				const [ctrl, alt, shift] = ['ctrl', 'alt', 'shift'].map(modifier => parts.includes(modifier));
				controller.handle({type: 'key', name: key, ctrl: !!ctrl, alt: !!alt, shift: !!shift, raw: ''});
			}
		},
	};
}
