/** The whole screen: panes, or a page in their place, the status bar, and the list above them. */
import {Box, Text} from 'ink';
import {type ReactNode, useLayoutEffect, useRef, useSyncExternalStore} from 'react';
import type {Command} from '../api/command.ts';
import type {Effect} from '../store/effect.ts';
import type {ThemeName} from '../store/settings.ts';
import type {Store} from '../store/store.ts';
import type {KeyContext} from './bindings/types.ts';
import {createController} from './controller.ts';
import type {InputListener} from './input/keyboard.ts';
import type {SetTimer} from './input/timer.ts';
import {type Layout, MIN_COLUMNS, MIN_ROWS} from './layout.ts';
import {layoutNow} from './layout-now.ts';
import {keyContext} from './panes/status.ts';
import {ChatView, Cursor, Page, StatusBar} from './parts.tsx';
import {SwitcherOverlay} from './switcher.tsx';
import {truncate} from './text.ts';
import type {Theme} from './theme.ts';

export type AppProps = {
	readonly store: Store;
	readonly columns: number;
	readonly rows: number;
	readonly themeOf: (name: ThemeName) => Theme;
	readonly version: string;
	readonly keyboard: {subscribe(listener: InputListener): () => void};
	readonly send: (command: Command) => void;
	readonly effect: (effect: Effect) => void;
	readonly faults: boolean;
	readonly setTimer?: SetTimer;
};

/** Where the line in the composer is written, or answers a question. */
const WITH_CURSOR: ReadonlySet<KeyContext> = new Set(['chat', 'recall', 'paste']);

export function App(props: AppProps): ReactNode {
	const {store, columns, rows, themeOf, version} = props;
	const theme = useSyncExternalStore(store.subscribe, () => themeOf(store.getState().settings.theme));
	useKeys(props);
	const layout = useLayout(store, columns, rows);
	const view = useSyncExternalStore(store.subscribe, () => store.getState().view);
	const context = useSyncExternalStore(store.subscribe, () => keyContext(store.getState()));
	if (!layout) return <TooSmall columns={columns} rows={rows} />;
	return (
		<Box width={columns} height={rows}>
			{view === 'chat' ? (
				<ChatView store={store} layout={layout} theme={theme} />
			) : (
				<Page store={store} rect={layout.page} theme={theme} version={version} />
			)}
			<StatusBar store={store} rect={layout.status} theme={theme} />
			{context === 'switcher' ? <SwitcherOverlay store={store} layout={layout} theme={theme} /> : null}
			{WITH_CURSOR.has(context) ? <Cursor store={store} rect={layout.composer} /> : null}
		</Box>
	);
}

/** Keys reach the store through here and nowhere else. */
function useKeys(props: AppProps): void {
	const current = useRef(props);
	current.current = props;
	const {keyboard, store, faults, setTimer} = props;
	useLayoutEffect(() => {
		const controller = createController({
			store,
			theme: () => current.current.themeOf(store.getState().settings.theme),
			faults,
			size: () => current.current,
			send: command => current.current.send(command),
			effect: effect => current.current.effect(effect),
			...(setTimer ? {setTimer} : {}),
		});
		const unsubscribe = keyboard.subscribe(controller.handle);
		return () => {
			unsubscribe();
			controller.close();
		};
	}, [keyboard, store, faults, setTimer]);
}

/** The same object until a pane really moves. */
function useLayout(store: Store, columns: number, rows: number): Layout | undefined {
	return useSyncExternalStore(store.subscribe, () => layoutNow(store.getState(), columns, rows));
}

function TooSmall({columns, rows}: {readonly columns: number; readonly rows: number}): ReactNode {
	const lines = [`needs ${MIN_COLUMNS}×${MIN_ROWS}`, `terminal too small: ${columns}×${rows}`];
	return <Text>{lines.map(line => truncate(line, Math.max(1, columns))).join('\n')}</Text>;
}
