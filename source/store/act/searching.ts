/** Searching what is kept, page by page. */
import {notify} from '../reduce/notices.ts';
import {SEARCH_SIZE} from '../requests.ts';
import {coreText, type Stage} from './stage.ts';
import {openView} from './views.ts';

export function search(stage: Stage, text: string): void {
	stage.draft.set({search: {text, hits: [], state: 'more'}});
	openView(stage, 'search');
	searchOn(stage);
}

/** The next results, while there are more. */
export function searchOn(stage: Stage): void {
	const {search, view, core} = stage.state;
	if (view !== 'search' || search?.state !== 'more') return;
	if (core.state !== 'running') return notify(stage.draft, 'error', coreText(stage.state));
	const {text, hits} = search;
	const last = hits.at(-1);
	stage.draft.set({search: {...search, state: 'asking'}});
	stage.send({command: 'search', text, limit: SEARCH_SIZE, ...(last ? {before: last.id} : {})});
}
