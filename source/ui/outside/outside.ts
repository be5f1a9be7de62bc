/** Carries out what concerns the person's terminal and desktop rather than the screen, and says how it went. */
import type {Effect} from '../../store/effect.ts';
import type {DroppedFile, ListedItem} from '../../store/files/transfers.ts';
import {graphemesOf} from '../../store/graphemes.ts';
import type {Notice} from '../../store/intent.ts';
import {plural} from '../format.ts';
import {alertSequence} from './attention.ts';
import {clipboardSequence, MAX_COPY, mayRefuse} from './clipboard.ts';
import {listFolder, lookAt} from './folders.ts';
import {type Desktop, openLink, showPlace} from './links.ts';

export type OutsideEffect = Effect & {
	readonly type: 'copy' | 'open' | 'alert' | 'list-folder' | 'look-at' | 'show-place';
};

export type OutsideOptions = Desktop & {
	/** To the terminal, between two frames. */
	readonly write: (sequence: string) => void;
	readonly tell: (notice: Notice) => void;
	readonly listed?: (folder: string, items: readonly ListedItem[]) => void;
	readonly looked?: (text: string, files: readonly DroppedFile[]) => void;
};

export function createOutside(options: OutsideOptions): (effect: OutsideEffect) => void {
	return effect => {
		switch (effect.type) {
			case 'copy':
				return copy(options, effect);
			case 'open':
				return open(options, effect.url);
			case 'list-folder':
				return void listFolder(effect.folder).then(items => options.listed?.(effect.folder, items));
			case 'look-at':
				return void lookAt(effect.paths).then(files => options.looked?.(effect.text, files));
			case 'show-place':
				return show(options, effect.path);
			case 'alert':
				return options.write(alertSequence(effect, options.env));
		}
	};
}

function copy({write, tell, env}: OutsideOptions, {text, isPart}: Effect & {type: 'copy'}): void {
	const sequence = clipboardSequence(text, env);
	if (sequence === undefined) {
		return tell({level: 'warning', text: `not copied: more than ${MAX_COPY / 1024} KiB; copy a part of it`});
	}
	write(sequence);
	const part = isPart ? ', as far as it is shown here' : '';
	const doubt = mayRefuse(env) ? ', if this terminal takes it; if not, select it with the mouse' : '';
	tell({level: 'info', text: `copied ${plural(graphemesOf(text).length, 'character')}${part}${doubt}`});
}

/** The file itself is never opened: it may be a program, and somebody else's. */
function show(options: OutsideOptions, file: string): void {
	const {write, tell, env} = options;
	const instead = () => {
		write(clipboardSequence(file, env) ?? '');
		tell({level: 'info', text: `no desktop here to show it: copied ${file}`});
	};
	if (showPlace(file, options, instead)) tell({level: 'info', text: 'showing it in your file manager'});
	else instead();
}

function open(options: OutsideOptions, text: string): void {
	const {write, tell, env} = options;
	const instead = (url: string, why: string) => {
		write(clipboardSequence(url, env) ?? '');
		tell({level: 'info', text: `${why}: copied ${url}`});
	};
	const opened = openLink(text, options, url => instead(url, 'no browser could be started'));
	switch (opened.how) {
		case 'opening':
			return tell({level: 'info', text: `opening ${opened.host} in your browser`});
		case 'nowhere':
			return instead(opened.url, 'no desktop here to open it');
		case 'refused':
			return tell({level: 'warning', text: 'only http and https addresses are opened'});
	}
}
