/** What the packet filter of this machine does with what p2p-tui sends and takes. */
import {MULTICAST_GROUP_6} from '../../net/beacon-link.ts';
import {isPublic} from '../../wire/ip.ts';
import type {Facts, InterfaceFacts} from '../facts.ts';
import {parseIptables} from './iptables.ts';
import {parseNft} from './nft.ts';
import {type BaseChain, droppedBy, type Packet, type Table} from './ruleset.ts';

export type Traffic = 'announcements' | 'connections' | 'answers' | 'announcements-out' | 'connections-out';

export type Block = {
	readonly traffic: Traffic;
	readonly interface: string;
	/** Each has to let it through. */
	readonly by: readonly BaseChain[];
};

/** The rulesets that could be read and understood. */
export function tablesOf({nft, iptables, ip6tables}: Facts['firewall']): Table[] {
	const read = (parse: () => Table[]): Table[] => {
		try {
			return parse();
		} catch {
			return [];
		}
	};
	return [
		...(nft === undefined ? [] : read(() => parseNft(nft))),
		...(iptables === undefined ? [] : parseIptables(iptables, 4)),
		...(ip6tables === undefined ? [] : parseIptables(ip6tables, 6)),
	];
}

/** What is dropped, for each of the interfaces where people are. */
export function blocksOf(facts: Facts, interfaces: readonly InterfaceFacts[]): Block[] {
	const tables = tablesOf(facts.firewall);
	return interfaces.flatMap(each =>
		packetsFor(facts, each).flatMap(({traffic, packet}) => {
			const by = droppedBy(tables, packet);
			return by.length === 0 ? [] : [{traffic, interface: each.name, by}];
		}),
	);
}

/** What drops connections to that TCP port. */
export function connectionBlocks(facts: Facts, interfaces: readonly InterfaceFacts[], tcpPort: number): Block[] {
	const blocks = blocksOf({...facts, firewall: {...facts.firewall, tcpPort}}, interfaces);
	return blocks.filter(({traffic}) => traffic === 'connections');
}

/** The interfaces on which something is dropped, if it is let in on another one where people are; none if it is on all. */
export function onlyOn(blocks: readonly Block[], interfaces: readonly InterfaceFacts[]): string[] {
	const names = [...new Set(blocks.map(each => each.interface))];
	return names.length < interfaces.length ? names : [];
}

/**
 * Dropped on one of several networks, it keeps nobody out who is on another one; and where the internet is, it may well be
 * meant.
 */
export function gravity(
	blocks: readonly Block[],
	interfaces: readonly InterfaceFacts[],
): 'problem' | 'warning' | 'note' {
	const only = onlyOn(blocks, interfaces);
	if (only.length === 0) return 'problem';
	const isOpen = ({addresses}: InterfaceFacts) =>
		addresses.some(({family, address}) => family === 4 && isPublic(address));
	return interfaces.filter(({name}) => only.includes(name)).every(isOpen) ? 'note' : 'warning';
}

/** A port as systems choose them for whoever asks for none. */
const ANY_PORT = 45_678;

/** One packet of each kind, from and to a neighbour. Over IPv4 where there is any, for there people meet first. */
function packetsFor(facts: Facts, {name, addresses}: InterfaceFacts): {traffic: Traffic; packet: Packet}[] {
	const own = addresses.find(({family}) => family === 4) ?? addresses[0];
	if (own === undefined) return [];
	const {port} = facts.discovery;
	const {tcpPort} = facts.firewall;
	const {family, address} = own;
	const neighbour = neighbourOf(address);
	const everyone = own.broadcast ?? MULTICAST_GROUP_6;
	const cast = own.broadcast === undefined ? 'multicast' : 'broadcast';
	const come = {direction: 'in', family, interface: name, source: neighbour, sourcePort: ANY_PORT} as const;
	const go = {direction: 'out', family, interface: name, source: address, sourcePort: ANY_PORT} as const;
	const [udp, tcp] = ['udp', 'tcp'] as const;
	const alone = {destination: address, cast: 'unicast', state: 'new'} as const;
	return [
		{
			traffic: 'announcements',
			packet: {...come, protocol: udp, destination: everyone, port, cast, state: 'new'},
		},
		{traffic: 'connections', packet: {...come, ...alone, protocol: tcp, port: tcpPort}},
		{
			traffic: 'answers',
			packet: {...come, ...alone, protocol: tcp, sourcePort: tcpPort, port: ANY_PORT, state: 'established'},
		},
		{
			traffic: 'announcements-out',
			packet: {...go, protocol: udp, destination: everyone, port, cast, state: 'new'},
		},
		{traffic: 'connections-out', packet: {...go, ...alone, protocol: tcp, destination: neighbour, port: tcpPort}},
	];
}

/** Another address close by. */
function neighbourOf(address: string): string {
	if (address.includes(':')) return address.endsWith('1') ? `${address.slice(0, -1)}2` : `${address.slice(0, -1)}1`;
	const [head, last] = [address.slice(0, address.lastIndexOf('.')), Number(address.split('.')[3])];
	return `${head}.${last === 2 ? 3 : 2}`;
}
