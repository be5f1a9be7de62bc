/** What the laboratory teaches at this moment, in one line; and what the own node knows of it all. */
import type {LabState} from '../../api/lab.ts';
import type {Topology} from '../../api/topology.ts';
import {formatSpan, plural} from '../format.ts';

/** Virtual milliseconds for which it is said how long healing took. */
const RECENTLY = 30_000;
/** From these on they are worth a word. */
const LOSSY = 0.2;

export function lesson(lab: LabState): string {
	const alive = lab.nodes.filter(({isAlive}) => isAlive);
	const equal = alive.filter(({isEqual}) => isEqual).length;
	const most = alive.reduce((sum, {events}) => Math.max(sum, events), 0);
	if (lab.speed === 0) return `the clock stands still: ${equal} of ${alive.length} hold the same`;
	if (lab.isSplit) return splitLesson(alive);
	const events = plural(most, 'event');
	if (equal < alive.length) {
		const lacking = `${alive.length - equal} of ${alive.length}`;
		if (lab.healedAt !== undefined && lab.healedAfter === undefined) {
			return `healed ${formatSpan(Math.round(lab.now - lab.healedAt))} ago: ${lacking} compare and fetch what they lack`;
		}
		return `${equal} of ${alive.length} hold ${events}: news is on its way to the others`;
	}
	const hold = `${plural(alive.length, 'node')} ${alive.length === 1 ? 'holds' : 'hold'} the same ${events}`;
	if (lab.healedAfter !== undefined && lab.now - (lab.healedAt ?? 0) < RECENTLY) {
		return `${hold}: converged ${formatSpan(Math.round(lab.healedAfter))} after healing`;
	}
	if (most === 0) return `${plural(alive.length, 'node')}, and nobody has said anything yet`;
	const dead = lab.nodes.length - alive.length;
	if (dead > 0) return `${hold}; ${plural(dead, 'node')} dead: whoever comes back fetches what it missed`;
	if (lab.loss >= LOSSY) return `${hold}, though ${percent(lab.loss)} gets lost: streams send again, so it comes late`;
	return `${hold}, for ${formatSpan(Math.round(lab.convergedFor))}`;
}

function splitLesson(alive: LabState['nodes']): string {
	const [here, there] = [0, 1].map(side => alive.filter(node => node.side === side));
	const held = (side: LabState['nodes'] = []) => side.reduce((most, {events}) => Math.max(most, events), 0);
	const [ours, theirs] = [held(here), held(there)];
	return `split: ${plural(here?.length ?? 0, 'node')} with ${plural(ours, 'event')} here, ${there?.length} with ${theirs} there; each half goes on`;
}

export function percent(part: number): string {
	return `${Math.round(part * 100)} %`;
}

/** `you see 19 of 20 nodes, 58 of 61 links`: what the own node has been told, of what is true. */
export function belief(lab: LabState, topology: Topology | undefined): string {
	if (!topology) return 'you see…';
	const indexes = new Map(lab.nodes.map(({peer, index}) => [peer, index]));
	const isAlive = (peer: string) => lab.nodes[indexes.get(peer) ?? -1]?.isAlive === true;
	const seen = topology.nodes.filter(({peer, isReachable}) => isReachable && isAlive(peer)).length;
	const open = lab.edges.filter(({isOpen}) => isOpen);
	const links = new Set(open.flatMap(({a, b}) => [`${a} ${b}`, `${b} ${a}`]));
	const right = topology.edges.filter(({a, b}) => links.has(`${indexes.get(a)} ${indexes.get(b)}`)).length;
	const wrong = topology.edges.length - right;
	const alive = lab.nodes.filter(node => node.isAlive).length;
	const gone = wrong === 0 ? '' : `, ${wrong} that ${wrong === 1 ? 'is' : 'are'} gone`;
	return `you see ${seen} of ${alive} nodes, ${right} of ${plural(open.length, 'link')}${gone}`;
}
