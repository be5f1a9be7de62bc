/** The whole screen: panes, or a page in their place, the status bar, and the switcher above them. */
import {Box, Text} from 'ink';
import {memo, type ReactNode, useCallback, useLayoutEffect, useMemo, useRef, useSyncExternalStore} from 'react';
import type {Command} from '../api/command.ts';
import type {Effect} from '../store/effect.ts';
import type {ThemeName} from '../store/settings.ts';
import type {State} from '../store/state.ts';
import type {Store} from '../store/store.ts';
import {Pane, type RenderRows, TerminalCursor} from './components/rows.tsx';
import {createController} from './controller.ts';
import type {InputListener} from './input/keyboard.ts';
import type {SetTimer} from './input/timer.ts';
import {type Layout, MIN_COLUMNS, MIN_ROWS, type Rect} from './layout.ts';
import {layoutNow} from './layout-now.ts';
import {chatRows} from './panes/chat.ts';
import {composerRows, cursorPlace} from './panes/composer.ts';
import {listRect, listRows} from './panes/composer-list.ts';
import {networkRows, trafficRows} from './panes/network.ts';
import {peersRows} from './panes/peers.ts';
import {roomsRows} from './panes/rooms.ts';
import {statusHeight, statusRows} from './panes/status.ts';
import {SwitcherOverlay} from './switcher.tsx';
import {truncate} from './text.ts';
import type {Theme} from './theme.ts';
import {pageRows} from './views/page.ts';

export type AppProps = {
	readonly store: Store;
	readonly columns: number;
	readonly rows: number;
	readonly themeOf: (name: ThemeName) => Theme;
	readonly version: string;
	readonly keyboard: {subscribe(listener: InputListener): () => void};
	/** Writes to the stream that Ink takes for the keyboard; only the field of the switcher reads it. */
	readonly feed: (raw: string) => void;
	readonly send: (command: Command) => void;
	readonly effect: (effect: Effect) => void;
	readonly faults: boolean;
	readonly setTimer?: SetTimer;
};

export function App(props: AppProps): ReactNode {
	const {store, columns, rows, themeOf, version} = props;
	const theme = useSyncExternalStore(store.subscribe, () => themeOf(store.getState().settings.theme));
	useKeys(props);
	const layout = useLayout(store, columns, rows);
	const view = useSyncExternalStore(store.subscribe, () => store.getState().view);
	const isSwitching = useSyncExternalStore(store.subscribe, () => store.getState().switcher !== undefined);
	if (!layout) return <TooSmall columns={columns} rows={rows} />;
	return (
		<Box width={columns} height={rows}>
			{view === 'chat' ? (
				<ChatView store={store} layout={layout} theme={theme} />
			) : (
				<Page store={store} rect={layout.page} theme={theme} version={version} />
			)}
			<StatusBar store={store} rect={layout.status} theme={theme} />
			{isSwitching ? (
				<SwitcherOverlay store={store} within={view === 'chat' ? layout.chat : layout.page} theme={theme} />
			) : null}
			{view === 'chat' && !isSwitching ? <Cursor store={store} rect={layout.composer} /> : null}
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
			feed: raw => current.current.feed(raw),
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

type Renderer = (state: State, rect: Rect, theme: Theme) => readonly string[];

type PartProps = {readonly store: Store; readonly rect: Rect; readonly theme: Theme};

/** A pane from a pure function of the state and its place. */
function part(renderer: Renderer, height = 0): (props: PartProps) => ReactNode {
	return memo(({store, rect, theme}: PartProps) => {
		const render: RenderRows = useMemo(() => state => renderer(state, rect, theme), [rect, theme]);
		return <Pane store={store} rect={rect} render={render} height={height} />;
	});
}

export const RoomsPane = part(roomsRows);
export const PeersPane = part((state, rect, theme) => peersRows(state, rect, theme, true));
export const UpperPeersPane = part((state, rect, theme) => peersRows(state, rect, theme, false));
export const TrafficPane = part(trafficRows);
export const ChatPane = part(chatRows);
export const ComposerPane = part(composerRows);
export const ListPane = part(listRows);
export const NetworkPane = part(networkRows);
export const Status = part((state, rect, theme) => statusRows(state, rect.width, theme), 1);

/** A long notice takes the row above, too: the lower edge of the frames. */
function StatusBar({store, rect, theme}: PartProps): ReactNode {
	const height = useSyncExternalStore(store.subscribe, () => statusHeight(store.getState(), rect.width));
	const place = useMemo(() => ({...rect, y: rect.y + 1 - height, height}), [rect, height]);
	return <Status store={store} rect={place} theme={theme} />;
}

function ChatView({store, layout, theme}: {store: Store; layout: Layout; theme: Theme}): ReactNode {
	const {rooms, peers, traffic, chat, composer, network} = layout;
	const Peers = traffic ? UpperPeersPane : PeersPane;
	return (
		<>
			{rooms ? <RoomsPane store={store} rect={rooms} theme={theme} /> : null}
			{peers ? <Peers store={store} rect={peers} theme={theme} /> : null}
			{traffic ? <TrafficPane store={store} rect={traffic} theme={theme} /> : null}
			<ChatPane store={store} rect={chat} theme={theme} />
			<ComposerPane store={store} rect={composer} theme={theme} />
			<CompletionList store={store} chat={chat} theme={theme} />
			{network ? <NetworkPane store={store} rect={network} theme={theme} /> : null}
		</>
	);
}

/** Over the end of the chat, while there is something to choose from. */
function CompletionList({store, chat, theme}: Omit<PartProps, 'rect'> & {readonly chat: Rect}): ReactNode {
	const height = useSyncExternalStore(store.subscribe, () => listRect(store.getState(), chat)?.height ?? 0);
	const rect = useMemo(() => ({...chat, y: chat.y + chat.height - height, height}), [chat, height]);
	return height === 0 ? null : <ListPane store={store} rect={rect} theme={theme} />;
}

export function Page({store, rect, theme, version}: PartProps & {readonly version: string}): ReactNode {
	const render: RenderRows = useMemo(() => state => pageRows(state, rect, theme, version), [rect, theme, version]);
	return <Pane store={store} rect={rect} render={render} />;
}

function Cursor({store, rect}: {readonly store: Store; readonly rect: Rect}): ReactNode {
	const place = useCallback((state: State) => cursorPlace(state, rect), [rect]);
	return <TerminalCursor store={store} place={place} />;
}

function TooSmall({columns, rows}: {readonly columns: number; readonly rows: number}): ReactNode {
	const lines = [`needs ${MIN_COLUMNS}×${MIN_ROWS}`, `terminal too small: ${columns}×${rows}`];
	return <Text>{lines.map(line => truncate(line, Math.max(1, columns))).join('\n')}</Text>;
}
