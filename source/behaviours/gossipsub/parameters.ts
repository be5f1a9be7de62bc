/**
 * The parameters of gossipsub, each with its source: the specification's `gossipsub-v1.0.md`, `-v1.1.md` or `-v1.2.md`.
 * Times are milliseconds. Where a value is not the specification's, the reason is given.
 */
import {MAX_PEER_HINTS, MAX_SEND_QUEUE_BYTES} from '../../wire/limits.ts';

// --- the mesh ---

/** D: mesh members that a room should have (v1.0). */
export const MESH_SIZE = 6;

/** D_lo: with fewer, others are grafted (v1.0). */
export const MESH_LOW = 4;

/**
 * D_hi (v1.0). A mesh of this size takes no graft from a peer that dialled us, and the next heartbeat prunes it. The
 * specification prunes above D_hi only; but a room that has just outgrown `SMALL_ROOM` has full meshes everywhere, and
 * they would stay full: a newcomer would be refused by all.
 */
export const MESH_HIGH = 12;

/** D_score: of those that are kept when a mesh is pruned, the ones chosen by their score (v1.1: 4 or 5 of 6). */
export const MESH_BEST = 4;

/** D_out: mesh members that we have dialled ourselves, so that nobody can fill our mesh from outside (v1.1). */
export const MESH_OUTBOUND = 2;

/**
 * Connected members up to which a room is small: everyone is in the mesh, and events are pushed to everyone at once. One
 * hop is faster than two, and with D_hi members a mesh would save little.
 */
export const SMALL_ROOM = MESH_HIGH;

/** heartbeat_interval (v1.0). */
export const BEAT_INTERVAL = 1_000;

/** The interval when nothing has happened for `ACTIVE_TIME`: an idle node hardly wakes. Whatever happens ends it. */
export const IDLE_BEAT_INTERVAL = 15_000;

/** As long as it may take until an event has been offered to all, and grafts and prunes have settled. */
export const ACTIVE_TIME = 6_000;

/** PruneBackoff (v1.1). */
export const PRUNE_BACKOFF = 60_000;

/** UnsubscribeBackoff (v1.1): we do not graft a peer that has just left the room and come back. */
export const LEAVE_BACKOFF = 10_000;

/** A pruned peer waits this much longer than it was told, so that clocks and delays make no early graft (v1.1). */
export const BACKOFF_SLACK = 2_000;

/** A graft that comes this soon after the prune was no mistake (go-libp2p-pubsub, GraftFloodThreshold). */
export const GRAFT_FLOOD_TIME = 10_000;

/** Pairs of room and peer whose backoff is remembered. Without its backoff a peer is grafted too early, no more. */
export const MAX_BACKOFFS = 8_192;

/** The recommended period for opportunistic grafting, and how many are grafted then (v1.1). */
export const OPPORTUNISTIC_INTERVAL = 60_000;
export const OPPORTUNISTIC_GRAFTS = 2;

/** Members told of in a prune: more than D_hi, so that the pruned peer can make a whole mesh of them (v1.1). */
export const EXCHANGED_PEERS = MAX_PEER_HINTS;

// --- choking ---

/**
 * Copies of an event that those whom we do not choke must bring: between one, which a peer that fails in silence would
 * take away, and two, which two links bring only where neither of them ever gets an event from us.
 */
export const COPIES_ENOUGH = 1.5;

/** With fewer, one is unchoked. So much below, that what was choked today is not unchoked tomorrow for nothing. */
export const COPIES_LOW = 1.2;

/** Events after which a link is judged, at the least, and what an event leaves of those before it: about the last 16 count. */
export const FEEDING_SAMPLES = 3;
export const FEEDING_DECAY = 15 / 16;

/**
 * An event that has gone over more links than this many times the usual number, and some, has come round by the back door:
 * one is unchoked. So a tree that has grown long and thin becomes broad again.
 */
export const DETOUR = 2;
export const DETOUR_SLACK = 3;

/** The part of the links of a room that is choked in one heartbeat: not all on the strength of the same few events. */
export const CHOKED_PER_BEAT = 1 / 2;

/** Whoever was unchoked stays so for this long: there was a reason, and no attacker can make us go to and fro. */
export const UNCHOKE_HOLD = 60_000;

/** Events of late of which is counted who brought them: those of some heartbeats in a lively room. */
export const MAX_COUNTED_EVENTS = 512;

/** Chokes and unchokes of one peer in one heartbeat, and one for each common room: ours are fewer. */
export const MAX_CHOKES = 4;

// --- gossip ---

/** D_lazy: the fewest members offered to in one heartbeat (v1.0). */
export const LAZY_SIZE = 6;

