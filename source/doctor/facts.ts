/** What was observed, as plain data: the probes write it, the rules judge it. Nothing in here is an opinion. */

/** Those of `net/interface-kind.ts`. */
export type InterfaceKind = 'ethernet' | 'wifi' | 'other' | 'vpn' | 'virtual' | 'loopback';

export type InterfaceFacts = {
	readonly name: string;
	readonly kind: InterfaceKind;
	readonly mac: string;
	/** At least one. */
	readonly addresses: readonly {readonly address: string; readonly family: 4 | 6; readonly broadcast?: string}[];
	/** Whether the system calls it fit for multicast; undefined where it does not say. */
	readonly multicast?: boolean;
};

/** A socket of another program, or of another p2p-tui, on the discovery port. */
export type PortHolder = {readonly pid?: number; readonly program?: string; readonly family: 4 | 6};

/** One way on which announcements leave: what became of our own. */
export type WayFacts = {
	readonly interface: string;
	readonly family: 4 | 6;
	readonly way: 'broadcast' | 'multicast';
	/** The system's code if it could not be sent, or the group could not be joined. */
	readonly error?: string;
	/** Whether ours came back to the discovery port, as it does within a machine. */
	readonly returned: boolean;
};

export type DialFacts =
	| {readonly result: 'connected' /** Milliseconds by which its clock is ahead, if it told. */; readonly clock?: number}
	| {readonly result: 'failed'; readonly code: string; readonly message: string};

/** Nobody said yes or no. */
export function isUnanswered(dial: DialFacts | undefined): boolean {
	return dial?.result === 'failed' && (dial.code === 'timeout' || dial.code === 'unreachable');
}

/** A node that was heard, on another machine. */
export type PeerFacts = {
	readonly peer: string;
	readonly host: string;
	readonly interface?: string;
	/** It was heard on the discovery port, as everyone is. */
	readonly announced: boolean;
	/** It answered to us alone. */
	readonly answered: boolean;
	/** It is no node but somebody's doctor: it takes connections, and lets them go at once. */
	readonly isDoctor?: true;
	/** It has opened a TCP connection to us. */
	readonly reachedUs: boolean;
	readonly dial?: DialFacts;
	/**
	 * Whether it answered when it was asked for its hardware address (ARP, neighbour discovery), so that what is meant for
	 * one machine alone gets through here; undefined where that is not known.
	 */
	readonly isOnLink?: boolean;
};

export type DiscoveryFacts = {
	readonly port: number;
	/** By family: undefined if it was opened, else the system's code. */
	readonly listening: {readonly 4?: string; readonly 6?: string};
	readonly holders: readonly PortHolder[];
	readonly ways: readonly WayFacts[];
	readonly peers: readonly PeerFacts[];
	/** Nodes on this very machine, this program's own among them. */
	readonly here: number;
	/** TCP ports on which those take connections from other machines. */
	readonly portsHere: readonly number[];
	/** How long was listened, in milliseconds. */
	readonly listened: number;
};

export type FirewallManager = 'ufw' | 'firewalld' | 'nftables' | 'iptables' | 'macos' | 'windows' | 'none';

export type FirewallFacts = {
	readonly manager: FirewallManager;
	/** What `nft -j list ruleset`, `iptables-save` and `ip6tables-save` print, as far as they may be read. */
	readonly nft?: string;
	readonly iptables?: string;
	readonly ip6tables?: string;
	/** What the tools of macOS and Windows print. */
	readonly text?: string;
	/** There are such tools, and this user may not ask them. */
	readonly forbidden: boolean;
	/** The TCP port that others dial: of `--listen`, else one like those that the system chooses (and see `portsHere`). */
	readonly tcpPort: number;
	/** Whether `--listen` names it. */
	readonly isTcpPortFixed: boolean;
};

export type RouteFacts = {readonly interface: string; readonly gateway?: string; readonly family: 4 | 6};

export type TerminalFacts = {
	readonly isTerminal: boolean;
	readonly columns: number;
	readonly rows: number;
	readonly type?: string;
	/** Bits: 1, 4, 8 or 24. */
	readonly colourDepth: number;
	/** The first of LC_ALL, LC_CTYPE and LANG that is set. */
	readonly locale?: string;
	readonly multiplexer?: 'tmux' | 'screen';
};

export type DirectoryFacts = {
	readonly path: string;
	/** `missing`: there is none yet. `held`: a p2p-tui that runs has it. */
	readonly state: 'usable' | 'missing' | 'not-writable' | 'not-a-directory' | 'open-to-others' | 'unreadable';
	/** The process that holds the lock, if it is alive. */
	readonly heldBy?: number;
	/** Of the disk, where it can be asked. */
	readonly freeBytes?: number;
	readonly isReadOnly?: boolean;
};

export type Surroundings = 'wsl-nat' | 'wsl' | 'container' | 'plain';

export type Facts = {
	readonly platform: NodeJS.Platform;
	readonly isRoot: boolean;
	/** What `--interface` names. */
	readonly chosen: readonly string[];
	/** Of those, what is not there now; and the names of all interfaces that are. */
	readonly missing: readonly string[];
	readonly present: readonly string[];
	readonly interfaces: readonly InterfaceFacts[];
	readonly discovery: DiscoveryFacts;
	readonly firewall: FirewallFacts;
	/** Undefined where the table could not be read. */
	readonly routes: readonly RouteFacts[] | undefined;
	readonly surroundings: Surroundings;
	readonly terminal: TerminalFacts;
	/** `process.versions.node`. */
	readonly node: string;
	/** Undefined for `--ephemeral`. */
	readonly directory: DirectoryFacts | undefined;
	/** Unix milliseconds. */
	readonly now: number;
};
