/** Choosing from the list over the chat, and from the rows of a page. */
import {replaceText} from '../composer.ts';
import type {Edit, ViewName} from '../intent.ts';
import {doOnNetwork} from '../pages/network.ts';
import {openTransfer} from '../pages/transfers.ts';
import {type Choice, chosenIndex, type Deed, paletteChoices, roomOrder} from '../palette.ts';
import {editField, emptySwitcher} from '../switcher.ts';
import {jumpTo} from './jumping.ts';
import {scrollLines} from './scrolling.ts';
import {searchOn} from './searching.ts';
import {openLink, react} from './selecting.ts';
import type {Stage} from './stage.ts';

const NO_DEEDS: readonly Deed[] = [];

export function openList(stage: Stage, isOpen: boolean): void {
	stage.draft.set({switcher: isOpen ? emptySwitcher(undefined, roomOrder(stage.state)) : undefined});
}

/** What is written narrows the list; a digit that comes first is the number of a row, where rows have one. */
export function editQuery(stage: Stage, edit: Edit): void {
	const {switcher, kills} = stage.state;
	if (!switcher) return;
	const isNumber = edit.edit === 'insert' && /^[1-9]$/.test(edit.text);
	if (isNumber && switcher.list !== undefined && switcher.query === '') return choose(stage, Number(edit.text) - 1);
	const edited = editField(switcher, edit, kills);
	if (edited === switcher) return;
	stage.draft.set({switcher: edited, kills: edited.field?.kills ?? kills});
}

/** Moves the bar in the list. */
export function step(stage: Stage, by: 1 | -1): void {
	const {switcher} = stage.state;
	if (!switcher) return;
	const choices = choicesOf(stage);
	if (choices.length === 0) return;
	const selected = (chosenIndex(switcher, choices) + by + choices.length) % choices.length;
	stage.draft.set({switcher: {...switcher, selected, chosen: (choices[selected] as Choice).id}});
}

/** What the bar is on, or the row at an index. Where nothing is called what was typed, it can be written otherwise. */
export function choose(stage: Stage, index?: number): void {
	const {switcher} = stage.state;
	if (!switcher) return;
	const choices = choicesOf(stage);
	const chosen = choices[index ?? chosenIndex(switcher, choices)];
	if (chosen) take(stage, chosen);
}

function choicesOf(stage: Stage): readonly Choice[] {
	return paletteChoices(stage.state, stage.around.deeds ?? NO_DEEDS);
}

function take(stage: Stage, choice: Choice): void {
	if (choice.kind === 'reaction') return react(stage, choice.emoji, choice.isOurs);
	if (choice.kind === 'link') return openLink(stage, choice.url);
	stage.draft.set({switcher: undefined});
	switch (choice.kind) {
		case 'room':
			return stage.go(choice.room.room);
		case 'person':
			return stage.perform({type: 'open-direct', peer: choice.peer});
		case 'join':
			return stage.send({command: 'join', room: choice.room});
		case 'deed':
			return takeDeed(stage, choice.deed);
	}
}

function takeDeed(stage: Stage, {does}: Deed): void {
	if (typeof does === 'string') return writeCommand(stage, does);
	for (const intent of does) stage.perform(intent);
}

/** Its beginning stands in the line. What is being written stays: it may well be what the command needs. */
export function writeCommand(stage: Stage, does: string): void {
	stage.draft.set({view: 'chat', selection: undefined});
	stage.edit(composer => {
		const rest = composer.text.startsWith('/') ? '' : composer.text;
		return {...replaceText(composer, does + rest), cursor: does.length};
	});
}

/** On a page: the row above or below; where nothing can be chosen, the page moves by a row. */
export function stepOnPage(stage: Stage, by: 1 | -1): void {
	const {items = [], shown} = stage.around.page;
	if (items.length === 0) return scrollLines(stage, by);
	const {chosen, viewScroll} = stage.state;
	const known = items.findIndex(({id}) => id === chosen);
	const at = Math.max(0, Math.min(items.length - 1, Math.max(0, known) + by));
	const item = items[at];
	if (!item) return;
	// At either end, what stands above or below the rows comes into view too.
	const first = at === 0 ? 0 : item.first;
	const scroll = Math.max(item.first + item.rows - shown, Math.min(viewScroll, first));
	stage.draft.set({chosen: item.id, viewScroll: scroll});
	if (at === items.length - 1) searchOn(stage);
}

/** Enter, or a click: to the message that was found, or to the conversation with somebody. */
export function chooseOnPage(stage: Stage, index?: number): void {
	const {items = []} = stage.around.page;
	const {view, chosen, search} = stage.state;
	const item = index === undefined ? (items.find(({id}) => id === chosen) ?? items[0]) : items[index];
	if (!item) {
		// On a page without rows there is nothing else to do; of a list that happens to be empty nothing was chosen.
		if (index === undefined && !isList(view)) stage.perform({type: 'back'});
		return;
	}
	if (view === 'network' || view === 'topology')
		return doOnNetwork(stage, {page: 'network', deed: 'peer', peer: item.id});
	if (view === 'transfers') return openTransfer(stage, item.id);
	if (view === 'peers') return stage.perform({type: 'open-direct', peer: item.id});
	const hit = search?.hits.find(({id}) => id === item.id);
	if (view === 'search' && hit) jumpTo(stage, hit.room, hit.id);
}

/** Pages of rows that can be chosen, of which there may be none just now. */
function isList(view: ViewName): boolean {
	return view === 'network' || view === 'topology' || view === 'lab' || view === 'transfers' || view === 'transfer';
}
