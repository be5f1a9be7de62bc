/** Looking at one message closely. */
import {notify} from '../reduce/notices.ts';
import {coreText, type Stage} from './stage.ts';
import {openView} from './views.ts';

export function inspect(stage: Stage, room: string, id: string): void {
	if (stage.state.core.state !== 'running') return notify(stage.draft, 'error', coreText(stage.state));
	stage.draft.set({details: {room, id, answer: 'asking'}});
	openView(stage, 'details');
	stage.send({command: 'inspect', room, messageId: id});
}
