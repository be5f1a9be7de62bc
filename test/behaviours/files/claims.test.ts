/** Offers of one id that say different things of the file: one of them at most is true. */
import {describe, expect, it} from 'vitest';
import {MAX_CLAIMS} from '../../../source/behaviours/files/fetching.ts';
import type {FileOffer} from '../../../source/wire/file-offer.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {BOB, CAT, IDENTITIES} from '../fixtures.ts';
import {bobIdentity, catIdentity} from '../rooms-fixtures.ts';
import {answers, deeds, FilesDesk, fullOf, heldOf, MIB, offerOf, states, told} from './desk.ts';

const OFFER = offerOf(0xab);
const FILE = OFFER.file;
const FALSE: FileOffer = {...OFFER, size: 7, name: 'small'};

const slices = {layer: 1, manifest: 0};
const openedWith = (needs: readonly 'layer'[]) =>
	({news: 'opened', file: FILE, pieces: new Uint8Array(), needs, slices, path: `/downloads/${OFFER.name}`}) as const;
const fetching = (messageId?: string) =>
	({command: 'fetch-file', file: FILE, ...(messageId !== undefined && {messageId})}) as const;

/** The offer is made ready; bob has it, and his hashes are what they are. */
function gives(desk: FilesDesk, verdict: 'ok' | 'wrong', peer: PeerId = BOB) {
	const outputs = [
		...desk.news({news: 'bulk-opened', peer}),
		...desk.news(openedWith(['layer'])),
		...desk.hear(peer, {type: 'holds', file: FILE, pieces: fullOf(OFFER)}),
	];
	const block = {file: FILE, what: 'layer', index: 0} as const;
	outputs.push(...desk.news({news: 'arrived', peer, block, bytes: 2_048, verdict}));
	return verdict === 'ok' ? [...outputs, ...desk.news(openedWith([]))] : outputs;
}

const openedSizes = (outputs: Parameters<typeof deeds>[0]) =>
	deeds(outputs, 'open').map(({transfer}) => transfer.offer.size);
const offered = (desk: FilesDesk, offer: FileOffer, author = bobIdentity) =>
	told(desk.offers(author, offer), 'message')[0]!.messageId;

describe('of a file that is fetched by its id', () => {
	it('what most say is tried first, then what others say; nobody is blamed, nothing is said of it', () => {
		const desk = new FilesDesk();
		for (const liar of [2, 3, 4]) desk.offers(IDENTITIES[liar]!, FALSE);
		desk.offers(bobIdentity, OFFER);
		expect(openedSizes(desk.ask(fetching()))).toEqual([7]);
		const outputs = gives(desk, 'wrong');
		expect([openedSizes(outputs), deeds(outputs, 'discard')]).toEqual([[OFFER.size], [{deed: 'discard', file: FILE}]]);
		expect(states(outputs)).not.toContain('failed');
		expect(states(outputs)).not.toContain('cancelled');
		const right = gives(desk, 'ok');
		expect(told([...outputs, ...right], 'source-dropped')).toEqual([]);
		expect(desk.transfers()).toMatchObject([{state: 'fetching', name: OFFER.name, size: OFFER.size, rooms: ['lobby']}]);
	});

	it('it fails in the end, and says whose fault it may be; what is offered later is tried', () => {
		const desk = new FilesDesk();
		desk.offers(catIdentity, FALSE);
		desk.ask(fetching());
		const failed = gives(desk, 'wrong');
		expect(told(failed, 'transfer').at(-1)).toMatchObject({
			state: 'failed',
			error: {code: 'bad-offer', message: 'What bob can give does not fit what cat has offered'},
		});
		expect(openedSizes(desk.offers(bobIdentity, OFFER))).toEqual([OFFER.size]);
	});

	it('it is tried with everything again when somebody asks for it again', () => {
		const desk = new FilesDesk();
		desk.offers(catIdentity, FALSE);
		desk.offers(bobIdentity, {...OFFER, size: 9});
		desk.ask(fetching());
		expect(openedSizes(gives(desk, 'wrong'))).toEqual([9]);
		expect(states(gives(desk, 'wrong')).at(-1)).toBe('failed');
		expect(openedSizes(desk.ask(fetching()))).toEqual([7]);
		expect(openedSizes(gives(desk, 'wrong'))).toEqual([9]);
	});

	it('a list of files that is not that of the offer is as wrong', () => {
		const desk = new FilesDesk();
		const folder = offerOf(0xab, {manifest: '01'.repeat(32), files: 2});
		desk.offers(catIdentity, {...folder, files: 3});
		desk.offers(bobIdentity, folder);
		desk.ask(fetching());
		const error = {code: 'bad-manifest', message: 'no'} as const;
		const failed = desk.news({news: 'file-failed', file: FILE, error});
		expect(deeds(failed, 'open').map(({transfer}) => transfer.offer.files)).toEqual([2]);
		expect(answers(failed)).toEqual([]);
		expect(answers(desk.news({news: 'file-failed', file: FILE, error}))).toEqual(['file: no']);
	});

	it('only so many are tried', () => {
		const desk = new FilesDesk();
		for (let size = 1; size <= MAX_CLAIMS + 1; size++) desk.offers(bobIdentity, {...OFFER, size});
		desk.ask(fetching());
		let tries = 1;
		while (tries < 2 * MAX_CLAIMS && openedSizes(gives(desk, 'wrong')).length > 0) tries++;
		expect(tries).toBe(MAX_CLAIMS);
	});
});

