/** What a frame of the screen costs, beside Ink's own output and beside the smallest difference of cells. */
import {atMost} from './goal.ts';
import {countOf, figure, type Place, type Row, ratio, withParts} from './shared.ts';
import {median} from './statistics.ts';

const ROUNDS = 3;
const FRAMES = countOf(200);
/** Ink's own take ten times as long, and need no such precision. */
const INK_FRAMES = countOf(60);
const LONGEST = 120_000;
/** Seconds for a simulated hour and its beginning; what is not done by then is left out. */
const HOUR_LIMIT = 60;

type Cost = {readonly cpu: number; readonly store: number; readonly compared: number; readonly smallest: number};

const SCENARIOS = {
	typing: 'a typed character',
	statistics: 'new round trip and traffic',
	message: 'a new message scrolls the room',
	flood: '330 new messages (10,000 a second)',
} as const;
type Scenario = keyof typeof SCENARIOS;
const NAMES = Object.keys(SCENARIOS) as Scenario[];

/** Rounds of the two alternate. */
export function measureFrames(place: Place): Promise<Row[]> {
	return withParts(place, async start => {
		const [ours, ink] = [start('frames', ['ours']), start('frames', ['ink'])];
		const costs = {ours: new Map<Scenario, Cost[]>(), ink: new Map<Scenario, Cost[]>()};
		for (let round = 0; round < ROUNDS; round++) {
			for (const name of NAMES) {
				const [mine, its] = [costs.ours.get(name) ?? [], costs.ink.get(name) ?? []];
				costs.ours.set(name, [...mine, await ours.askWithin<Cost>(LONGEST, 'frames', name, FRAMES)]);
				costs.ink.set(name, [...its, await ink.askWithin<Cost>(LONGEST, 'frames', name, INK_FRAMES)]);
			}
		}
		const rows = NAMES.flatMap(name => rowsOf(name, costs.ours.get(name) ?? [], costs.ink.get(name) ?? []));
		const nothing = await ours.askWithin<Cost>(LONGEST, 'frames', 'nothing', FRAMES);
		return [
			...rows,
			{
				what: 'screen: bytes of a tick that changes nothing',
				value: nothing.compared,
				unit: 'B',
				goal: none(nothing),
			},
		];
	});
}

const none = ({compared}: Cost) => atMost(compared, 0, 0, 'B');

function rowsOf(name: Scenario, ours: readonly Cost[], ink: readonly Cost[]): Row[] {
	const of = (costs: readonly Cost[], part: keyof Cost) => median(costs.map(cost => cost[part]));
	const [cpu, bytes, smallest] = [of(ours, 'cpu'), of(ours, 'compared'), of(ours, 'smallest')];
	const isJudged = name === 'typing' || name === 'statistics';
	return [
		{
			what: `screen, ${SCENARIOS[name]}: processor`,
			value: cpu,
			unit: 'ms',
			reference: `${ratio(cpu, of(ink, 'cpu'), "Ink's own", 'ms')}; ${figure(of(ours, 'store'))} ms of it for the store`,
			goal: atMost(cpu, 4, 2, 'ms'),
		},
		{
			what: `screen, ${SCENARIOS[name]}: bytes`,
			value: bytes,
			unit: 'B',
			reference: `${ratio(bytes, smallest, 'smallest', 'B')}; Ink's own ${figure(of(ink, 'compared'))} B`,
			...(isJudged && {goal: atMost(bytes / smallest, 2, 1.2, '× smallest')}),
		},
	];
}

/** In virtual time: what a screen holds after an hour that it did not hold after a quarter of one. */
export function measureHour(place: Place): Promise<Row[]> {
	return withParts(place, async start => {
		const ours = start('frames', ['ours']);
		type Answer = {readonly slope: number; readonly minutes: number; readonly frames: number; readonly heap: number};
		const answer = await ours.askWithin<Answer>(LONGEST, 'hour', HOUR_LIMIT);
		const {slope, minutes, frames, heap} = answer;
		return [
			{
				what: 'screen: growth of the heap in a simulated hour',
				value: slope,
				unit: 'MB',
				reference: `${figure(heap)} MB at the end; ${minutes} minutes, ${frames.toLocaleString('en-GB')} frames`,
				goal: atMost(slope, 2, 0.5, 'MB'),
			},
		];
	});
}
