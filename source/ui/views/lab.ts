/** The laboratory: the simulated network as it really is, and what can be done to it. */
import type {LabEdge, LabNode, LabState} from '../../api/lab.ts';
import type {State} from '../../store/state.ts';
import {formatSpan} from '../format.ts';
import {type Keymap, keymapOf} from '../keymap.ts';
import {fit, fitName, row, type Span, span, spansWidth, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {PageBuilder, type PageContent} from './content.ts';
import {comparisonRows, figureParts, shortComparison} from './lab-figures.ts';
import {belief, lesson, percent} from './lab-words.ts';

/** From so many rows on there is room for air, for a legend and for bars. */
const ROOMY = 20;
const TALL = 34;
/** From so many cells on both routers stand side by side as bars. */
const WIDE = 70;
/** What it says at most. */
const LESSON_ROWS = 2;
const NAME_CELLS = 9;
/** What stands before the picture of a node's links. */
const BEFORE_LINKS = 26;

type Kind = 'self' | 'mesh' | 'open' | 'cut' | 'none';
const CELLS: Readonly<Record<Kind, string>> = {self: '╲', mesh: '█', open: '▒', cut: '×', none: '·'};

/** `height`: rows that are seen at once. */
export function labContent(state: State, width: number, height: number, theme: Theme): PageContent {
	const {lab} = state.pages.lab;
	const content = new PageBuilder();
	if (!lab) {
		const text = state.core.state === 'running' ? 'This network is real. p2p-tui lab simulates one.' : 'starting…';
		return content.add(row(width, []), row(width, [span(` ${text}`, theme.paint.dim)]));
	}
	content.head.push(...headRows(state, lab, width, height, theme));
	const links = linksOf(lab);
	if (height >= ROOMY) content.head.push(titleRow(lab, width, theme));
	for (const node of lab.nodes) content.addItem(String(node.index), [nodeRow(state, lab, node, links, width, theme)]);
	if (height >= ROOMY) content.foot.push(legendRow(lab, width, theme));
	return content;
}

function headRows(state: State, lab: LabState, width: number, height: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const blank = height >= TALL ? [row(width, [])] : [];
	const told = lab.isConverged ? paint.good : paint.warn;
	return [
		...wrap(lesson(lab), width - 2)
			.slice(0, LESSON_ROWS)
			.map(line => row(width, [span(' '), span(line, told)])),
		...blank,
		...flowed(knobs(lab, keymapOf(state), theme), width),
		...(height >= ROOMY ? flowed(deeds(keymapOf(state), theme), width) : []),
		...blank,
		...figureRows(lab, width, height, theme),
		...(height >= ROOMY ? [row(width, [span(` ${belief(lab, state.pages.topology.topology)}`, paint.dim)])] : []),
		...blank,
	];
}

/** What each value is now, and the keys that change it. */
function knobs(lab: LabState, keys: Keymap, {paint}: Theme): readonly (readonly Span[])[] {
	const knob = (ids: readonly string[], name: string, value: string) => [
		span(ids.map(id => keys.label(id)).join(' '), paint.key),
		span(` ${name} `, paint.dim),
		span(value),
	];
	const isSlow = lab.speed > 0 && lab.actualSpeed < 0.8 * lab.speed;
	const speed = lab.speed === 0 ? 'held' : `×${lab.speed}${isSlow ? ` (×${lab.actualSpeed.toFixed(1)})` : ''}`;
	const chatter = lab.chatter === 0 ? 'none' : `${Number(lab.chatter.toFixed(1))}/s`;
	return [
		knob(['lab-less-loss', 'lab-more-loss'], 'loss', percent(lab.loss)),
		knob(['lab-less-delay', 'lab-more-delay'], 'delay', `${lab.delay} ms`),
		knob(['lab-slower', 'lab-faster', 'lab-hold'], 'speed', speed),
		knob(['lab-chatter'], 'talk', chatter),
	];
}

function deeds(keys: Keymap, {paint}: Theme): readonly (readonly Span[])[] {
	const deed = (id: string, name: string) => [span(keys.label(id), paint.key), span(` ${name}`, paint.dim)];
	return [
		deed('lab-add', 'add'),
		deed('lab-kill', 'kill'),
		deed('lab-restart', 'restart'),
		deed('lab-split', 'split'),
		deed('lab-heal', 'heal'),
		deed('lab-mark', 'mark'),
		deed('lab-cut', 'cut'),
		deed('lab-mend', 'mend'),
		deed('lab-say', 'say'),
		deed('lab-compare', 'compare routers'),
	];
}

/** One after the other, in as many rows as they need; none is cut. */
function flowed(parts: readonly (readonly Span[])[], width: number): string[] {
	const rows: Span[][] = [[]];
	for (const part of parts) {
		const last = rows.at(-1)!;
		if (last.length > 0 && spansWidth(last) + spansWidth(part) + 3 > width) rows.push([span('   '), ...part]);
		else last.push(span(last.length === 0 ? ' ' : '   '), ...part);
	}
	return rows.map(spans => row(width, spans));
}

/** Those of now, and of both routers once these were compared: instead of the former where there is little room. */
function figureRows(lab: LabState, width: number, height: number, theme: Theme): readonly string[] {
	const {comparison: both} = lab;
	const isRunning = both === 'running';
	if (height < ROOMY && both !== undefined && !isRunning) return shortComparison(both, width, theme);
	const now = flowed(figureParts(lab, height < ROOMY, theme), width);
	if (both === undefined) return now;
	if (isRunning) return [...now, row(width, [span(' comparing both routers on this seed…', theme.paint.accent)])];
	if (height < TALL || width < WIDE) return [...now, ...shortComparison(both, width, theme)];
	return [...now, row(width, []), ...comparisonRows(both, width, theme)];
}

// --- the nodes ---

type Links = ReadonlyMap<number, ReadonlyMap<number, LabEdge>>;

function linksOf({nodes, edges}: LabState): Links {
	const links = new Map(nodes.map(({index}) => [index, new Map<number, LabEdge>()]));
	for (const edge of edges) {
		links.get(edge.a)?.set(edge.b, edge);
		links.get(edge.b)?.set(edge.a, edge);
	}
	return links;
}

/** Above the nodes: what stands in which column. */
function titleRow({nodes}: LabState, width: number, {paint}: Theme): string {
	const each = nodes.length <= width - BEFORE_LINKS ? 'to each node' : 'of each kind';
	return row(width, [span(`   ${fit('node', NAME_CELLS)}   has links  ${each}`, paint.dim)]);
}

/** ` ● belis     A  =  14  ·█▒▒·×` */
function nodeRow(state: State, lab: LabState, node: LabNode, links: Links, width: number, theme: Theme): string {
	const {paint} = theme;
	const {index, name, isAlive, side, peer} = node;
	const own = links.get(index) ?? new Map<number, LabEdge>();
	const open = [...own.values()].filter(({isOpen}) => isOpen).length;
	const isMarked = state.pages.lab.marked === index;
	const who = index === 0 ? paint.own : theme.peer(peer);
	const [held, heldPaint] = heldBy(lab, node, theme);
	const picture = isAlive || own.size > 0 ? linkSpans(lab, node, own, width - BEFORE_LINKS, theme) : [];
	return row(width, [
		span(' '),
		isAlive ? span('●', paint.good) : span('✗', paint.bad),
		span(isMarked ? '▸' : ' ', paint.accent),
		span(fitName(index === 0 ? 'you' : name, NAME_CELLS), isAlive ? who : paint.dim),
		span(lab.isSplit ? ` ${'AB'[side]}` : '  ', side === 0 ? paint.accent : paint.warn),
		span(` ${held.padEnd(5)}`, heldPaint),
		span(isAlive ? String(open).padStart(4) : '    ', paint.dim),
		span('  '),
		...picture,
	]);
}

/** `=` as most do; `−3` so many fewer than somebody; `≠` as many, and others. */
function heldBy(lab: LabState, {isAlive, isEqual, events}: LabNode, {paint}: Theme): readonly [string, Span['paint']] {
	if (!isAlive) return ['', paint.dim];
	if (isEqual) return ['=', paint.good];
	const most = lab.nodes.reduce((sum, node) => Math.max(sum, node.isAlive ? node.events : 0), 0);
	return [events < most ? `−${most - events}` : '≠', paint.warn];
}

/** A cell for each node, where there is room for all; else a bar of as many as there are of each kind. */
function linkSpans(
	{nodes}: LabState,
	{index}: LabNode,
	own: ReadonlyMap<number, LabEdge>,
	room: number,
	{paint}: Theme,
): readonly Span[] {
	const kinds =
		nodes.length <= room
			? nodes.map(other => (other.index === index ? 'self' : kindOf(own.get(other.index))))
			: [...own.values()].map(kindOf).sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
	const paints = {self: paint.dim, mesh: paint.accent, open: paint.dim, cut: paint.bad, none: paint.dim};
	const runs: {readonly kind: Kind; length: number}[] = [];
	for (const kind of kinds.slice(0, room)) {
		const last = runs.at(-1);
		if (last?.kind === kind) last.length += 1;
		else runs.push({kind, length: 1});
	}
	return runs.map(({kind, length}) => span(CELLS[kind].repeat(length), paints[kind]));
}

const ORDER: readonly Kind[] = ['mesh', 'open', 'cut', 'none', 'self'];

function kindOf(edge: LabEdge | undefined): Kind {
	if (!edge) return 'none';
	if (edge.isCut) return 'cut';
	return edge.isMesh ? 'mesh' : 'open';
}

function legendRow(lab: LabState, width: number, {paint}: Theme): string {
	const what = ' ● alive ✗ dead   = same −3 lacks 3   █ mesh ▒ link × cut';
	const time = formatSpan(Math.floor(lab.now / 1_000) * 1_000);
	const right = [`   seed ${lab.seed} · ${time} `, `   ${time} `].find(text => widthOf(what + text) <= width);
	return row(width, [span(what, paint.dim)], [span(right ?? '', paint.dim)]);
}
