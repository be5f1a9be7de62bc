/** What can be chosen in the list over the chat: rooms, people and deeds, or what is to be done with a message. */
import {findLinks} from '../base/links.ts';
import {best, type Choice, type Deed} from './choice.ts';
import {folded, fuzzyMatch} from './fuzzy.ts';
import type {Named} from './names.ts';
import {reactionChoices} from './reactions.ts';
import {messageIn} from './selection.ts';
import {people} from './selectors.ts';
import type {Room, State, Switcher} from './state.ts';

export type {Choice, Deed} from './choice.ts';

type Inputs = readonly unknown[];
let known: {readonly inputs: Inputs; readonly choices: readonly Choice[]} | undefined;

/** The same list for the same state. */
export function paletteChoices(state: State, deeds: readonly Deed[]): readonly Choice[] {
	const {switcher, rooms, peers, self, selection, active} = state;
	if (!switcher) return [];
	const {query, list, order} = switcher;
	const inputs: Inputs = [query, list, order, rooms, peers, self, selection, active, deeds];
	if (known?.inputs.every((input, index) => Object.is(input, inputs[index]))) return known.choices;
	known = {inputs, choices: choicesFor(state, switcher, deeds)};
	return known.choices;
}

/** The index of the choice that Enter takes. */
export function chosenIndex({chosen, selected}: Switcher, choices: readonly Choice[]): number {
	const index = chosen === undefined ? -1 : choices.findIndex(choice => choice.id === chosen);
	return index >= 0 ? index : Math.max(0, Math.min(selected, choices.length - 1));
}

/** Rooms as the list shows them while nothing is typed: the most pressing first, the open one last. */
export function roomOrder({rooms, active, last}: State): readonly string[] {
	const rank = ({room, mentions, unread}: Room) =>
		room === active ? 4 : mentions > 0 ? 0 : unread > 0 ? 1 : room === last ? 2 : 3;
	return rooms.toSorted((a, b) => rank(a) - rank(b)).map(({room}) => room);
}

function choicesFor(state: State, {query, list, order}: Switcher, deeds: readonly Deed[]): readonly Choice[] {
	const message = messageIn(
		state.rooms.find(room => room.room === state.selection?.room),
		state.selection?.id ?? '',
	);
	if (list === 'react') return reactionChoices(query, message?.entry.reactions ?? []);
	if (list === 'links') return linkChoices(query, message?.entry.text ?? '');
	const typed = folded(query.trim());
	if (/^[>/]/.test(typed)) return deedChoices(deeds, typed.replace(/^[>/]\s*/, ''));
	const places = placeChoices(state, typed, order ?? roomOrder(state));
	const others = /^[#@]/.test(typed) ? [] : deedChoices(deeds, typed);
	return [...places, ...others, ...joinChoice(state, query)];
}

/** Rooms and people; only rooms after `#`, only people after `@`. */
function placeChoices(state: State, typed: string, order: readonly string[]): readonly Choice[] {
	const ranks = new Map(order.map((room, index) => [room, index]));
	const rooms = state.rooms.toSorted(
		(a, b) => (ranks.get(a.room) ?? order.length) - (ranks.get(b.room) ?? order.length),
	);
	const open = new Set(state.rooms.map(({peer}) => peer));
	const strangers = people(state).filter(({peer}) => !open.has(peer));
	const all: Choice[] = [...rooms.map(roomChoice), ...strangers.map(personChoice)];
	if (typed === '') return all;
	return best(all, choice => fuzzyMatch(typed, choice.label));
}

const roomChoice = (room: Room): Choice => ({
	kind: 'room',
	id: `room ${room.room}`,
	label: room.label,
	at: [],
	room,
});

const personChoice = ({peer, name}: Named): Choice => ({
	kind: 'person',
	id: `peer ${peer}`,
	label: `@${name}`,
	at: [],
	peer,
});

/** By what they are called; or else by the words that say what they do. */
function deedChoices(deeds: readonly Deed[], typed: string): readonly Choice[] {
	const all = deeds.map((deed): Choice => ({kind: 'deed', id: `deed ${deed.id}`, label: deed.label, at: [], deed}));
	if (typed === '') return all;
	return best(all, choice => {
		if (choice.kind !== 'deed') return undefined;
		const {help, label} = choice.deed;
		// What stands in brackets is no name of anything.
		const byLabel = help === '' ? fuzzyMatch(typed, label, true) : fuzzyMatch(typed, label.replace(/ .*/s, ''));
		if (byLabel) return byLabel;
		const byHelp = fuzzyMatch(typed, help, true);
		return byHelp && {score: byHelp.score / 2, at: []};
	});
}

/** A room of that name is made, or entered. */
function joinChoice({rooms}: State, query: string): readonly Choice[] {
	const room = query.trim().replace(/^#/, '');
	if (room === '' || /^[@>/]/.test(room) || rooms.some(each => each.room === room)) return [];
	return [{kind: 'join', id: 'join', label: `#${room}`, at: [], room}];
}

function linkChoices(query: string, text: string): readonly Choice[] {
	const all = linksIn(text).map((url): Choice => ({kind: 'link', id: `link ${url}`, label: url, at: [], url}));
	return query === '' ? all : best(all, ({label}) => fuzzyMatch(folded(query), label));
}

/** Each once, in order. */
export function linksIn(text: string): readonly string[] {
	return [...new Set(findLinks(text).map(({url}) => url))];
}
