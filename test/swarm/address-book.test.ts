/** The address book shares its room among the places where peers were reached. */
import {describe, expect, test} from 'vitest';
import {AddressBook, MAX_BOOK_PEERS, MAX_KEPT_PEERS} from '../../source/swarm/address-book.ts';
import {addressOf} from '../behaviours/fixtures.ts';
import {strangers} from './fixtures.ts';

const friends = Array.from({length: 100}, (_, index) => `friend ${index}`);

/** Reached, each on a host of his own. */
function known(isConnected = (_: string) => false): AddressBook {
	const book = new AddressBook(isConnected);
	for (const [index, friend] of friends.entries()) book.proved(friend, addressOf(index), 0);
	return book;
}

const left = (book: AddressBook) => friends.filter(friend => book.of(friend).length > 0).length;
const kept = (book: AddressBook) => book.kept().filter(({peer}) => peer.startsWith('friend')).length;

describe('row 14: one who lets himself be dialled under a thousand keys', () => {
	test.each([
		['on one host', (index: number) => `/ip4/203.0.113.66/tcp/${2_000 + index}`],
		['on a /64', (index: number) => `/ip6/2001:db8::${(index + 1).toString(16)}/tcp/4001`],
		['on a link', (index: number) => `/ip6zone/eth0/ip6/fe80::${(index + 1).toString(16)}/tcp/4001`],
	])('%s pushes nobody out of the address book, nor of what is kept of it', (_, place) => {
		const book = known();
		for (const [index, key] of strangers(1_000).entries()) book.proved(key, place(index), 1);
		expect([left(book), kept(book), book.kept().length]).toEqual([100, 100, MAX_KEPT_PEERS]);
	});

	test('and has a thousand hosts pushes out nobody who is connected', () => {
		const book = known(peer => Number(peer.replace('friend ', '')) < 10);
		for (const [index, key] of strangers(1_000).entries())
			book.proved(key, `/ip4/10.0.${index >> 8}.${index & 255}/tcp/4001`, 1);
		expect(left(book)).toBe(10);
	});
});

test('what was only told makes room, and pushes out nothing that was reached', () => {
	const book = known();
	for (const [index, key] of strangers(MAX_BOOK_PEERS).entries())
		book.told(key, `/ip4/10.0.${index >> 8}.${index & 255}/tcp/4001`);
	expect(left(book)).toBe(100);
	for (const [index, key] of strangers(412).entries())
		book.proved(`new ${key}`, `/ip4/10.1.${index >> 8}.${index & 255}/tcp/4001`, 1);
	book.told('late', addressOf(200));
	expect([left(book), book.of('late')]).toEqual([100, []]);
});
