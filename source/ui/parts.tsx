/** The panes of the screen, each a pure function of the state and its place. */
import {memo, type ReactNode, useCallback, useMemo, useSyncExternalStore} from 'react';
import type {State} from '../store/state.ts';
import type {Store} from '../store/store.ts';
import {Pane, type RenderRows, TerminalCursor} from './components/rows.tsx';
import type {Layout, Rect} from './layout.ts';
import {chatRows} from './panes/chat.ts';
import {composerRows, cursorPlace} from './panes/composer.ts';
import {listRect, listRows} from './panes/composer-list.ts';
import {networkRows, trafficRows} from './panes/network.ts';
import {peersRows} from './panes/peers.ts';
import {roomsRows} from './panes/rooms.ts';
import {statusHeight, statusRows} from './panes/status.ts';
import type {Theme} from './theme.ts';
import {pageRows} from './views/page.ts';

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
export const ListPane = part(listRows, 1);
export const NetworkPane = part(networkRows);
export const Status = part((state, rect, theme) => statusRows(state, rect.width, theme), 1);

/** A long notice takes the row above, too: the lower edge of the frames. */
export function StatusBar({store, rect, theme}: PartProps): ReactNode {
	const height = useSyncExternalStore(store.subscribe, () => statusHeight(store.getState(), rect.width));
	const place = useMemo(() => ({...rect, y: rect.y + 1 - height, height}), [rect, height]);
	return <Status store={store} rect={place} theme={theme} />;
}

export function ChatView({store, layout, theme}: {store: Store; layout: Layout; theme: Theme}): ReactNode {
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

/** Where one writes. */
export function Cursor({store, rect}: {readonly store: Store; readonly rect: Rect}): ReactNode {
	const place = useCallback((state: State) => cursorPlace(state, rect), [rect]);
	return <TerminalCursor store={store} place={place} />;
}
