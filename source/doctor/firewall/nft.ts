/**
 * Reads what `nft -j list ruleset` prints. Source: libnftables-json(5).
 *
 * Tables of `iptables-nft` hold matches that nft cannot say in its own words (`xt`): those are left to `iptables-save`,
 * which can.
 */
import {liesIn, liesInText} from './addresses.ts';
import type {Action, BaseChain, Condition, Packet, Rule, Table} from './ruleset.ts';

type Json = {readonly [key: string]: unknown};
type Sets = ReadonlyMap<string, readonly unknown[]>;

/** Hooks that see what comes for this machine, and what leaves it. */
const INWARD = new Set(['ingress', 'prerouting', 'input']);
const OUTWARD = new Set(['output', 'postrouting', 'egress']);

/** @throws Error if it is no JSON of this form. */
export function parseNft(text: string): Table[] {
	const {nftables} = JSON.parse(text) as {nftables?: unknown};
	if (!Array.isArray(nftables)) throw new Error('no ruleset of nft');
	const entries = nftables as Json[];
	const tables = entries.map(({table}) => table).filter(isObject);
	return tables.flatMap(({family, name}) => {
		const isHere = (of: unknown): of is Json => isObject(of) && of.family === family && of.table === name;
		const rules = entries.map(({rule}) => rule).filter(isHere);
		if (family === 'bridge' || family === 'arp' || rules.some(usesXtables)) return [];
		const sets: Sets = new Map(
			entries
				.map(({set, map}) => set ?? map)
				.filter(isHere)
				.map(({name: set, elem}) => [String(set), Array.isArray(elem) ? elem : []]),
		);
		return [tableOf(entries.map(({chain}) => chain).filter(isHere), rules, sets)];
	});
}

/** A rule in it was made by iptables, with a match that only iptables can name. */
function usesXtables({expr}: Json): boolean {
	return Array.isArray(expr) && expr.some(part => isObject(part) && 'xt' in part);
}

function tableOf(chains: readonly Json[], rules: readonly Json[], sets: Sets): Table {
	const bases = chains.flatMap(({family, table, name, hook, policy, type}): BaseChain[] => {
		const direction = INWARD.has(String(hook)) ? 'in' : OUTWARD.has(String(hook)) ? 'out' : undefined;
		if (direction === undefined || type === 'nat') return [];
		const names = {family: String(family), table: String(table), name: String(name)};
		return [{tool: 'nft', ...names, direction, policy: policy === 'drop' ? 'drop' : 'accept'}];
	});
	const byChain = new Map<string, readonly Rule[]>(
		chains.map(({name}) => [
			String(name),
			rules.filter(({chain}) => chain === name).map(({expr}) => ruleOf(Array.isArray(expr) ? expr : [], sets)),
		]),
	);
	return {bases, chains: byChain};
}

/** Statements are done from left to right: what stands behind a verdict is never reached. */
function ruleOf(expressions: readonly unknown[], sets: Sets): Rule {
	const conditions: Condition[] = [];
	for (const expression of expressions) {
		if (!isObject(expression)) continue;
		const action = actionOf(expression, sets);
		if (action !== undefined) return {conditions, action};
		const condition = conditionOf(expression, sets);
		if (condition !== undefined) conditions.push(condition);
	}
	return {conditions, action: () => ({type: 'go-on'})};
}

function actionOf(expression: Json, sets: Sets): Rule['action'] | undefined {
	if ('vmap' in expression) return mapped(expression.vmap, sets);
	const action = verdictOf(expression);
	return action && (() => action);
}

function verdictOf(expression: Json): Action | undefined {
	if ('accept' in expression) return {type: 'accept'};
	if ('drop' in expression || 'reject' in expression) return {type: 'drop'};
	if ('return' in expression) return {type: 'return'};
	if ('continue' in expression) return {type: 'go-on'};
	if ('queue' in expression || 'tproxy' in expression || 'synproxy' in expression) return {type: 'unknown'};
	for (const type of ['jump', 'goto'] as const) {
		const target = expression[type];
		if (isObject(target)) return {type, chain: String(target.target)};
	}
	return undefined;
}

/** A verdict that depends on a value: `ct state vmap { established : accept, invalid : drop }`. */
function mapped(vmap: unknown, sets: Sets): Rule['action'] {
	if (!isObject(vmap)) return () => ({type: 'unknown'});
	const {key, data} = vmap;
	return packet => {
		const value = fieldOf(key, packet);
		if (value === undefined) return {type: 'unknown'};
		const pairs = elementsOf(data, sets);
		for (const pair of pairs ?? []) {
			if (!Array.isArray(pair) || matchesOne(value, pair[0], sets) !== true) continue;
			return (isObject(pair[1]) && verdictOf(pair[1])) || {type: 'unknown'};
		}
		return {type: pairs === undefined ? 'unknown' : 'go-on'};
	};
}

/** Undefined for what is no condition: counters, logs, marks. */
function conditionOf(expression: Json, sets: Sets): Condition | undefined {
	if (isObject(expression.match)) return matchOf(expression.match, sets);
	// Within the rate, as a few datagrams a second are.
	if (isObject(expression.limit)) return expression.limit.inv === true ? () => false : undefined;
	// What iptables or a later version says; and counts and quotas, of which nobody knows how far they are.
	return 'xt' in expression || 'quota' in expression || 'ct count' in expression ? () => undefined : undefined;
}