describe('one certain offer', () => {
	it('counts alone, whatever most say; the transfer has its name', () => {
		const desk = new FilesDesk();
		for (const liar of [2, 3, 4]) desk.offers(IDENTITIES[liar]!, FALSE);
		const messageId = offered(desk, OFFER);
		offered(desk, {...OFFER, name: 'another name'});
		expect(openedSizes(desk.ask(fetching(messageId)))).toEqual([OFFER.size]);
		expect(desk.transfers()).toMatchObject([{name: OFFER.name, from: BOB, otherNames: ['another name']}]);
		const failed = gives(desk, 'wrong');
		expect([states(failed).at(-1), openedSizes(failed)]).toEqual(['failed', []]);
	});

	it('has a name of its own, though the content has others', () => {
		const desk = new FilesDesk();
		offered(desk, {...OFFER, name: 'first'});
		const messageId = offered(desk, {...OFFER, name: 'second'}, catIdentity);
		const [open] = deeds(desk.ask(fetching(messageId)), 'open');
		expect(open?.transfer).toMatchObject({offer: {name: 'second'}, from: CAT, rooms: ['lobby']});
	});

	it('may have many other names, of which eight are told', () => {
		const desk = new FilesDesk();
		const messageId = offered(desk, OFFER);
		for (let number = 0; number < 9; number++) offered(desk, {...OFFER, name: `name ${number}`});
		desk.ask(fetching(messageId));
		expect(desk.transfers()[0]!.otherNames).toHaveLength(8);
	});

	it('takes the place of another one that nothing speaks for yet; later it is refused', () => {
		const desk = new FilesDesk();
		const wrong = offered(desk, FALSE, catIdentity);
		const right = offered(desk, OFFER);
		desk.ask(fetching(wrong));
		const replaced = desk.ask(fetching(right));
		expect([openedSizes(replaced), states(replaced)]).toEqual([[OFFER.size], ['waiting']]);
		gives(desk, 'ok');
		expect(answers(desk.ask(fetching(wrong)))).toEqual(['file: that offer says of the file what is not true of it']);
		expect(desk.transfers()).toMatchObject([{size: OFFER.size, state: 'fetching'}]);
	});

	it('that is false is refused if the file is here; its room has no part in it', () => {
		const desk = new FilesDesk({rooms: ['lobby', 'attic'], held: [heldOf(OFFER, ['lobby'])]});
		const messageId = told(desk.offers(catIdentity, FALSE, 'attic'), 'message')[0]!.messageId;
		expect(answers(desk.ask(fetching(messageId)))).toEqual([
			'file: that offer says of the file what is not true of it',
		]);
		desk.ask(fetching());
		expect(deeds(desk.news({news: 'looked', file: FILE}), 'keep')).toEqual([]);
	});

	it('is found though it is long past; it is refused if it was taken back, or is of another file', () => {
		const before = new FilesDesk();
		const messageId = offered(before, OFFER);
		const desk = new FilesDesk({store: before.store});
		expect(openedSizes(desk.ask(fetching(messageId)))).toEqual([OFFER.size]);
		const other = offered(desk, offerOf(2));
		expect(answers(desk.ask(fetching(other)))).toEqual(['unknown-file: no such offer is known']);
		expect(answers(desk.ask(fetching('00'.repeat(32))))).toEqual(['unknown-file: no such offer is known']);
		desk.says(bobIdentity, {kind: 'redaction', target: other, reason: ''});
		const gone = desk.ask({command: 'fetch-file', file: offerOf(2).file, messageId: other});
		expect(answers(gone)[0]).toMatch(/^unknown-file/);
	});
});

describe('what is taken without asking', () => {
	it('is what may be, also when something else that is said of it is tried', () => {
		const desk = new FilesDesk({settings: {accept: [{from: '*', bytes: 10 * MIB}]}});
		expect(openedSizes(desk.offers(catIdentity, FALSE))).toEqual([7]);
		desk.offers(catIdentity, {...OFFER, size: 11 * MIB});
		desk.offers(bobIdentity, OFFER);
		expect(openedSizes(gives(desk, 'wrong'))).toEqual([OFFER.size]);
		expect(openedSizes(gives(desk, 'wrong'))).toEqual([]);
	});
});
