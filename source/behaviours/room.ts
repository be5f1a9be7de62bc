import type {PeerId} from '../wire/peer-id.ts';

/** A named room that this node is in. */
export type Room = {
	readonly name: string;
	/**
	 * The name under which we have joined it; empty if we have not, or have left since; undefined if nobody has looked yet.
	 * Who only reads leaves no trace: see `notices.ts`.
	 */
	joinedAs: string | undefined;
	/** We have said something in it in this run. */
	hasSpoken: boolean;
	/** Our leaving is on its way to the disk: nothing more is said. */
	isLeaving: boolean;
};

/** Where something is said. `room` is the id on the wire; `peer` is the other one of a direct room. */
export type Place = {readonly room: string; readonly peer?: PeerId};
