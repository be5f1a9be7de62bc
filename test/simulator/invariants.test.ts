/** That the simulator notices what must never happen: each invariant, broken once. */
import {describe, expect, it} from 'vitest';
import {Later} from '../../source/simulator/agenda.ts';
import {Invariants} from '../../source/simulator/invariants.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import {Simulation} from '../../source/simulator/simulation.ts';

const invariants = new Invariants();

function startOne(): SimulatedNode {
	const simulation = new Simulation({seed: 1});
	const node = simulation.add({limits: {target: 1, max: 1}});
	simulation.run(1);
	return node;
}

describe('an invariant notices', () => {
	it('a message that is shown twice', () => {
		const node = startOne();
		const message = {type: 'message', messageId: 'id', room: 'lobby', from: 'x', name: 'x', text: 'hi'} as const;
		const event = {...message, kind: 'message', timestamp: 0, seq: 1, order: 0, local: false} as const;
		invariants.event(node, event);
		node.tell(event);
		expect(() => invariants.event(node, event)).toThrow('message id shown twice');
	});

	it('a peer that comes twice, goes without having come, or is the node itself', () => {
		const node = startOne();
		const come = {type: 'peer-connected', peer: 'p', name: 'p', address: '', direction: 'inbound'} as const;
		const go = {type: 'peer-disconnected', peer: 'p', reason: 'closed'} as const;
		expect(() => invariants.event(node, go)).toThrow('peer-disconnected without peer-connected');
		expect(() => invariants.event(node, {...come, peer: node.peerId})).toThrow('connected to itself');
		invariants.event(node, come);
		node.tell(come);
		expect(() => invariants.event(node, come)).toThrow('peer-connected twice');
	});

	it('a message stored by more than there are', () => {
		const event = {type: 'message-state', messageId: 'id', room: 'lobby', storedBy: 3, of: 2} as const;
		expect(() => invariants.event(startOne(), event)).toThrow('stored by 3 of 2');
	});

	it('what is acknowledged before it is on disk, to its author and to others', () => {
		const node = startOne();
		const reply = {type: 'reply', id: '1', ok: true, result: {messageId: 'id'}} as const;
		expect(() => invariants.event(node, reply)).toThrow('acknowledged to its author before it is on disk');
		const receipt = {type: 'receipt', room: 'lobby', messageIds: ['id']} as const;
		expect(() => invariants.receipt(node, receipt)).toThrow('acknowledged to others before it is on disk');
	});

	it('timers that nobody cancels', () => {
		const node = startOne();
		invariants.step(node);
		for (let index = 0; index < 30; index++) node.timers.set(`leak ${index}`, new Later(() => {}));
		expect(() => invariants.step(node)).toThrow(/\d+ timers with 0 connections/u);
	});

	it('more connections than the limit, and too many dials', () => {
		const simulation = new Simulation({seed: 2});
		const nodes = Array.from({length: 3}, () => simulation.add({discovery: false}));
		simulation.run(1);
		const [a, b, c] = nodes as [SimulatedNode, SimulatedNode, SimulatedNode];
		for (const other of [b, c]) simulation.connect(a, other);
		simulation.run(100);
		invariants.step(a);
		expect(() =>
			invariants.step(Object.assign(Object.create(a), {options: {limits: {max: 1}}, ends: a.ends})),
		).toThrow();
		for (let dial = 0; dial < 100; dial++) a.dials.set(dial, {timeout: new Later(() => {})});
		expect(() => invariants.step(a)).toThrow('100 dials at once');
	});

	it('a peer that is shown and not connected', () => {
		const node = startOne();
		invariants.sweep([node], 1);
		node.shownPeers.add('nobody');
		expect(() => invariants.sweep([node], 1)).toThrow('shows nobody as connected');
	});
});
