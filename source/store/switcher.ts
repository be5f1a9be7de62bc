/** "Go to": the rooms whose name fits what was typed, the most pressing first. */
import type {Room, State} from './state.ts';

/** Rooms to choose from. Nothing typed: what is unread first, then the order of the rooms pane. */
export function switcherChoices(state: State, query: string): readonly Room[] {
	const wanted = query.trim().toLowerCase().replace(/^[#@]/, '');
	const scored = state.rooms.map((room, index) => ({
		room,
		index,
		score: score(room.label.slice(1).toLowerCase(), wanted),
	}));
	return scored
		.filter(({score}) => score !== undefined)
		.toSorted(
			(a, b) =>
				(a.score as number) - (b.score as number) ||
				urgency(b.room) - urgency(a.room) ||
				Number(a.room.room === state.active) - Number(b.room.room === state.active) ||
				a.index - b.index,
		)
		.map(({room}) => room);
}

function urgency(room: Room): number {
	return room.mentions > 0 ? 2 : room.unread > 0 ? 1 : 0;
}

/** How well `name` fits: 0 the same, 1 at the start, 2 inside, 3 the letters in order; undefined not at all. */
function score(name: string, wanted: string): number | undefined {
	if (wanted === '') return 3;
	if (name === wanted) return 0;
	const at = name.indexOf(wanted);
	if (at >= 0) return at === 0 ? 1 : 2;
	let from = 0;
	for (const letter of wanted) {
		const found = name.indexOf(letter, from);
		if (found < 0) return undefined;
		from = found + letter.length;
	}
	return 3;
}