function matchOf({op, left, right}: Json, sets: Sets): Condition {
	return packet => {
		const value = fieldOf(left, packet);
		if (value === undefined || value === ABSENT) return value === ABSENT ? false : undefined;
		const order = ORDERS[String(op)];
		if (order !== undefined) return order(Number(value), Number(right));
		const holds = matchesOne(value, right, sets);
		return op === '!=' && holds !== undefined ? !holds : holds;
	};
}

const ORDERS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
	'<': (one, other) => one < other,
	'>': (one, other) => one > other,
	'<=': (one, other) => one <= other,
	'>=': (one, other) => one >= other,
};

/** The packet has no such field, so nothing can be compared with it. */
const ABSENT = Symbol('absent');
type Value = string | number | typeof ABSENT;

/** Undefined if it is not known. */
function fieldOf(left: unknown, packet: Packet): Value | undefined {
	if (!isObject(left)) return undefined;
	if (isObject(left.meta)) return metaOf(String(left.meta.key), packet);
	if (isObject(left.payload)) return payloadOf(left.payload, packet);
	if (isObject(left.ct)) return left.ct.key === 'state' ? packet.state : undefined;
	if (isObject(left.fib)) return left.fib.result === 'type' ? fibOf(left.fib.flags, packet) : undefined;
	// `tcp flags & (fin | syn | rst | ack) == syn`.
	if (Array.isArray(left['&'])) return fieldOf(left['&'][0], packet);
	return undefined;
}

function metaOf(key: string, {direction, family, protocol, cast, interface: name}: Packet): Value | undefined {
	switch (key) {
		case 'iif':
		case 'iifname':
			return direction === 'in' ? name : '';
		case 'oif':
		case 'oifname':
			return direction === 'out' ? name : '';
		case 'l4proto':
			return protocol;
		case 'nfproto':
			return family === 4 ? 'ipv4' : 'ipv6';
		case 'protocol':
			return family === 4 ? 'ip' : 'ip6';
		case 'pkttype':
			return cast === 'unicast' ? 'host' : cast;
		default:
			return undefined;
	}
}

function payloadOf({protocol, field}: Json, packet: Packet): Value | undefined {
	switch (protocol) {
		case 'th':
			return portOf(field, packet);
		case 'tcp':
		case 'udp':
			return protocol === packet.protocol ? portOf(field, packet) : ABSENT;
		case 'ip':
		case 'ip6':
			return protocol === (packet.family === 4 ? 'ip' : 'ip6') ? hostOf(field, packet) : ABSENT;
		case 'icmp':
		case 'icmpv6':
		case 'sctp':
		case 'dccp':
			return ABSENT;
		default:
			return undefined;
	}
}

function portOf(field: unknown, {port, sourcePort, state}: Packet): Value | undefined {
	if (field === 'dport') return port;
	if (field === 'sport') return sourcePort;
	return field === 'flags' ? (state === 'new' ? 'syn' : 'ack') : undefined;
}

function hostOf(field: unknown, {source, destination, protocol}: Packet): Value | undefined {
	if (field === 'saddr') return source;
	if (field === 'daddr') return destination;
	return field === 'protocol' || field === 'nexthdr' ? protocol : undefined;
}

function fibOf(flags: unknown, {direction, cast}: Packet): Value | undefined {
	const isDestination = flags === 'daddr' || (Array.isArray(flags) && flags.includes('daddr'));
	if (!isDestination) return undefined;
	return cast === 'unicast' ? (direction === 'in' ? 'local' : 'unicast') : cast;
}

/** Whether a value is among those that stand at the right. */
function matchesOne(value: Value, right: unknown, sets: Sets): boolean | undefined {
	const elements = elementsOf(right, sets);
	if (elements === undefined) return typeof right === 'string' && right.startsWith('@') ? undefined : is(value, right);
	return elements.some(element => is(value, bare(element)) === true);
}

/** Undefined if it is one value. */
function elementsOf(right: unknown, sets: Sets): readonly unknown[] | undefined {
	if (typeof right === 'string' && right.startsWith('@')) return sets.get(right.slice(1));
	if (Array.isArray(right)) return right;
	return isObject(right) && Array.isArray(right.set) ? right.set : undefined;
}

/** An element of a set may carry a timeout or a comment. */
function bare(element: unknown): unknown {
	return isObject(element) && isObject(element.elem) ? element.elem.val : element;
}

function is(value: Value, wanted: unknown): boolean | undefined {
	if (value === ABSENT) return false;
	if (typeof wanted === 'number') return value === wanted;
	if (typeof wanted === 'string') {
		if (wanted.endsWith('*')) return String(value).startsWith(wanted.slice(0, -1));
		return String(value) === wanted || liesInText(String(value), wanted) === true;
	}
	if (!isObject(wanted)) return undefined;
	if (isObject(wanted.prefix)) return liesIn(String(value), String(wanted.prefix.addr), Number(wanted.prefix.len));
	if (!Array.isArray(wanted.range)) return undefined;
	const [low, high] = wanted.range as unknown[];
	if (typeof value === 'number') return value >= Number(low) && value <= Number(high);
	return undefined;
}

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
