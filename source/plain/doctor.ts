/** A report of the doctor in lines: by what was examined, a mark for each finding, and what to do about it. */
import type {DoctorReport, Finding} from '../api/doctor.ts';
import {AREA_TITLES, AREAS, VERDICT_MARKS} from '../ui/views/doctor-words.ts';
import {wrap} from '../ui/wrap.ts';

/** `columns`: of the terminal; undefined: lines are not broken, since a program may read them. */
export function doctorLines(report: DoctorReport, columns?: number): readonly string[] {
	const groups = AREAS.flatMap(area => {
		const own = report.findings.filter(finding => finding.area === area);
		return own.length === 0 ? [] : [AREA_TITLES[area], ...own.flatMap(finding => linesOf(finding, columns)), ''];
	});
	return [...groups, report.summary];
}

function linesOf({verdict, tested, found, fix}: Finding, columns: number | undefined): string[] {
	const head = broken(`${tested}: ${found}`, columns, 4).map(
		(line, index) => `  ${index === 0 ? VERDICT_MARKS[verdict] : ' '} ${line}`,
	);
	if (fix === undefined) return head;
	const advice = fix.advice === '' ? [] : broken(fix.advice, columns, 6).map(line => `      ${line}`);
	// Whole, however long: it is to be copied.
	return [...head, ...advice, ...fix.commands.map(command => `          ${command}`)];
}

function broken(text: string, columns: number | undefined, indent: number): readonly string[] {
	return columns === undefined ? [text] : wrap(text, columns - indent);
}
