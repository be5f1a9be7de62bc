/**
 * Topology: each node states who its neighbours are, signed, so that everyone sees the network as a whole, and whom it has
 * lost. What is stated, when, and to whom it is handed on is told in the files beside this one.
 */
import type {CommandOf} from '../../api/command.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, View} from '../behaviour.ts';
import type {Overlay} from '../overlay.ts';
import type {Claim} from './graph.ts';
import {TOPOLOGY_PROTOCOL} from './parameters.ts';
import {report} from './report.ts';

export type TopologyOptions = {
	readonly view: View;
	readonly overlay: Pick<Overlay, 'rooms' | 'mesh'>;
	/** Whether others are told who our neighbours are. */
	readonly tells: boolean;
};

export class TopologyBehaviour implements Behaviour {
	readonly name = 'topology';
	readonly protocol = TOPOLOGY_PROTOCOL;
	readonly messages = [] as const;
	readonly commands = ['topology'] as const;
	readonly #options: TopologyOptions;

	constructor(options: TopologyOptions) {
		this.#options = options;
	}

	handle(input: BehaviourInput): BehaviourOutput[] {
		return input.type === 'command' && input.command.command === 'topology' ? this.#answer(input.command) : [];
	}

	#answer(command: CommandOf<'topology'>): BehaviourOutput[] {
		const {view, tells} = this.#options;
		const {self} = view;
		const claims = new Map([[self, this.#ownClaims()]]);
		const about = (peer: PeerId) => {
			const name = peer === self ? view.name : (view.facts(peer).name ?? '');
			return {name, isNeighbour: view.isConnected(peer)};
		};
		return [{type: 'reply', command, result: report({self, claims, about, unreachable: [], tells})}];
	}

	#ownClaims(): Map<PeerId, Claim> {
		const {view, overlay} = this.#options;
		const meshes = overlay.rooms().map(room => ({room, members: new Set(overlay.mesh(room))}));
		const claims = new Map<PeerId, Claim>();
		for (const peer of view.connectedPeers()) {
			const {name, rtt} = view.facts(peer);
			if (name === undefined) continue;
			claims.set(peer, {rtt, mesh: meshes.filter(({members}) => members.has(peer)).map(({room}) => room)});
		}
		return claims;
	}
}
