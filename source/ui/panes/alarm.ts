/** What nobody may overlook: a core or a disk that does not work, and two people with one name. */
import type {Unreachable} from '../../api/topology.ts';
import {namesOf, othersCount, standingUnreachable} from '../../store/pages/partition.ts';
import {conflictText, standingConflicts} from '../../store/reduce/alarms.ts';
import type {Conflict, State} from '../../store/state.ts';
import {isRightToLeft, LEFT_TO_RIGHT} from '../bidi.ts';
import {formatTime} from '../format.ts';
import {keymapOf} from '../keymap.ts';
import {fit, row, span, spansWidth, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';

/** Rows for the foot of the chat; none while all is well. */
export function alarmRows(state: State, width: number, height: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const [headline, ...rest] = alarmTexts(state);
	if (headline === undefined) return partitionRows(state, width, height, theme);
	const lines = [headline, ...rest].flatMap(text => wrap(text, width - 4));
	const spaced = lines.length + 4 <= height ? ['', ...lines, ''] : lines;
	return spaced.slice(0, Math.max(1, height - 2)).map(line => {
		const text = `  ${fit(line, width - 4)}  `;
		// Names go their own way, within words of ours.
		return paint.alarm(isRightToLeft(text) ? LEFT_TO_RIGHT.join(text) : text);
	});
}

/** Quieter than an alarm, for nothing is lost: who cannot be reached, for as long as that is so. */
function partitionRows(state: State, width: number, height: number, {paint}: Theme): readonly string[] {
	const standing = standingUnreachable(state);
	if (standing.length === 0 || height < LEAST_HEIGHT) return [];
	const key = keymapOf(state).label('back');
	const away = key === '' ? [] : [span(key, paint.key), span(' puts this away ', paint.dim)];
	const rows = partitionTexts(state, standing);
	return rows.map((texts, index) => {
		const text = texts.find(each => widthOf(each) + 4 <= width) ?? (texts.at(-1) as string);
		const right = index === rows.length - 1 && widthOf(text) + spansWidth(away) + 4 <= width ? away : [];
		return row(width, [span(' ▲ ', paint.warn), span(text, paint.warn)], right);
	});
}

/** Rows of the chat from which on one can be spared. */
const LEAST_HEIGHT = 4;

/**
 * `cat and dan cannot be reached since 12:03 · 2 of 5`, and of those whom others do reach, so much: each first as it is said
 * where there is room, then shorter.
 */
export function partitionTexts(
	state: State,
	unreachable: readonly Unreachable[],
	nameOf?: (peer: string, name: string) => string,
): readonly (readonly [string, ...string[]])[] {
	const named = (how: Unreachable['how']) => {
		const some = unreachable.filter(each => each.how === how);
		const since = formatTime(Math.min(...some.map(each => each.since)));
		return some.length === 0 ? undefined : {names: namesOf(state, some, nameOf), since, count: some.length};
	};
	const [lost, ours] = [named('lost'), named('only-us')];
	const texts: [string, ...string[]][] = [];
	if (lost) {
		const text = `${lost.names} cannot be reached since ${lost.since}`;
		const of = `${lost.count} of ${othersCount(state)}`;
		texts.push([
			`${text} · ${of}`,
			text,
			`unreachable since ${lost.since}: ${lost.names}`,
			`${of} unreachable since ${lost.since}`,
		]);
	}
	if (ours) {
		const them = ours.count === 1 ? 'it' : 'them';
		const text = `${ours.names}: others reach ${them}, this machine does not`;
		texts.push([`${text} (/doctor)`, text, `/doctor: only others reach ${ours.names}`]);
	}
	return texts;
}

function wayOut(state: State): string {
	const key = keymapOf(state).label('interrupt');
	return key === '' ? '/quit leaves.' : `${key} twice to leave.`;
}

/** The worst first: where there is no room for more, only that is shown. */
function alarmTexts(state: State): readonly string[] {
	const {core, storage} = state;
	if (core.state === 'failed') {
		return ['✖ The core has failed', core.reason, `${core.hint ? `${core.hint} ` : ''}${wayOut(state)}`];
	}
	if (core.state === 'restarting') {
		return ['▲ The core stopped: restarting it', core.reason, 'Your text and screen are kept.'];
	}
	const disk =
		storage === undefined
			? []
			: ['▲ Nothing can be kept at present', storage, 'What was acknowledged is safe. It is tried again and again.'];
	return [...disk, ...conflictTexts(standingConflicts(state), keymapOf(state).label('back'))];
}

/** `key` puts the first one away. */
function conflictTexts(conflicts: readonly Conflict[], key: string): readonly string[] {
	const [conflict] = conflicts;
	if (!conflict) return [];
	const text = conflictText(conflict);
	const more = conflicts.length > 1 ? ` (${conflicts.length - 1} more)` : '';
	return [
		`▲ ${text.charAt(0).toUpperCase()}${text.slice(1)}`,
		...(key === '' ? [] : [`${key} puts this away${more}.`]),
	];
}
