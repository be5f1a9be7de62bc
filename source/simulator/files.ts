/** Bulk connections and disks of simulated nodes, in virtual time: no contents, only how long they take, and whether they are right. */
import type {FilesDeed} from '../behaviours/files/io.ts';
import type {SimulatedNode} from './simulated-node.ts';

export class SimulatedFiles {
	do(_node: SimulatedNode, _deed: FilesDeed): void {}
}
