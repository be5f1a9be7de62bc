import type {PeerId} from '../wire/peer-id.ts';
import type {DialId} from './io.ts';

/**
 * Addresses that a person gave, watched so that the person hears of it when nobody answers there: once, and again only
 * after it has worked in between. All else that fails is nobody's business.
 */
export class GivenPeers {
	readonly #addresses = new Set<string>();
	readonly #dials = new Map<DialId, {readonly address: string; readonly expected: PeerId | undefined}>();
	/** Failing, and told. */
	readonly #told = new Set<string>();

	/** `address` without `/p2p/…`. */
	add(address: string): void {
		this.#addresses.add(address);
	}

	dialling(dial: DialId, address: string, expected: PeerId | undefined): void {
		if (this.#addresses.has(address)) this.#dials.set(dial, {address, expected});
	}

	succeeded(dial: DialId): void {
		const given = this.#dials.get(dial);
		if (given) this.#told.delete(given.address);
		this.#dials.delete(dial);
	}

	/** Nobody needs it any more: no failure. */
	calledOff(dial: DialId): void {
		this.#dials.delete(dial);
	}

	/** Whether the person is to be told: not of a peer that has come otherwise. */
	failed(dial: DialId, isConnected: (peer: PeerId) => boolean): boolean {
		const given = this.#dials.get(dial);
		this.#dials.delete(dial);
		if (!given || this.#told.has(given.address)) return false;
		if (given.expected !== undefined && isConnected(given.expected)) return false;
		this.#told.add(given.address);
		return true;
	}
}
