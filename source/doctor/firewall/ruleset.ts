/**
 * A packet filter as far as it is understood, whatever tool has written it, and what becomes of a packet in it.
 *
 * Conditions have three values. A rule that only may match is passed over: the verdict is then `unknown` if it might have
 * changed a drop, and still `accept` otherwise. So a filter that we do not understand never sounds an alarm.
 */

export type Packet = {
	readonly direction: 'in' | 'out';
	readonly family: 4 | 6;
	readonly protocol: 'tcp' | 'udp';
	readonly interface: string;
	readonly source: string;
	readonly destination: string;
	readonly sourcePort: number;
	readonly port: number;
	readonly cast: 'unicast' | 'broadcast' | 'multicast';
	readonly state: 'new' | 'established';
};

/** Whether it holds for a packet; undefined if that is not known. */
export type Condition = (packet: Packet) => boolean | undefined;

export type Action =
	| {readonly type: 'accept' | 'drop' | 'return' | 'go-on' | 'unknown'}
	| {readonly type: 'jump' | 'goto'; readonly chain: string};

export type Rule = {
	readonly conditions: readonly Condition[];
	/** What is done for this packet; undefined: it is not known whether anything. */
	readonly action: (packet: Packet) => Action;
};

export type BaseChain = {
	readonly tool: 'nft' | 'iptables';
	/** As the tool calls it: `inet`, `ip`, `ip6`, `netdev`. */
	readonly family: string;
	readonly table: string;
	readonly name: string;
	readonly direction: 'in' | 'out';
	readonly policy: 'accept' | 'drop';
};

/** Chains by name; those of one table can jump to each other. */
export type Table = {readonly bases: readonly BaseChain[]; readonly chains: ReadonlyMap<string, readonly Rule[]>};

export type Outcome = 'accept' | 'drop' | 'unknown';

/** As many chains within each other as the kernel allows (NFT_JUMP_STACK_SIZE). */
const MAX_DEPTH = 16;

/** The base chains that drop a packet. One that accepts it says nothing for the others. */
export function droppedBy(tables: readonly Table[], packet: Packet): BaseChain[] {
	return tables.flatMap(table =>
		table.bases.filter(base => concerns(base, packet) && outcomeOf(table, base, packet) === 'drop'),
	);
}

function concerns({family, direction}: BaseChain, packet: Packet): boolean {
	if (direction !== packet.direction) return false;
	return family === 'ip' ? packet.family === 4 : family === 'ip6' ? packet.family === 6 : true;
}

function outcomeOf(table: Table, base: BaseChain, packet: Packet): Outcome {
	const walk: Walk = {table, packet, mayAccept: false};
	const end = walkChain(walk, base.name, 0) ?? base.policy;
	return end === 'drop' && walk.mayAccept ? 'unknown' : end;
}

type Walk = {
	readonly table: Table;
	readonly packet: Packet;
	/** A rule was passed over that may have accepted it. */
	mayAccept: boolean;
};

/** Undefined if the packet comes out at the end of the chain. */
function walkChain(walk: Walk, name: string, depth: number): Outcome | undefined {
	if (depth > MAX_DEPTH) return 'unknown';
	for (const rule of walk.table.chains.get(name) ?? []) {
		const matches = all(rule.conditions, walk.packet);
		if (matches === false) continue;
		const action = rule.action(walk.packet);
		if (matches === undefined) walk.mayAccept ||= action.type !== 'drop' && action.type !== 'go-on';
		const end = matches === true ? obey(walk, action, depth) : 'next';
		if (end !== 'next') return end;
	}
	return undefined;
}

/** What becomes of the packet in this chain; `next`: the next rule says. */
function obey(walk: Walk, action: Action, depth: number): Outcome | undefined | 'next' {
	switch (action.type) {
		case 'go-on':
			return 'next';
		case 'return':
			return undefined;
		case 'goto':
			return walkChain(walk, action.chain, depth + 1);
		case 'jump':
			return walkChain(walk, action.chain, depth + 1) ?? 'next';
		default:
			return action.type;
	}
}

function all(conditions: readonly Condition[], packet: Packet): boolean | undefined {
	let result: boolean | undefined = true;
	for (const condition of conditions) {
		const holds = condition(packet);
		if (holds === false) return false;
		if (holds === undefined) result = undefined;
	}
	return result;
}
