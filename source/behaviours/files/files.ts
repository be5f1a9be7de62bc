/** Files: offered in rooms, fetched from whoever has pieces, given while they are fetched. */
import type {CommandOf} from '../../api/command.ts';
import type {FileCommand} from '../../api/files.ts';
import type {Random} from '../../base/random.ts';
import type {Archive} from '../../history/archive.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from '../behaviour.ts';
import type {Overlay} from '../overlay.ts';
import {refusal} from '../refusal.ts';
import type {Talk} from '../talk.ts';

export const FILE_COMMANDS = [
	'offer-file',
	'fetch-file',
	'transfers',
	'pause',
	'resume',
	'cancel',
	'prioritise',
	'offers',
	'file-settings',
] as const satisfies readonly FileCommand['command'][];

export type FilesOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly overlay: Overlay;
	readonly random: Random;
	/** Says offers in rooms, as words are said. */
	readonly talk: Pick<Talk, 'placeOf' | 'publish'>;
	/** What people are shown of somebody. */
	readonly nameOf: (peer: PeerId) => string;
};

export class Files implements Behaviour {
	readonly name = 'files';
	readonly protocol = '/p2p-tui/files/1';
	readonly messages = ['seek', 'holds', 'gained', 'bulk-please'] as const;
	readonly commands = FILE_COMMANDS;

	constructor(_options: FilesOptions) {}

	handle(input: BehaviourInput, _now: Instant): BehaviourOutput[] {
		if (input.type !== 'command') return [];
		return [refusal(input.command as CommandOf<'offers'>, 'file', 'not built yet')];
	}
}
