/** The composer while it asks whether to offer what was dropped into the window. */
import type {DroppedFile} from '../../store/files/transfers.ts';
import {activeRoom, roomTitle} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {formatBytes} from '../figures.ts';
import {keymapOf} from '../keymap.ts';
import {type Span, span, spansWidth} from '../text.ts';
import type {Theme} from '../theme.ts';

/** Cells of the edge beside both. */
const FRAME = 8;

/** What stands at the left and at the right of the edge. */
export function dropTitle(
	state: State,
	files: readonly DroppedFile[],
	width: number,
	{paint}: Theme,
): readonly [readonly Span[], readonly Span[]] {
	const room = activeRoom(state);
	const where = room ? ` to ${roomTitle(state, room)}` : '';
	const send = keymapOf(state).label('send');
	const asked = [span(send, paint.key), span(` offers ${filesText(files)}${where}`, paint.warn)];
	const answer = (words: string) => [span('Esc', paint.key), span(words, paint.dim)];
	const long = answer(' keeps the text');
	return [asked, spansWidth([...asked, ...long]) + FRAME <= width ? long : answer(' no')];
}

/** `report.pdf · 1.2 MB`, `the folder photos`, `3 files · 8.1 MB`. */
function filesText(files: readonly DroppedFile[]): string {
	const [only, ...more] = files;
	const size = files.reduce((sum, file) => sum + file.size, 0);
	if (only && more.length === 0)
		return only.isFolder ? `the folder ${only.name}` : `${only.name} · ${formatBytes(only.size)}`;
	const folders = files.filter(({isFolder}) => isFolder).length;
	return folders === 0 ? `${files.length} files · ${formatBytes(size)}` : `${files.length} files and folders`;
}
