/**
 * What a peer may change of itself, and how often. Each change is told to everyone and seen by people, so that one who
 * changes without end would keep every node and every screen busy. A node refuses its own person what others would hold
 * against it; so whoever goes beyond the rate for peers does it on purpose. In tokens.
 */
import type {Rate} from '../base/token-bucket.ts';
import {MAX_SUBSCRIPTIONS} from '../wire/limits.ts';

/** Rooms that we join or leave: a script may enter all that there can be one by one, and leave them again. */
export const OWN_SUBSCRIPTIONS: Rate = {burst: 2 * MAX_SUBSCRIPTIONS, perSecond: 8};

/** The same of a peer, which tells us all its rooms when it connects, too. A message that changes nothing costs one. */
export const PEER_SUBSCRIPTIONS: Rate = {burst: 2 * OWN_SUBSCRIPTIONS.burst, perSecond: 16};

/** Names that we take. */
export const OWN_NAMES: Rate = {burst: 16, perSecond: 2};

/** Introductions of a peer: with each name, each change of its addresses, and when another connection takes over. */
export const PEER_INTRODUCTIONS: Rate = {burst: 32, perSecond: 4};
