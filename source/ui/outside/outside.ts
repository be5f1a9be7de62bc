/** Carries out what concerns the person's terminal and desktop rather than the screen, and says how it went. */
import type {Effect} from '../../store/effect.ts';
import {graphemesOf} from '../../store/graphemes.ts';
import type {Notice} from '../../store/intent.ts';
import {plural} from '../format.ts';
import {alertSequence} from './attention.ts';
import {clipboardSequence, MAX_COPY, mayRefuse} from './clipboard.ts';
import {type Desktop, openLink} from './links.ts';

export type OutsideEffect = Effect & {readonly type: 'copy' | 'open' | 'alert'};

export type OutsideOptions = Desktop & {
	/** To the terminal, between two frames. */
	readonly write: (sequence: string) => void;
	readonly tell: (notice: Notice) => void;
};

export function createOutside(options: OutsideOptions): (effect: OutsideEffect) => void {
	return effect => {
		switch (effect.type) {
			case 'copy':
				return copy(options, effect);
			case 'open':
				return open(options, effect.url);
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
