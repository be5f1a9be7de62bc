/** Mounts the screen: Ink keeps the tree, the painter has the terminal. */
import {type Instance, render} from 'ink';
import type {ReactNode} from 'react';
import {InkInput, InkOutput} from '../ink-streams.ts';
import {CanvasContext} from './context.ts';
import type {Painter} from './painter.ts';

export type Mounted = {
	/** The same tree with other properties. */
	rerender(tree: ReactNode): void;
	unmount(): void;
	/** Rejects with whatever made drawing fail. */
	readonly ended: Promise<unknown>;
};

export function mount(tree: ReactNode, painter: Painter): Mounted {
	const wrapped = (inner: ReactNode) => <CanvasContext value={painter.canvas}>{inner}</CanvasContext>;
	const output = new InkOutput(() => painter.canvas.size);
	const ink: Instance = render(wrapped(tree), {
		stdout: output as unknown as NodeJS.WriteStream,
		stdin: new InkInput() as unknown as NodeJS.ReadStream,
		// Each frame as a whole, and nothing else: neither modes nor cursor movements.
		debug: true,
		onRender: () => painter.canvas.setTop(output.last),
		// The terminal's modes have one owner, and that is not Ink.
		alternateScreen: false,
		exitOnCtrlC: false,
		patchConsole: false,
		interactive: true,
		isScreenReaderEnabled: false,
	});
	return {
		rerender: inner => ink.rerender(wrapped(inner)),
		unmount: () => ink.unmount(),
		ended: ink.waitUntilExit(),
	};
}
