/** What to say where there is nothing yet: what the program is doing, and what to do next. */
import {GREETING} from '../../store/reduce.ts';
import type {Room, State} from '../../store/state.ts';
import {row, type Span, span, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';

export function startingRows(state: State, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	if (state.core.state === 'starting' || !state.self) {
		return paragraph(width, [[span('Starting…', paint.dim)]]);
	}
	return paragraph(width, [
		[span('You are in no room.', paint.title)],
		[],
		[span('/join lobby', paint.key), span('   enters one', paint.dim)],
	]);
}

/** While it is not known yet what is kept of a room. */
export function loadingRows(width: number, {paint}: Theme): readonly string[] {
	return paragraph(width, [[span('loading…', paint.dim)]]);
}

/** For a room in which nobody has said anything. As much of it as fits. */
export function emptyRoomRows(
	state: State,
	room: Room,
	hasOthers: boolean,
	width: number,
	height: number,
	theme: Theme,
): readonly string[] {
	const {paint} = theme;
	if (hasOthers) {
		const others = room.members.length - 1;
		const isAsking = state.clock < room.greetedAt + GREETING;
		const quiet = isAsking ? 'Asking for what was said before…' : 'Nobody has said anything yet. Say hello.';
		const text = others > 0 ? quiet : `Nobody else is in ${room.label} yet.`;
		return paragraph(width, [[span(text, paint.title)]]).slice(0, height);
	}
	// Whoever is out there needs a moment to appear.
	const tries = state.showsHints ? thingsToTry(state, width, theme) : [];
	const lines = [...alone(state, width, theme), ...tries];
	return paragraph(width, lines).slice(0, height);
}

function alone({self}: State, width: number, {paint}: Theme): readonly (readonly Span[])[] {
	const interfaces = self?.interfaces ?? [];
	const where = interfaces.length > 0 ? `Listening on ${interfaces.join(', ')}.` : 'Listening on no network interface.';
	const text = `${where} Whoever starts p2p-tui on the same network appears here by themselves.`;
	return [
		[span('Nobody else is here yet.', paint.title)],
		[],
		...wrap(text, width - 6).map(line => [span(line, paint.dim)]),
		[],
	];
}

function thingsToTry({launch}: State, width: number, {paint}: Theme): readonly (readonly Span[])[] {
	const tries: readonly (readonly [string, string])[] = [
		['/dial <multiaddr>', 'someone whose address you know'],
		['F2', 'your own address, to give to others'],
		[`${launch} --ephemeral --name bob`, 'somebody else, in another window here'],
		[`${launch.split(' --')[0]} demo`, 'company on this machine only'],
	];
	const widest = Math.max(...tries.map(([what]) => widthOf(what)));
	const isWide = width >= widest + 46;
	return tries.flatMap(([what, why]) =>
		isWide
			? [[span(what.padEnd(widest + 2), paint.key), span(why, paint.dim)]]
			: [[span(what, paint.key)], [span(`  ${why}`, paint.dim)]],
	);
}

function paragraph(width: number, lines: readonly (readonly Span[])[]): readonly string[] {
	return [[], ...lines].map(line => row(width, [span('   '), ...line]));
}
