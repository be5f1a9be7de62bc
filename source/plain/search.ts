/** What was found, the newest first. */
import type {SearchHit, State} from '../store/state.ts';
import {formatDay, formatTime, plural} from '../ui/format.ts';
import {nameIn, placeName} from './names.ts';

/** Once it is there: the first page, for nobody listens to more. */
export function searchLines({search: before}: State, state: State): readonly string[] {
	const {search} = state;
	if (!search || search === before || search.state === 'asking' || before?.state !== 'asking') return [];
	const {hits} = search;
	if (hits.length === 0) return ['Nothing was found. All of the words have to be in one message.'];
	const more = search.state === 'more' ? ' There are more; more words find fewer.' : '';
	let day = '';
	const lines = hits.flatMap(hit => {
		const its = formatDay(hit.timestamp);
		const turn = its === day ? [] : [`${its}.`];
		day = its;
		return [...turn, hitLine(state, hit)];
	});
	return [`${plural(hits.length, 'message')} found, the newest first.${more}`, ...lines];
}

function hitLine(state: State, {from, name, room, label, text, timestamp}: SearchHit): string {
	const known = state.rooms.find(each => each.room === room);
	const where = known ? placeName(state, known) : label;
	return `${formatTime(timestamp)} ${known?.peer === undefined ? where : `with ${where},`} ${nameIn(state, from, name)}: ${text}`;
}
