/** What the doctor found, and what to do about it: what hinders first, what is well in one row each at the end. */
import type {Finding, Verdict} from '../../api/doctor.ts';
import type {State} from '../../store/state.ts';
import {row, span} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {PageBuilder, type PageContent} from './content.ts';
import {AREA_TITLES, AREAS, EXAMINING, VERDICT_MARKS} from './doctor-words.ts';

/** `height`: rows that are seen at once. */
export function doctorContent({pages}: State, width: number, _height: number, theme: Theme): PageContent {
	const {paint} = theme;
	const {isRunning, report} = pages.doctor;
	const page = new PageBuilder();
	const text = (words: string, color: Paint) =>
		page.add(...wrap(words, width - 2).map(line => row(width, [span(` ${line}`, color)])));
	if (isRunning) text(EXAMINING, paint.accent);
	else if (report === undefined) text('/doctor finds out why others are not seen.', paint.dim);
	// What was found the last time stays below until there is something new.
	if (report === undefined) return page;
	if (isRunning) page.add(row(width, []));
	text(report.summary, report.lanWorks ? paint.good : paint.bad);
	for (const verdict of ['problem', 'warning', 'note'] as const) {
		for (const finding of report.findings.filter(each => each.verdict === verdict)) {
			page.add(row(width, []), ...findingRows(finding, width, theme));
		}
	}
	page.add(row(width, []), ...restRows(report.findings, width, theme));
	page.add(row(width, []));
	text('/doctor examines again; p2p-tui doctor says all of this outside the chat.', paint.dim);
	return page;
}

function paintOf(verdict: Verdict, {paint}: Theme): Paint {
	if (verdict === 'problem') return paint.bad;
	if (verdict === 'warning') return paint.warn;
	return verdict === 'ok' ? paint.good : paint.dim;
}

/** Commands begin far at the left and are never broken at a blank, so that they can be copied in one piece. */
function findingRows({verdict, tested, found, fix}: Finding, width: number, theme: Theme): string[] {
	const {paint} = theme;
	const head = wrap(`${tested}: ${found}`, width - 4).map((line, index) =>
		row(width, [span(index === 0 ? ` ${VERDICT_MARKS[verdict]} ` : '   ', paintOf(verdict, theme)), span(line)]),
	);
	if (fix === undefined) return head;
	const advice = fix.advice === '' ? [] : wrap(fix.advice, width - 6);
	return [
		...head,
		...advice.map(line => row(width, [span(`     ${line}`, paint.dim)])),
		...fix.commands
			.flatMap(command => chunks(command, width - 4))
			.map(line => row(width, [span(`   ${line}`, paint.code)])),
	];
}

/** What does not fit goes on in the next row, cut anywhere. */
function chunks(text: string, size: number): string[] {
	if (text.length <= size) return [text];
	return [...wrap(text.replaceAll(' ', '\u00a0'), size)].map(line => line.replaceAll('\u00a0', ' '));
}

/** What is well or could not be tested, an area in a row or two. */
function restRows(findings: readonly Finding[], width: number, {paint}: Theme): string[] {
	const rest = findings.filter(({verdict}) => verdict === 'ok' || verdict === 'skipped');
	return AREAS.flatMap(area => {
		const own = rest.filter(finding => finding.area === area);
		const words = own.map(({verdict, tested, found}) => `${VERDICT_MARKS[verdict]} ${tested}: ${found}`);
		return words.flatMap((line, index) =>
			wrap(line, width - TITLE_CELLS - 2).map((part, at) =>
				row(width, [
					span(` ${(index === 0 && at === 0 ? AREA_TITLES[area] : '').padEnd(TITLE_CELLS)}`, paint.title),
					span(at === 0 ? part : `  ${part}`, paint.dim),
				]),
			),
		);
	});
}

const TITLE_CELLS = Math.max(...AREAS.map(area => AREA_TITLES[area].length)) + 1;
