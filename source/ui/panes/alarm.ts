/** A core that is being started again, or has failed: said where nobody can overlook it. */
import type {State} from '../../store/state.ts';
import {fit} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';

/** Rows for the foot of the chat; none while all is well. */
export function alarmRows({core}: State, width: number, height: number, {paint}: Theme): readonly string[] {
	if (core.state !== 'restarting' && core.state !== 'failed') return [];
	const isFailed = core.state === 'failed';
	const headline = isFailed ? '✖ The core has failed' : '▲ The core stopped: restarting it';
	const rest = isFailed
		? `${core.hint ? `${core.hint} ` : ''}Ctrl-C twice to leave.`
		: 'Your text and screen are kept.';
	const lines = [headline, core.reason, rest].flatMap(text => wrap(text, width - 4));
	const spaced = lines.length + 4 <= height ? ['', ...lines, ''] : lines;
	return spaced.slice(0, Math.max(1, height - 2)).map(line => paint.alarm(`  ${fit(line, width - 4)}  `));
}
