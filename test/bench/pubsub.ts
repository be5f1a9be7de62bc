/** Whole nodes: messages that are signed, sent, checked and delivered; with our two routers and with js-libp2p. */
import {newIdentity} from '../../source/storage/identity.ts';
import {verifySignature} from '../../source/wire/identity.ts';
import {atLeast, atMost} from './goal.ts';
import {figure, type Part, type Place, type Row, ratio, type StartPart, withParts} from './shared.ts';
import {median} from './statistics.ts';
import {SUBJECTS, type SubjectName} from './subject.ts';

const ROUNDS = 3;
const CORE = 0;
/** Messages in one round: fewer for js-libp2p, or it would take most of the time that all have. */
const DELIVERIES = {pair: 600, mesh: 100};
const BURST: Readonly<Record<SubjectName, number>> = {gossipsub: 1_000, floodsub: 1_000, libp2p: 60};
const STREAM: Readonly<Record<SubjectName, number>> = {gossipsub: 8_000, floodsub: 8_000, libp2p: 1_600};
const MESH_NODES = 10;
const CHECKS = 1_000;

const NAMES: Readonly<Record<SubjectName, string>> = {
	gossipsub: 'gossipsub',
	floodsub: 'floodsub',
	libp2p: 'js-libp2p gossipsub',
};

type Delivery = {readonly p50: number; readonly p99: number};
type Started = {readonly name: SubjectName; readonly part: Part};

/** Processes of so many nodes each, as far as they can be started; and rows for those that cannot. */
async function startSubjects(start: StartPart, names: readonly SubjectName[], nodes: number) {
	const started: Started[] = [];
	const absent: Row[] = [];
	for (const name of names) {
		const part = start('node', [name], CORE);
		try {
			await part.ask('start', nodes);
			started.push({name, part});
		} catch (error) {
			absent.push({what: NAMES[name], value: Number.NaN, unit: 'ms', reference: String(error).split('\n')[0]!});
		}
	}
	return {started, absent};
}

/** All rounds but the first, for each subject in turn. One that fails has its part ended and no further results. */
async function rounds<Result>(subjects: readonly Started[], round: (subject: Started) => Promise<Result>) {
	const results = new Map<SubjectName, Result[]>(subjects.map(({name}) => [name, []]));
	const failed = new Set<Started>();
	for (let index = 0; index <= ROUNDS; index++) {
		for (const subject of subjects.filter(each => !failed.has(each))) {
			try {
				const result = await round(subject);
				if (index > 0) results.get(subject.name)!.push(result);
			} catch {
				failed.add(subject);
			}
		}
	}
	return results;
}

export function measureDelivery(place: Place): Promise<Row[]> {
	return withParts(place, async start => {
		const {started, absent} = await startSubjects(start, ['gossipsub', 'libp2p'], 2);
		const results = await rounds(started, ({part}) => part.ask<Delivery>('deliver', DELIVERIES.pair));
		const signature = measureSignature();
		const own = summary(results.get('gossipsub')!);
		const rows: Row[] = [
			{what: 'Ed25519: one signature made and checked', value: signature, unit: 'ms'},
			{
				what: 'publish → delivered, two nodes in one process, p50',
				value: own.p50,
				unit: 'ms',
				pinned: true,
				reference: ratio(own.p50, signature, 'a signature made and checked', 'ms'),
				goal: atMost(own.p50, 0.12, 0.08, 'ms'),
			},
			{
				what: 'publish → delivered, the same, p99',
				value: own.p99,
				unit: 'ms',
				pinned: true,
				goal: atMost(own.p99, 1, 0.5, 'ms'),
			},
		];
		const theirs = results.get('libp2p');
		if (theirs) {
			const {p50, p99} = summary(theirs);
			const reference = `${ratio(p50, own.p50, 'ours', 'ms')}; p99 ${figure(p99)} ms`;
			rows.push({what: 'js-libp2p gossipsub, signed: the same, p50', value: p50, unit: 'ms', pinned: true, reference});
		}
		return [...rows, ...absent];
	});
}

const summary = (deliveries: readonly Delivery[]): Delivery => ({
	p50: median(deliveries.map(({p50}) => p50)),
	p99: median(deliveries.map(({p99}) => p99)),
});

/** Milliseconds, the median. */
function measureSignature(): number {
	const identity = newIdentity();
	const bytes = new Uint8Array(150);
	const samples = Array.from({length: CHECKS}, () => {
		const from = performance.now();
		verifySignature(identity.publicKey, bytes, identity.sign(bytes));
		return performance.now() - from;
	});
	return median(samples);
}

export function measureMesh(place: Place): Promise<Row[]> {
	return withParts(place, async start => {
		const {started, absent} = await startSubjects(start, SUBJECTS, MESH_NODES);
		const last = await rounds(started, ({part}) => part.ask<Delivery>('deliver', DELIVERIES.mesh));
		const rate = await rounds(started, ({name, part}) => part.ask<number>('burst', BURST[name]));
		const rows = started.flatMap(({name}): Row[] => {
			const {p50, p99} = summary(last.get(name)!);
			const perSecond = median(rate.get(name)!);
			const isOurs = name !== 'libp2p';
			return [
				{
					what: `ten nodes in one process, ${NAMES[name]}: last delivery, p50`,
					value: p50,
					unit: 'ms',
					pinned: true,
					reference: `p99 ${figure(p99)} ms`,
					...(isOurs && {goal: atMost(p50, 1, 1, 'ms')}),
				},
				{
					what: `ten nodes in one process, ${NAMES[name]}: all to all`,
					value: perSecond,
					unit: '/s',
					pinned: true,
					...(isOurs && {goal: atLeast(perSecond, 1_500, 10_000, '/s')}),
				},
			];
		});
		return [...rows, ...absent];
	});
}

/** Two processes, one publishes as fast as the other takes. */
export async function measureStream(place: Place): Promise<Row[]> {
	const rates: Record<'gossipsub' | 'libp2p', number[]> = {gossipsub: [], libp2p: []};
	let absent = '';
	for (let round = 0; round < ROUNDS; round++) {
		rates.gossipsub.push(await stream(place, 'gossipsub'));
		try {
			if (absent === '') rates.libp2p.push(await stream(place, 'libp2p'));
		} catch (error) {
			absent = String(error).split('\n')[0]!;
		}
	}
	const [own, theirs] = [median(rates.gossipsub), median(rates.libp2p)];
	return [
		{
			what: 'signed messages from node to node, two processes',
			value: own,
			unit: '/s',
			reference: 'kept in memory; on disk: see the part `durable`',
			goal: atLeast(own, 17_000, 100_000, '/s'),
		},
		{
			what: 'js-libp2p gossipsub, signed: the same',
			value: theirs,
			unit: '/s',
			reference: absent || ratio(theirs, own, 'ours', '/s'),
		},
	];
}

function stream(place: Place, name: 'gossipsub' | 'libp2p'): Promise<number> {
	return withParts(place, async start => {
		const [sender, receiver] = [start('node', [name]), start('node', [name])];
		const [address] = await Promise.all([receiver.ask<string>('start', 1), sender.ask('start', 1)]);
		await sender.ask('dial', address);
		await receiver.ask('company', 1);
		const received = receiver.ask<number>('receive', STREAM[name]);
		const [rate] = await Promise.all([received, sender.ask('send', STREAM[name])]);
		return rate;
	});
}
