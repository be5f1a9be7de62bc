/** The laboratory: the truth about the simulated network, and what is chosen of it. */
import type {EventOf} from '../../api/event.ts';
import type {LabDeed, LabState} from '../../api/lab.ts';
import type {Stage} from '../act/stage.ts';
import type {Draft} from '../draft.ts';
import {notify} from '../reduce/notices.ts';

export type LabPage = {
	/** Undefined in a real network, and until the simulated one has begun. */
	readonly lab: LabState | undefined;
	/** The node from which a link is to be cut or mended. */
	readonly marked: number | undefined;
	/** The speed to go back to when the clock is let go. */
	readonly lastSpeed: number;
};

export type LabPageDeed = {readonly page: 'lab'} & (
	| {
			readonly deed:
				| 'add'
				| 'kill'
				| 'restart'
				| 'mark'
				| 'cut'
				| 'mend'
				| 'split'
				| 'heal'
				| 'say'
				| 'chatter'
				| 'hold'
				| 'compare';
	  }
	/** More or less of it. */
	| {readonly deed: 'loss' | 'delay' | 'speed'; readonly step: 1 | -1}
);

type Choice = {readonly lab: LabState; readonly chosen: number; readonly marked: number | undefined};

export const EMPTY_LAB: LabPage = {lab: undefined, marked: undefined, lastSpeed: 1};

/** What values there are to step through. */
const LADDERS = {
	loss: [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9],
	delay: [0, 1, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000],
	speed: [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100],
	chatter: [0, 1 / 3, 1, 3, 10],
} as const;

export function labTold(draft: Draft, {lab}: EventOf<'lab'>): void {
	const {pages} = draft.state;
	const lastSpeed = lab.speed > 0 ? lab.speed : pages.lab.lastSpeed;
	draft.set({pages: {...pages, lab: {...pages.lab, lab, lastSpeed}}});
}

export function doInLab(stage: Stage, deed: LabPageDeed): void {
	const {lab, marked} = stage.state.pages.lab;
	if (!lab) return;
	const choice = {lab, marked, chosen: Number(stage.state.chosen ?? 0)};
	if (deed.deed === 'mark') return mark(stage, choice);
	const wanted = 'step' in deed ? stepped(stage, deed, lab) : deedOf(stage, deed.deed, choice);
	if (typeof wanted === 'string') return notify(stage.draft, 'info', wanted);
	foresee(stage, lab, wanted);
	stage.send({command: 'lab', ...wanted});
}

/** What a step leads to counts at once: keys come faster than the core tells. */
function foresee(stage: Stage, lab: LabState, wanted: LabDeed): void {
	const {pages} = stage.state;
	const change =
		'value' in wanted
			? {[wanted.deed]: wanted.value}
			: wanted.deed === 'chatter'
				? {chatter: wanted.perSecond}
				: undefined;
	if (change) stage.draft.set({pages: {...pages, lab: {...pages.lab, lab: {...lab, ...change}}}});
}

/** Once more takes the mark away. */
function mark(stage: Stage, {chosen, marked}: Choice): void {
	const {pages} = stage.state;
	stage.draft.set({pages: {...pages, lab: {...pages.lab, marked: marked === chosen ? undefined : chosen}}});
}

function stepped(
	stage: Stage,
	{deed, step}: Extract<LabPageDeed, {readonly step: 1 | -1}>,
	lab: LabState,
): LabDeed | string {
	// From a standstill on at the speed that it had.
	const isHeld = deed === 'speed' && lab.speed === 0;
	if (isHeld) return {deed, value: stage.state.pages.lab.lastSpeed};
	const value = nextOn(LADDERS[deed], lab[deed], step);
	return value === undefined ? `there is no ${step > 0 ? 'more' : 'less'} ${deed} than this` : {deed, value};
}

/** The next value in that direction, from wherever it is now. */
function nextOn(ladder: readonly number[], value: number, step: 1 | -1): number | undefined {
	const isBeyond = (rung: number) => (step > 0 ? rung > value + 1e-9 : rung < value - 1e-9);
	return step > 0 ? ladder.find(isBeyond) : ladder.findLast(isBeyond);
}

type Plain = Exclude<LabPageDeed, {readonly step: 1 | -1}>['deed'];

/** What is asked of the core; or, in words, why it is not. */
function deedOf({state}: Stage, deed: Exclude<Plain, 'mark'>, {lab, chosen, marked}: Choice): LabDeed | string {
	switch (deed) {
		case 'add':
			return {deed, count: 1};
		case 'kill':
		case 'restart':
			return {deed, node: chosen};
		case 'cut':
		case 'mend':
			if (marked === undefined || marked === chosen) return 'mark one node with Space, then choose the other one';
			return {deed, a: marked, b: chosen};
		case 'say':
			return chosen === 0 ? 'that is you: write it in the chat' : {deed, node: chosen};
		case 'chatter':
			return {deed, perSecond: nextOn(LADDERS.chatter, lab.chatter, 1) ?? 0};
		case 'hold':
			return {deed: 'speed', value: lab.speed > 0 ? 0 : state.pages.lab.lastSpeed};
		default:
			return {deed};
	}
}
