/** A report of the doctor for people: by what was examined, a mark for each finding, and what to do about it. */
import type {DoctorReport, Finding, Verdict} from '../api/doctor.ts';

const MARKS: Readonly<Record<Verdict, string>> = {ok: '✓', note: '·', warning: '!', problem: '✗', skipped: '–'};

const TITLES: Readonly<Record<Finding['area'], string>> = {
	interfaces: 'Network',
	discovery: 'Discovery',
	firewall: 'Firewall',
	peers: 'Others',
	clock: 'Clock',
	internet: 'Beyond the LAN',
	terminal: 'Terminal',
	machine: 'This machine',
};

const AREAS = Object.keys(TITLES) as readonly Finding['area'][];

/** `columns`: of the terminal; undefined: lines are not broken, since a program may read them. */
export function doctorLines({findings, summary}: DoctorReport, columns: number | undefined): readonly string[] {
	const groups = AREAS.flatMap(area => {
		const own = findings.filter(finding => finding.area === area);
		return own.length === 0 ? [] : [TITLES[area], ...own.flatMap(finding => linesOf(finding, columns)), ''];
	});
	return [...groups, summary];
}

function linesOf({verdict, tested, found, fix}: Finding, columns: number | undefined): string[] {
	const head = broken(`${tested}: ${found}`, columns, 4).map(
		(line, index) => `${index === 0 ? `  ${MARKS[verdict]}` : '   '} ${line}`,
	);
	if (fix === undefined) return head;
	const advice = fix.advice === '' ? [] : broken(fix.advice, columns, 6).map(line => `      ${line}`);
	// Whole, however long: it is to be copied.
	return [...head, ...advice, ...fix.commands.map(command => `          ${command}`)];
}

/** At blanks. */
function broken(text: string, columns: number | undefined, indent: number): string[] {
	if (columns === undefined) return [text];
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > columns - indent) {
			lines.push(line);
			line = word;
		} else {
			line = line === '' ? word : `${line} ${word}`;
		}
	}
	return [...lines, line];
}
