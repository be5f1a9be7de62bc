/** How many connections a node has, and how it looks for them. Options of `createChatSwarm`, for crowds and tests. */

export type SwarmLimits = {
	/**
	 * Connected peers that a node looks for by itself. In a room of this program everyone sees everyone up to this many,
	 * which is more than one office; gossip needs a twelfth of it.
	 */
	readonly target: number;
	/** Connected peers at most. Between the two are those that have come by themselves. */
	readonly max: number;
	/**
	 * Inbound connections from one IP address: keys cost nothing, so one machine could otherwise take every place. Many
	 * people may sit behind one address translator, and many peers on one machine.
	 */
	readonly perAddress: number;
	/**
	 * Inbound connections from one subnet (/24, or /64 of IPv6) of the public internet, for the same reason. A private
	 * network is one subnet as a whole, so there it would only keep neighbours apart.
	 */
	readonly perSubnet: number;
};

export const DEFAULT_LIMITS: SwarmLimits = {target: 96, max: 160, perAddress: 64, perSubnet: 64};
