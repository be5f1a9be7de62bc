/** The composer while it asks whether to offer what was dropped into the window. */
import type {DroppedFile} from '../../store/files/transfers.ts';
import {activeRoom, roomTitle} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {formatBytes} from '../figures.ts';
import {keymapOf} from '../keymap.ts';
import {type Span, span, spansWidth, truncate} from '../text.ts';
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
	const asked = (what: string) => [span(send, paint.key), span(` offers ${what}${where}`, paint.warn)];
	const answer = (words: string) => [span('Esc', paint.key), span(words, paint.dim)];
	const [long, short] = [answer(' keeps the text'), answer(' no')];
	const whole = asked(filesText(files));
	const cells = width - FRAME - spansWidth(short);
	if (spansWidth(whole) > cells) return [asked(filesText(files, cells - spansWidth(asked('')))), short];
	return [whole, spansWidth([...whole, ...long]) + FRAME <= width ? long : short];
}

/** `report.pdf · 1.2 MB`, `the folder photos`, `3 files · 8.1 MB`. */
function filesText(files: readonly DroppedFile[], width?: number): string {
	const [only, ...more] = files;
	const size = files.reduce((sum, file) => sum + file.size, 0);
	if (only && more.length === 0) {
		const before = only.isFolder ? 'the folder ' : '';
		// Where it goes has to be seen before Enter; the path stands below.
		if (width !== undefined) return before + truncate(only.name, Math.max(8, width - before.length));
		return only.isFolder ? before + only.name : `${only.name} · ${formatBytes(only.size)}`;
	}
	const folders = files.filter(({isFolder}) => isFolder).length;
	return folders === 0 ? `${files.length} files · ${formatBytes(size)}` : `${files.length} files and folders`;
}
