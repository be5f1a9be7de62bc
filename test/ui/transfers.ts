/** Files that a small company offers, takes and gives, always the same. */
import type {EventOf} from '../../source/api/event.ts';
import type {OfferedFile, TransferInfo} from '../../source/api/files.ts';
import {PEERS, said, type Who} from './script.ts';

export const idOf = (digit: string): string => digit.repeat(64);

export function offered(
	who: Who | 'you',
	file: Partial<OfferedFile> & {readonly name: string},
	at: number,
	room = 'lobby',
): EventOf<'message'> {
	const offer: OfferedFile = {file: idOf('4'), size: 1_400_000_000, files: 0, isExecutable: false, ...file};
	return {...said(who, offer.name, at, room), kind: 'file', offer};
}

export const HALF = {
	have: `${'f'.repeat(90)}${'9'.repeat(10)}${'4'.repeat(10)}${'0'.repeat(146)}`,
	seen: `${'3'.repeat(140)}${'2'.repeat(60)}${'1'.repeat(40)}${'0'.repeat(16)}`,
	asked: `${'0'.repeat(100)}${'1'.repeat(24)}${'0'.repeat(132)}`,
};

export function transfer(more: Partial<TransferInfo> = {}): EventOf<'transfer'> {
	return {
		type: 'transfer',
		file: idOf('4'),
		name: 'holiday.mp4',
		size: 1_400_000_000,
		files: 0,
		state: 'fetching',
		rooms: ['lobby'],
		from: PEERS.ann,
		isFetched: true,
		done: 756_000_000,
		rateIn: 88_000_000,
		rateOut: 1_200_000,
		received: 760_000_000,
		given: 42_000_000,
		left: 7_300,
		priority: 0,
		path: '/home/me/Downloads/holiday.mp4',
		sources: [
			{peer: PEERS.ann, name: 'ann', pieces: 668, requests: 12, rate: 61_000_000, bytes: 500_000_000},
			{peer: PEERS.cat, name: 'cat', pieces: 301, requests: 4, rate: 27_000_000, bytes: 256_000_000},
			{
				peer: PEERS.dan,
				name: 'dan',
				pieces: 668,
				requests: 0,
				rate: 0,
				bytes: 4_000_000,
				dropped: 'a piece of it did not match its hash',
			},
		],
		takers: [{peer: PEERS.bob, name: 'bob', pieces: 120, rate: 1_200_000, bytes: 42_000_000}],
		pieces: 668,
		pieceBytes: 2_097_152,
		map: HALF,
		...more,
	};
}

const WHOLE = {have: 'f'.repeat(64), seen: '2'.repeat(64), asked: '0'.repeat(64)};

/** One of each kind. */
export const ALL: readonly EventOf<'transfer'>[] = [
	transfer({
		file: idOf('5'),
		name: 'report.pdf',
		size: 1_234_567,
		state: 'done',
		isFetched: false,
		done: 1_234_567,
		rateIn: 0,
		rateOut: 3_400_000,
		given: 2_000_000,
		path: '/home/me/report.pdf',
		sources: [],
		map: WHOLE,
		pieces: 19,
		pieceBytes: 65_536,
	}),
	transfer({
		file: idOf('6'),
		name: 'photos of the mountains, 2026',
		files: 214,
		size: 8_100_000_000,
		state: 'paused',
		done: 2_000_000_000,
		rateIn: 0,
		rateOut: 0,
		takers: [],
		priority: 1,
		rooms: ['dev'],
	}),
	transfer({
		file: idOf('7'),
		name: 'backup.tar.zst',
		size: 40_000_000_000,
		state: 'failed',
		error: {code: 'disk-full', message: 'the disk is full: 40 GB are needed, 3.2 GB are free'},
		done: 0,
		rateIn: 0,
		rateOut: 0,
		sources: [],
		takers: [],
	}),
	transfer({
		file: idOf('8'),
		name: 'notes.txt',
		size: 0,
		state: 'done',
		done: 0,
		rateIn: 0,
		rateOut: 0,
		takers: [],
		sources: [],
		pieces: 0,
		map: {have: '', seen: '', asked: ''},
		path: '/home/me/Downloads/notes.txt',
	}),
	transfer({
		file: '/home/me/disk.img',
		name: 'disk.img',
		size: 20_000_000_000,
		state: 'hashing',
		isFetched: false,
		done: 8_600_000_000,
		rateIn: 0,
		rateOut: 0,
		path: '/home/me/disk.img',
		sources: [],
		takers: [],
		pieces: 0,
		map: {have: '', seen: '', asked: ''},
	}),
	transfer(),
	transfer({
		file: idOf('9'),
		name: '漢字の写真 🏔️.jpg',
		size: 4_200_000,
		state: 'waiting',
		done: 0,
		rateIn: 0,
		rateOut: 0,
		sources: [],
		takers: [],
	}),
];
