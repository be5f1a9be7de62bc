/** The whole screen as the program draws it: by the painter, onto a terminal that is asked what it shows. */
import {CanvasContext} from '../../source/ui/paint/context.ts';
import {Painter} from '../../source/ui/paint/painter.ts';
import type {Style} from '../../source/ui/paint/style.ts';
import {Emulator, type Kind, visible} from '../helpers/emulator.ts';
import {type AppOptions, openApp, type Size} from './harness.tsx';

/** What a terminal is told before: nothing wraps. */
const NO_WRAP = '\x1b[?7l';

export function openPainted(size: Size, {kind = 'clusters', ...options}: AppOptions & {readonly kind?: Kind} = {}) {
	let output = '';
	const painter = new Painter({
		size,
		write: more => {
			output += more;
		},
		onError: error => {
			throw error;
		},
	});
	const app = openApp(size, {...options, within: tree => <CanvasContext value={painter.canvas}>{tree}</CanvasContext>});
	return {
		...app,
		/** What was written since this was asked last. */
		paint(): string {
			// What Ink has drawn itself.
			painter.canvas.setTop(app.frame());
			painter.paint();
			const written = output;
			output = '';
			return written;
		},
		/** What is to be on the terminal, cell by cell. */
		meant: () => painter.canvas.frame().rows.map(({texts}) => texts.map(visible)),
		/** The same with what comes before each piece in another style: SGR parameters, or the address of a link. */
		styled: () =>
			painter.canvas.frame().rows.map(({texts, styles}) => {
				const pieces = texts.map((text, x) => (x === 0 || styles[x] !== styles[x - 1] ? stroke(styles[x]) : '') + text);
				return pieces.join('').trimEnd();
			}),
		resize(next: Size) {
			app.resize(next);
			painter.resize(next);
		},
		/** What is on the terminal, once all of that is written to it. */
		async cells(columns: number, rows: number, ...outputs: readonly string[]) {
			const emulator = new Emulator(kind, columns, rows);
			await emulator.write(NO_WRAP + outputs.join(''));
			const cells = emulator.cells();
			emulator.dispose();
			return cells;
		},
		close() {
			painter.close();
			app.close();
		},
	};
}

function stroke(style: Style | undefined): string {
	if (!style) return '';
	const {attributes, color, background, link} = style;
	return `‹${[...attributes, color, background, link.slice(1)].filter(part => part !== '').join(' ')}›`;
}
