/** Everything that is hashed, fetched or given, as people are told of it: put together from those who know a part each. */
import type {RoomName} from '../../api/event.ts';
import type {TransferInfo, TransferTaker} from '../../api/files.ts';
import type {FileId} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import type {Board} from './board.ts';
import type {Downloads} from './download/downloads.ts';
import type {Offering} from './offering.ts';
import {claimOf, type StandingOffer} from './offers.ts';
import type {Shares} from './shares.ts';
import type {Shelf} from './shelf.ts';
import type {Uploads} from './uploads.ts';

/** Other names that are told of one file. */
const MAX_OTHER_NAMES = 8;

export type InfosOptions = {
	readonly self: PeerId;
	readonly board: Board;
	readonly shelf: Shelf;
	readonly downloads: Downloads;
	readonly offering: Offering;
	readonly uploads: Uploads;
	readonly shares: Shares;
	readonly roomName: (room: string) => RoomName;
	readonly nameOf: (peer: PeerId) => string;
};

export class Infos {
	readonly #options: InfosOptions;

	constructor(options: InfosOptions) {
		this.#options = options;
	}

	all(now: Instant): TransferInfo[] {
		const {offering, downloads, shelf} = this.#options;
		const names = new Set([...offering.paths(), ...downloads.files(), ...shelf.files()]);
		return [...names].flatMap(name => this.of(name, now) ?? []);
	}

	/** `name`: the id of a file, or a path that is hashed. */
	of(name: string, now: Instant): TransferInfo | undefined {
		const {downloads, shelf, offering} = this.#options;
		// Asked for even if it is not there any more: the last that there is to be told of it.
		const fetched = shelf.has(name) ? undefined : downloads.info(name, now);
		const info = fetched ?? this.#held(name) ?? offering.info(name);
		return info && this.#withTakers({...info, ...this.#otherNames(info)}, now);
	}

	/** Offers of the same content, which may be called otherwise. */
	#offers(file: FileId): readonly StandingOffer[] {
		const {board, shelf, downloads} = this.#options;
		const offer = shelf.get(file)?.offer ?? downloads.saved(file)?.offer;
		return offer ? board.offers.of(file).filter(one => claimOf(one.offer) === claimOf(offer)) : [];
	}

	#otherNames({file, name}: TransferInfo): {readonly otherNames?: readonly string[]} {
		const names = [...new Set(this.#offers(file).map(({offer}) => offer.name))].filter(one => one !== name);
		return names.length > 0 ? {otherNames: names.slice(0, MAX_OTHER_NAMES)} : {};
	}

	#held(file: FileId): TransferInfo | undefined {
		const {self, shelf, roomName} = this.#options;
		const held = shelf.get(file);
		if (!held) return undefined;
		const [first] = [...this.#offers(file)].sort((a, b) => a.received - b.received);
		const from = held.isFetched ? first?.from : self;
		return shelf.info(file, {rooms: held.rooms.map(roomName), from});
	}

	#withTakers(info: TransferInfo, now: Instant): TransferInfo {
		const {self, uploads, shares, nameOf} = this.#options;
		const {file, size} = info;
		const given = new Map(uploads.takers(file, now).map(one => [one.peer, one]));
		// Who has given it up got something, and is no taker any more.
		const moving = [...given.values()].filter(({rate}) => rate > 0).map(({peer}) => peer);
		const takers = [...new Set([...moving, ...shares.takers(file, size)])].map(peer => {
			const {rate = 0, bytes = 0} = given.get(peer) ?? {};
			return {peer, name: nameOf(peer), pieces: shares.countOf(peer, file, size), rate, bytes};
		});
		const isOffered = !info.isFetched || this.#offers(file).some(({from}) => from === self);
		const told = isOffered ? takers : takers.filter(one => isTaking(one, info));
		return {...info, takers: told, rateOut: uploads.rate(file, now), given: uploads.given(file)};
	}
}

/** Of what was offered by others: who has all of it and had nothing of ours takes nothing. */
function isTaking({rate, bytes, pieces}: TransferTaker, info: TransferInfo): boolean {
	return rate > 0 || bytes > 0 || pieces < info.pieces;
}
