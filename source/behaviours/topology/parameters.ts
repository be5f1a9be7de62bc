/** The numbers of the topology protocol, each with its reason. Times are milliseconds. */

/** What identify lists of whoever tells others who its neighbours are. */
export const TOPOLOGY_PROTOCOL = '/p2p-tui/topology/1';

/** And of whoever does not: it is named by nobody, hands nothing on, and is told by its neighbours of themselves. */
export const READER_PROTOCOL = '/p2p-tui/topology-reader/1';

/** From a change to the statement that tells of it: a crowd that comes at once is told of once. */
export const STATE_DELAY = 1_000;

/** Between two statements about neighbours that came and went; after a loss less, since a partition is urgent. */
export const STATE_INTERVAL = 5_000;
export const LOSS_INTERVAL = 2_000;

/** Between two statements about what only the picture needs: meshes, round trips, rooms, the name. */
export const DETAIL_INTERVAL = 30_000;

/** Between two statements if nothing changes. A statement is good for so many times that. */
export const LIFE_INTERVAL = 60_000;
export const VALID_FOR = 2.5;

/**
 * All intervals grow with the network, so that what a node hears does not: milliseconds for each author known. With a
 * thousand of them twenty minutes lie between two signs of life, and two statements come a second. News of neighbours that
 * came may be as late as twenty seconds among a hundred; of those that were lost, two.
 */
export const LIFE_PER_AUTHOR = 1_200;
export const STATE_PER_AUTHOR = 200;
export const LOSS_PER_AUTHOR = 20;

/** Between two looks at meshes and round trips, and at what has expired. */
export const LOOK_INTERVAL = 5_000;

/** From a statement to handing it on: meanwhile whoever has it already may show that. */
export const RELAY_DELAY = 500;

/** From a newcomer to telling it of others: first it says who else can do that. */
export const GREETING_DELAY = 2_500;

/** Statements handed on in one go: they must not stand in front of what people say. The rest follows with the next go. */
export const RELAY_BATCH = 32;

/** Peers that are looked at to find who hands on one statement, and in one go: some milliseconds, whatever others state. */
export const MAX_RELAY_STEPS = 20_000;
export const RELAY_STEPS = 200_000;

/** How many of those who could hand a statement on to somebody do so: one may be gone, or withhold it. */
export const RELAYS = 2;

/**
 * Between two pictures that are made for those who look, for each author known: one of hundreds takes some ten of them. Of so few it is made
 * each time.
 */
export const FEW_AUTHORS = 30;
export const PICTURE_PER_AUTHOR = 20;

/** A round trip is told again when it has changed by this factor and by so many milliseconds. */
export const RTT_FACTOR = 2;
export const RTT_DIFFERENCE = 10;
/** Weight of the newest of the round trips that are averaged. */
export const RTT_WEIGHT = 0.3;

/** Authors whose statements are kept. */
export const MAX_AUTHORS = 1_000;

/** Authors of whom it is remembered how far they had come, and for how long after their statements expired. */
export const MAX_SEQUENCES = 4 * MAX_AUTHORS;
export const SEQUENCE_MEMORY = 3_600_000;

/** Seconds that a statement is good for at most if its timestamp is off by more than that memory and its validity. */
export const DOUBTFUL_VALIDITY = 150;

/**
 * Statements of one sender. All that it knows may come at once, when it is new to us, or when a network falls apart. In
 * peace it is five a second for the whole of a network, however large.
 */
export const PEER_STATEMENTS = {burst: MAX_AUTHORS, perSecond: 20};

/** A statement that left its author so long after a loss shows that the author is there: none from before comes as late. */
export const SEEN_AFTER = 2_000;

/** From the silence of a peer to saying that it is unreachable: it may only have started anew. */
export const LOSS_GRACE = 4_000;

/**
 * After a loss within which others may not have noticed it: who is said to be connected to the peer later than that has
 * really seen it again.
 */
export const NOTICING = 15_000;

/** After which a peer that was lost counts as gone, whatever became of it. */
export const LOSS_MEMORY = 600_000;

/** Own losses, and peers that said goodbye, that are remembered. */
export const MAX_LOSSES = 1_024;

/** Between two looks at who is unreachable, and for each author known. */
export const JUDGE_DELAY = 1_000;
export const JUDGE_PER_AUTHOR = 10;

/**
 * For how long others must be connected to somebody, and we not, and a dial must have failed meanwhile: longer than the
 * longest pause between two dials, so that after a partition nobody is named who is only not dialled yet.
 */
export const APART_FOR = 35_000;

/** Of the connections wanted: whoever has more does not look for every single peer, and is not cut off from anybody. */
export const FEW_CONNECTIONS = 2 / 3;

/** Peers that are named as unreachable: the list goes to the screen and into the log. */
export const MAX_UNREACHABLE = 256;

/** Names in `reachedBy`. */
export const MAX_REACHED_BY = 8;
