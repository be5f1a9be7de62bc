/** Who is connected to whom: a graph, or a table where it would not fit; and whom nobody reaches. */
import type {State} from '../../store/state.ts';
import type {Theme} from '../theme.ts';
import {PageBuilder, type PageContent} from './content.ts';

/** `height`: rows that are seen at once. */
export function topologyContent(_state: State, _width: number, _height: number, _theme: Theme): PageContent {
	return new PageBuilder();
}
