/** How messages of the open room spread, and the last trace. */
import type {State} from '../../store/state.ts';
import type {Theme} from '../theme.ts';
import {PageBuilder, type PageContent} from './content.ts';

/** `height`: rows that are seen at once. */
export function spreadContent(_state: State, _width: number, _height: number, _theme: Theme): PageContent {
	return new PageBuilder();
}
