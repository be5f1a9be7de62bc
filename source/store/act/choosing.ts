/** "Go to": the list of what can be gone to. */
import {switcherChoices} from '../switcher.ts';
import type {Stage} from './stage.ts';

export function step(stage: Stage, by: 1 | -1): void {
	const {switcher} = stage.state;
	const count = switcher ? switcherChoices(stage.state, switcher.query).length : 0;
	if (switcher && count > 0) {
		stage.draft.set({switcher: {...switcher, selected: (switcher.selected + by + count) % count}});
	}
}

export function choose(stage: Stage): void {
	const {query, selected} = stage.state.switcher ?? {query: '', selected: 0};
	const chosen = switcherChoices(stage.state, query)[selected];
	if (chosen) return stage.go(chosen.room);
	stage.draft.set({switcher: undefined});
	const room = query.trim().replace(/^#/, '');
	if (room !== '') stage.send({command: 'join', room});
}
