/** What nobody may overlook: a core or a disk that does not work, and two people with one name. */
import {conflictText, standingConflicts} from '../../store/reduce/alarms.ts';
import type {Conflict, State} from '../../store/state.ts';
import {isRightToLeft, LEFT_TO_RIGHT} from '../bidi.ts';
import {keymapOf} from '../keymap.ts';
import {fit} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';

/** Rows for the foot of the chat; none while all is well. */
export function alarmRows(state: State, width: number, height: number, {paint}: Theme): readonly string[] {
	const [headline, ...rest] = alarmTexts(state);
	if (headline === undefined) return [];
	const lines = [headline, ...rest].flatMap(text => wrap(text, width - 4));
	const spaced = lines.length + 4 <= height ? ['', ...lines, ''] : lines;
	return spaced.slice(0, Math.max(1, height - 2)).map(line => {
		const text = `  ${fit(line, width - 4)}  `;
		// Names go their own way, within words of ours.
		return paint.alarm(isRightToLeft(text) ? LEFT_TO_RIGHT.join(text) : text);
	});
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