/**
 * The part of the members outside the mesh that is offered to in one heartbeat. The specification takes 0.25 at random,
 * three times: 58 % hear of an event (v1.1). We take them in turn, those first that have waited longest, a third each
 * time, and offer each event to each of them once: everyone hears of everything. That is 1 offer where the specification
 * makes 0.75; but whoever has told us of an event is not told of it, which saves about half.
 */
export const GOSSIP_FACTOR = 1 / 3;

/**
 * Age from which events are offered in a heartbeat: until then they are still on their way through the mesh, and whoever
 * asked for one would get it twice.
 */
export const OFFER_AGE = BEAT_INTERVAL / 4;

/**
 * Age up to which events are offered in a heartbeat: mcache_gossip, three of them (v1.0), one more since events are not
 * offered at once, and one since a turn may come late by one.
 */
export const GOSSIP_AGE = 5 * BEAT_INTERVAL;

/**
 * Age up to which events are kept to be handed out: mcache_len is 5 heartbeats (v1.0). But a connection that dies in
 * silence is noticed after nine seconds, and dials are repeated with pauses of up to thirty: what was said meanwhile must
 * still be there when the peer is back. History repairs that too, and everything older; but it gives those who were here
 * before a second, for an offer of what they missed is one message and comes at once, whatever the room holds. So this
 * time covers a link that was away and back, and no more.
 */
export const CACHE_AGE = 120_000;

/** Events, and bytes of them, that are kept. */
export const MAX_CACHED_EVENTS = 4_096;
export const MAX_CACHED_BYTES = 8 * 1024 * 1024;

/** Peers remembered as having a young event: those are not offered it. */
export const MAX_HOLDERS = 512;

/**
 * What was sent to a peer before it was gone may be lost with the connection: as much as the heartbeat behaviour takes to
 * notice. A peer that is back is offered again what is younger than that.
 */
export const REPAIR_OVERLAP = 10_000;

/** Peers that are gone, of which we remember when. */
export const MAX_GONE_PEERS = 1_024;

/**
 * Whoever was not there before is offered what is younger than this: what others were sending while it told us its rooms,
 * and what they had handed on before they knew of it.
 */
export const NEWCOMER_AGE = 2 * BEAT_INTERVAL;

/** Members of a room of any size that offer it to each newcomer: all of five hundred would be a flood. */
export const NEWCOMER_OFFERS = 12;

/** Ids that we look at in the ihave messages of one peer in one heartbeat: MaxIHaveLength (go-libp2p-pubsub). */
export const MAX_IHAVE_IDS = 5_000;

/** Messages that may carry them: MaxIHaveMessages (go-libp2p-pubsub); and one for each common room, as ours name one room. */
export const MAX_IHAVE_MESSAGES = 10;

/** Events asked for and not here yet. */
export const MAX_WANTED = 20_000;

/** Of these, asked of one peer: whoever offers ids that do not exist must not keep us from asking the others. */
export const MAX_WANTED_OF_ONE = MAX_WANTED / 2;

/** What may be asked of each peer even if that is more in all, for there may be several of that kind. */
export const RESERVED_WANTED = 128;

/** Further peers remembered for one wanted event: asked if the first does not deliver. */
export const MAX_OTHERS = 4;

/** A wanted event that is not here by then is asked of another: IWantFollowupTime (go-libp2p-pubsub). */
export const FOLLOW_UP = 3_000;

/** How often one event is asked for before it is given up, and handed to the same peer: GossipRetransmission (same). */
export const MAX_TRANSMISSIONS = 3;

/** Peers remembered for one event as having got it on request; others are refused. Keys cost nothing. */
export const MAX_RECIPIENTS = 1_024;

/**
 * Ids looked at, and bytes handed out, on the iwant messages of one peer in one heartbeat. So much that three requests get
 * nearly all that is kept; and so little that even those three, to a peer that reads nothing, fit into its send queue.
 */
export const MAX_IWANT_IDS = 5_000;
export const MAX_IWANT_BYTES = MAX_SEND_QUEUE_BYTES / 4;

// --- idontwant ---

/** Bytes of an event from which on mesh members are told not to send it: below it, telling costs as much (v1.2). */
export const IDONTWANT_BYTES = 1_024;

/** Ids taken from one peer in one heartbeat: max_idontwant_messages (v1.2 leaves it open; js-libp2p-gossipsub). */
export const MAX_IDONTWANT_IDS = 512;

/** They are of use while the event is on its way, no longer (v1.2 leaves it open). */
export const IDONTWANT_AGE = 3 * BEAT_INTERVAL;
