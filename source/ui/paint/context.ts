/** Where panes draw. Without it, as in tests of what a person sees, Ink draws them itself. */
import {createContext} from 'react';
import type {Canvas} from './canvas.ts';

export const CanvasContext = createContext<Canvas | undefined>(undefined);
