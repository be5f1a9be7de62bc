/** What the doctor has found out. */
import type {DoctorReport, Finding} from '../../api/doctor.ts';
import type {EventOf} from '../../api/event.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Draft} from '../draft.ts';

export type DoctorPage = {readonly isRunning: boolean; readonly report: DoctorReport | undefined};

export const EMPTY_DOCTOR: DoctorPage = {isRunning: false, report: undefined};

/** Findings that are shown; there are some thirty. */
const MAX_FINDINGS = 200;

/** False if it is at work already. */
export function doctorAsked(draft: Draft): boolean {
	const {pages} = draft.state;
	if (pages.doctor.isRunning) return false;
	draft.set({pages: {...pages, doctor: {...pages.doctor, isRunning: true}}});
	return true;
}

export function doctorTold(draft: Draft, {report}: EventOf<'doctor'>): void {
	draft.set({pages: {...draft.state.pages, doctor: {isRunning: false, report: cleanReport(report)}}});
}

/** Names of programs and folders are in it. */
function cleanReport({findings, lanWorks, summary}: DoctorReport): DoctorReport {
	return {findings: findings.slice(0, MAX_FINDINGS).map(cleanFinding), lanWorks, summary: sanitizeLine(summary)};
}

function cleanFinding({fix, ...finding}: Finding): Finding {
	const clean = {...finding, tested: sanitizeLine(finding.tested), found: sanitizeLine(finding.found)};
	if (fix === undefined) return clean;
	return {...clean, fix: {advice: sanitizeLine(fix.advice), commands: fix.commands.map(each => sanitizeLine(each))}};
}
