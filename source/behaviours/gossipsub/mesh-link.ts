/** One link of the mesh of a room: who has asked for less on it, and of what worth it has been to us. */
import type {Instant} from '../behaviour.ts';
import {FEEDING_DECAY, FEEDING_SAMPLES} from './parameters.ts';

export class MeshLink {
	/** Since when everything is pushed to the peer. */
	pushedSince: Instant;
	/** The peer has choked us: it gets events of others no more, but offers. */
	chokesUs = false;
	/** We have choked the peer. */
	isChoked = false;
	/** It is not choked (again) before. */
	heldUntil: Instant = Number.NEGATIVE_INFINITY;
	/** Events that came while it was not choked. */
	#samples = 0;
	/** The same, copies from it, and points for coming early: all decay with every event. */
	#events = 0;
	#copies = 0;
	#merit = 0;

	constructor(since: Instant) {
		this.pushedSince = since;
	}

	/** An event has come to the room, from whomever. */
	passed(): void {
		this.#samples += 1;
		this.#events = this.#events * FEEDING_DECAY + 1;
		this.#copies *= FEEDING_DECAY;
		this.#merit *= FEEDING_DECAY;
	}

	/** The peer has handed an event on to us, as so many others had before. To be told once for each event. */
	brought(others: number): void {
		this.#copies += 1;
		this.#merit += 1 / (1 + others);
	}

	/** What it did before it was choked says nothing about now. */
	unchoke(now: Instant, holdFor: number): void {
		this.isChoked = false;
		this.heldUntil = now + holdFor;
		this.#samples = 0;
		this.#events = 0;
		this.#copies = 0;
		this.#merit = 0;
	}

	get isJudged(): boolean {
		return this.#samples >= FEEDING_SAMPLES;
	}

	/** Copies from it for each event, 0 to 1. Some peers bring none: they get everything from us. */
	get copies(): number {
		return this.#events === 0 ? 0 : Math.min(1, this.#copies / this.#events);
	}

	/** 1 for a peer that brings every event before all others, 0 for one that brings none. */
	get merit(): number {
		return this.#events === 0 ? 0 : this.#merit / this.#events;
	}
}
