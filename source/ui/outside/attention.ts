/** The bell, and notifications of the desktop by way of the terminal. */
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Effect, Notification} from '../../store/effect.ts';
import {type Environment, handedOn, isMultiplexed, isSet} from './passage.ts';

const BELL = '\x07';
/** UTF-16 units of a title and of a body. */
const MAX_TITLE = 100;
const MAX_BODY = 300;

/** How each asks for it. */
const PROTOCOLS = {
	/** One text. Before a semicolon it would be a number with another meaning. */
	osc9: ({title, body}: Notification) => `\x1b]9;${title}: ${body}\x07`,
	osc777: ({title, body}: Notification) => `\x1b]777;notify;${title};${body}\x07`,
	osc99: ({title, body}: Notification) =>
		`\x1b]99;i=p2p-tui:d=0:p=title;${title}\x07\x1b]99;i=p2p-tui:d=1:p=body;${body}\x07`,
} as const;

type Known = {readonly variable: string; readonly value: RegExp; readonly protocol: keyof typeof PROTOCOLS};

/** What a terminal says of itself. */
const TERMINALS: readonly Known[] = [
	{variable: 'TERM', value: /^xterm-kitty/, protocol: 'osc99'},
	{variable: 'TERM', value: /^(foot|rxvt-unicode|xterm-ghostty)/, protocol: 'osc777'},
	{variable: 'TERM_PROGRAM', value: /^ghostty$/i, protocol: 'osc777'},
	{variable: 'TERM_PROGRAM', value: /^(iTerm\.app|WezTerm|WarpTerminal)$/, protocol: 'osc9'},
];

/** What those who start in a terminal have from it, multiplexers too. */
const INHERITED: readonly Known[] = [
	{variable: 'KITTY_WINDOW_ID', value: /./, protocol: 'osc99'},
	{variable: 'GHOSTTY_RESOURCES_DIR', value: /./, protocol: 'osc777'},
	{variable: 'LC_TERMINAL', value: /^iTerm2$/, protocol: 'osc9'},
	{variable: 'WEZTERM_PANE', value: /./, protocol: 'osc9'},
	{variable: 'WT_SESSION', value: /./, protocol: 'osc9'},
];

/** Everything to be written for an alert. Where nothing else is known, a notification is a bell. */
export function alertSequence({bell, notification}: Omit<Effect & {type: 'alert'}, 'type'>, env: Environment): string {
	const protocol = notification && protocolOf(env);
	// A multiplexer may keep to itself what it was to hand on.
	const rings = bell || (notification !== undefined && (protocol === undefined || isMultiplexed(env)));
	const sequence = protocol ? handedOn(PROTOCOLS[protocol](safe(notification)), env) : '';
	return (rings ? BELL : '') + sequence;
}

function protocolOf(env: Environment): Known['protocol'] | undefined {
	const isIt = ({variable, value}: Known) => value.test(env[variable] ?? '');
	// One terminal may have been started from within another.
	const isUnknown = isSet(env.TERM_PROGRAM) && !isMultiplexed(env);
	return (TERMINALS.find(isIt) ?? (isUnknown ? undefined : INHERITED.find(isIt)))?.protocol;
}

/** A semicolon would end a field, or make a command of a number before it. */
function safe({title, body}: Notification): Notification {
	const field = (text: string, limit: number) =>
		sanitizeLine(sanitizeLine(text).replaceAll(';', ',').slice(0, limit)).trim();
	return {title: field(title, MAX_TITLE), body: field(body, MAX_BODY)};
}
