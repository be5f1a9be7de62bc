/** Every connection as it is measured, and the sums. */
import type {State} from '../../store/state.ts';
import type {Theme} from '../theme.ts';
import {PageBuilder, type PageContent} from './content.ts';

/** `height`: rows that are seen at once. */
export function networkContent(_state: State, _width: number, _height: number, _theme: Theme): PageContent {
	return new PageBuilder();
}
