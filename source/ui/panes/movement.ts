/** In the status bar: what moves of files, in a few cells. */
import {movementOf} from '../../store/files/selectors.ts';
import type {State} from '../../store/state.ts';
import {formatRate} from '../format.ts';
import {type Span, span} from '../text.ts';
import type {Theme} from '../theme.ts';
import {percentText} from '../views/transfer-words.ts';

/** From so many cells on, rates are said too. */
const WIDE = 70;

/** `⇣ 54 % 88 MB/s ⇡ 1.2 MB/s · `; nothing while nothing moves. */
export function movementSpans(state: State, width: number, {paint}: Theme): readonly Span[] {
	const movement = movementOf(state);
	if (!movement) return [];
	const {coming, going, reading, rateIn, rateOut, share} = movement;
	const rate = (bytes: number) => (width >= WIDE ? ` ${formatRate(bytes)}` : '');
	const parts: Span[] = [];
	if (coming > 0) parts.push(span(`⇣ ${percentText(share)}${rate(rateIn)}`, paint.accent));
	else if (reading > 0) parts.push(span(`◷ ${percentText(share)}`, paint.accent));
	if (going > 0) parts.push(span(`⇡${width >= WIDE ? rate(rateOut) : ''}`, paint.good));
	return [...parts.flatMap((part, index) => (index === 0 ? [part] : [span(' '), part])), span(' · ', paint.dim)];
}
