/** What fits the word that is being written, in a list over the end of the chat. */
import {listFor, type ShownList} from '../../store/complete.ts';
import {askedPaste} from '../../store/composer-paste.ts';
import {askedDrop} from '../../store/files/asking.ts';
import type {State} from '../../store/state.ts';
import {formatBytes} from '../figures.ts';
import type {Rect} from '../layout.ts';
import {SLASH_COMMANDS} from '../slash.ts';
import {fit, framed, row, span, titleRow, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {composerOf} from './composer.ts';

const MAX_SHOWN = 6;
/** Rows of the chat that stay in view: its title and a few messages. */
const CHAT_KEPT = 4;
const MAX_LABEL = 30;

let known: {readonly inputs: readonly unknown[]; readonly list: ShownList | undefined} | undefined;

/** Undefined while there is nothing to choose from. Asked for at every change of the state, so remembered. */
export function shownList(state: State): ShownList | undefined {
	if (askedPaste(state) || state.recall || state.view !== 'chat' || state.switcher || state.selection) return undefined;
	if (askedDrop(state)) return undefined;
	const composer = composerOf(state);
	const {rooms, peers, active, completion, hiddenList, self, files} = state;
	const isText = !/[/#@:]/.test(composer.text) && completion?.text !== composer.text;
	if (isText) return undefined;
	const inputs = [composer, rooms, peers, active, completion, hiddenList, self, files.listing, files.transfers];
	if (known?.inputs.every((input, index) => input === inputs[index])) return known.list;
	known = {inputs, list: listFor(state, composer, SLASH_COMMANDS)};
	return known.list;
}

/** At the end of the chat; undefined if there is no list. */
export function listRect(state: State, chat: Rect): Rect | undefined {
	const list = shownList(state);
	if (!list) return undefined;
	const height = 1 + Math.min(MAX_SHOWN, list.choices.length, Math.max(2, chat.height - CHAT_KEPT - 1));
	return {x: chat.x, y: chat.y + chat.height - height, width: chat.width, height};
}

export function listRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const {paint} = theme;
	const {title, choices, index} = shownList(state) ?? {title: '', choices: [], index: undefined};
	const shown = rect.height - 1;
	const first = firstShown(choices.length, index, shown);
	const limit = Math.min(MAX_LABEL, Math.floor(rect.width / 2) - 4);
	const labelWidth = Math.min(limit, Math.max(0, ...choices.map(({label}) => widthOf(label))));
	const rows = choices.slice(first, first + shown).map(({label, help, size}, at) => {
		const isChosen = first + at === index;
		const mark = span(isChosen ? ' ▌ ' : '   ', paint.accent);
		const spans = [
			mark,
			span(fit(label, labelWidth), paint.key),
			span(`  ${size === undefined ? help : `${formatBytes(size)}${help === '' ? '' : ` · ${help}`}`}`, paint.dim),
		];
		const line = row(rect.width - 2, spans);
		return isChosen ? paint.selected(line) : line;
	});
	const filling = Array.from({length: Math.max(0, shown - rows.length)}, () => row(rect.width - 2, []));
	const place = index === undefined ? `${choices.length} in all` : `${index + 1} of ${choices.length}`;
	const count = choices.length > shown ? [span(place, paint.dim)] : [];
	return [
		titleRow(rect.width, ['├', '┤'], paint.border, [span(title, paint.dim)], count),
		...[...rows, ...filling].map(line => framed(line, paint.border)),
	];
}

function firstShown(count: number, index: number | undefined, shown: number): number {
	return Math.max(0, Math.min((index ?? 0) - Math.floor(shown / 2), count - shown));
}

/** How many steps lead from what is chosen now to what stands in a row, the title being the first row. */
export function stepsToRow(state: State, rect: Rect, at: number): number | undefined {
	const {choices, index} = shownList(state) ?? {choices: [], index: undefined};
	const wanted = firstShown(choices.length, index, rect.height - 1) + at - 1;
	return at >= 1 && wanted < choices.length ? wanted - (index ?? -1) : undefined;
}
