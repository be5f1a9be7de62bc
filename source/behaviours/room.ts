import type {RoomLog} from './room-log.ts';

/** A room that this node is in. `sequence` is that of our last event in it; `unread` counts what others said since. */
export type Room = {readonly name: string; readonly log: RoomLog; sequence: number; unread: number};
