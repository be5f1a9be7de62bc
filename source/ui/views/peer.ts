/** One peer: all that is measured of it, with its history. */
import type {State} from '../../store/state.ts';
import type {Theme} from '../theme.ts';
import {PageBuilder, type PageContent} from './content.ts';

/** `height`: rows that are seen at once. */
export function peerContent(_state: State, _width: number, _height: number, _theme: Theme): PageContent {
	return new PageBuilder();
}
