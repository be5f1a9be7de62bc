/** Can be made anew: see `SearchIndex`. */
export const CREATE_WORDS = `CREATE VIRTUAL TABLE words USING fts5 (
	text, room,
	content = '', contentless_delete = 1, prefix = '1 2 3',
	tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"
);`;

/**
 * The tables of a history, version 1.
 *
 * What a node needs when it starts (rooms, chains, people) stands in small tables, so that a start does not grow with
 * the history. `events` is the big one, and its indexes are most of what an insert costs; so ids are not indexed as a
 * whole, but by their first 6 bytes as a number (`prefix`), which sorts as their text does.
 *
 * | column of `events` | what it is                                                                        |
 * | ------------------ | --------------------------------------------------------------------------------- |
 * | row                | ascending in the order in which they came                                         |
 * | place              | `order`: the place in the room                                                    |
 * | kind               | number of the kind on the wire; −1: unknown                                       |
 * | part               | 2: words (messages, replies and files), 1: other entries on the screen, 0: what changes an entry |
 * | target, about      | of edits, reactions and redactions: the id of what they are about, and its prefix |
 *
 * Search: `documents` says which event a document of `words` is. A document's number is made of the place and the id, so
 * that the newest come first without sorting. Neither is written when an event comes, but in chunks later: up to the
 * row in `state.indexed`, and without those in `unindexed`. `texts` has the texts that were edited since.
 */
export const VERSION_1 = `
CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO state VALUES ('indexed', 0), ('trials', 0);

-- A room without a name is forgotten: its events are still being deleted. Without a digest: never saved.
CREATE TABLE rooms (
	room INTEGER PRIMARY KEY,
	name TEXT UNIQUE,
	peer TEXT,
	digest TEXT,
	events INTEGER NOT NULL DEFAULT 0,
	heads TEXT NOT NULL DEFAULT '[]',
	read_to TEXT,
	read_by_peer TEXT,
	reorder_from TEXT
) STRICT;

CREATE TABLE chains (
	chain INTEGER PRIMARY KEY,
	room INTEGER NOT NULL,
	author TEXT NOT NULL,
	epoch TEXT NOT NULL,
	digest TEXT,
	spans TEXT NOT NULL DEFAULT '[]',
	forks TEXT NOT NULL DEFAULT '[]',
	kept_from INTEGER NOT NULL DEFAULT 1,
	tip TEXT,
	-- The greatest place of its events.
	latest INTEGER,
	UNIQUE (room, author, epoch)
) STRICT;
CREATE INDEX chains_by_author ON chains (room, author, latest);

CREATE TABLE events (
	row INTEGER PRIMARY KEY,
	room INTEGER NOT NULL,
	chain INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	place INTEGER NOT NULL,
	prefix INTEGER NOT NULL,
	id BLOB NOT NULL,
	kind INTEGER NOT NULL,
	part INTEGER NOT NULL,
	received INTEGER NOT NULL,
	about INTEGER,
	target BLOB,
	signature BLOB,
	bytes BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_id ON events (prefix);
CREATE INDEX events_by_chain ON events (chain, sequence);
CREATE INDEX events_by_place ON events (room, part, place, prefix);
-- Authors whose clocks were ahead of ours: these are found by when they came.
CREATE INDEX events_by_age ON events (room, received) WHERE place > received;
CREATE INDEX reactions ON events (about, place, prefix) WHERE kind = 3;
CREATE INDEX changes ON events (about, chain, kind, place) WHERE kind IN (2, 4);
CREATE INDEX topics ON events (room, place, prefix) WHERE kind = 5;
CREATE INDEX presences ON events (chain, place, prefix) WHERE kind IN (6, 7, 8);

CREATE TABLE gaps (
	gap INTEGER PRIMARY KEY,
	room INTEGER NOT NULL,
	missing BLOB NOT NULL,
	child BLOB NOT NULL,
	UNIQUE (room, missing, child)
) STRICT;

CREATE TABLE spreads (
	spread INTEGER PRIMARY KEY,
	id BLOB NOT NULL UNIQUE,
	room TEXT NOT NULL,
	members TEXT NOT NULL,
	holders TEXT NOT NULL
) STRICT;

CREATE TABLE people (
	person INTEGER PRIMARY KEY,
	peer TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	since INTEGER NOT NULL,
	last_seen INTEGER NOT NULL
) STRICT;
CREATE INDEX people_by_age ON people (last_seen, person);

CREATE TABLE texts (row INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE unindexed (row INTEGER PRIMARY KEY) STRICT;
CREATE TABLE documents (document INTEGER PRIMARY KEY, row INTEGER NOT NULL) STRICT;
${CREATE_WORDS}
`;
