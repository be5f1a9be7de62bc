import type {FileId} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {BehaviourOutput} from '../../behaviour.ts';
import type {FilesDeed} from '../io.ts';

export function seekMessage(peers: readonly PeerId[], file: FileId, isOn: boolean): BehaviourOutput {
	return {type: 'send', peers, message: {type: 'seek', files: [file], isOn}};
}

export function deed(wanted: FilesDeed): BehaviourOutput {
	return {type: 'files', deed: wanted};
}
