/** What the doctor has found out. */
import type {DoctorReport} from '../../api/doctor.ts';
import type {EventOf} from '../../api/event.ts';
import type {Draft} from '../draft.ts';

export type DoctorPage = {readonly isRunning: boolean; readonly report: DoctorReport | undefined};

export const EMPTY_DOCTOR: DoctorPage = {isRunning: false, report: undefined};

export function doctorTold(draft: Draft, {report}: EventOf<'doctor'>): void {
	draft.set({pages: {...draft.state.pages, doctor: {isRunning: false, report}}});
}
