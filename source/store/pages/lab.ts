/** The laboratory: the truth about the simulated network, and what is chosen of it. */
import type {EventOf} from '../../api/event.ts';
import type {LabDeed, LabState} from '../../api/lab.ts';
import type {Stage} from '../act/stage.ts';
import type {Draft} from '../draft.ts';

export type LabPage = {
	/** Undefined in a real network. */
	readonly lab: LabState | undefined;
};

export type LabPageDeed = {readonly page: 'lab'; readonly deed: LabDeed};

export const EMPTY_LAB: LabPage = {lab: undefined};

export function labTold(draft: Draft, {lab}: EventOf<'lab'>): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, lab: {...pages.lab, lab}}});
}

export function doInLab(stage: Stage, {deed}: LabPageDeed): void {
	stage.send({command: 'lab', ...deed});
}
