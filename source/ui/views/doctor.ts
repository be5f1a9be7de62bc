/** What the doctor found, and what to do about it. */
import type {State} from '../../store/state.ts';
import type {Theme} from '../theme.ts';
import {PageBuilder, type PageContent} from './content.ts';

/** `height`: rows that are seen at once. */
export function doctorContent(_state: State, _width: number, _height: number, _theme: Theme): PageContent {
	return new PageBuilder();
}
