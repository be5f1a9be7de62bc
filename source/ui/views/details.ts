/** All that is known of one message: what was written, by which key, when, where it stands, and who holds it. */
import type {MessageSpread} from '../../api/spread.ts';
import type {Details, KnownDetails} from '../../store/details.ts';
import {transferOf} from '../../store/files/selectors.ts';
import type {Holders} from '../../store/names.ts';
import {displayName, nameHolders} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {counted, formatBytes} from '../figures.ts';
import {formatMoment, formatSpan, plural} from '../format.ts';
import {keymapOf} from '../keymap.ts';
import {row, type Span, span} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {havingText, hereText, type OfferedHere} from './details-file.ts';
import {messageSpreadRows} from './message-spread.ts';

type Made = {
	readonly width: number;
	readonly theme: Theme;
	readonly holders: Holders;
	readonly spread: MessageSpread | undefined;
	/** What the rows about the file are made of, if it offers one. */
	readonly file: string;
	readonly parts: Parts;
	readonly lines: readonly string[];
};

/** A long text is not wrapped again for every figure that changes elsewhere. */
const made = new WeakMap<Details, Made>();

export function detailsLines(state: State, width: number, theme: Theme): readonly string[] {
	const {details} = state;
	if (!details) return [];
	const holders = nameHolders(state);
	const {message} = state.pages.spread;
	const spread = message?.messageId === details.id && message.room === details.room ? message : undefined;
	const known = made.get(details);
	const here = offeredHere(state, details);
	const file = fileKey(here);
	const isSame = known?.width === width && known.theme === theme && known.holders === holders && known.file === file;
	if (known && isSame && known.spread === spread) return known.lines;
	const isFollowed = spread !== undefined;
	const parts =
		known && isSame && (known.spread !== undefined) === isFollowed
			? known.parts
			: partsOf(details, () => new Sheet(width, theme, holders), state.self?.peerId, isFollowed, here);
	const [first, rest] = parts;
	// Else it would be read as having the file.
	const title = here ? 'Message stored by' : 'Stored by';
	const between =
		spread && rest.length > 0 ? [...messageSpreadRows(state, spread, width, theme, title), row(width, [])] : [];
	const lines = [...first, ...between, ...rest];
	made.set(details, {width, theme, holders, spread, file, parts, lines});
	return lines;
}

type Parts = readonly [first: readonly string[], rest: readonly string[]];

/** What stands above and below of how it has spread; `isFollowed`: that says who holds it. */
function partsOf(
	{answer}: Details,
	sheet: () => Sheet,
	self: string | undefined,
	isFollowed: boolean,
	here: OfferedHere | undefined,
): Parts {
	const [first, rest] = [sheet(), sheet()];
	const {paint} = first.theme;
	if (answer === 'asking') return [first.blank().text('asking…', paint.dim).rows, []];
	if ('problem' in answer) return [first.blank().text(answer.problem, paint.warn).rows, []];
	written(first, answer, self);
	if (here) offered(first, here, answer);
	times(rest, answer);
	place(rest, answer);
	proof(rest, answer);
	changes(rest, answer);
	if (!isFollowed) held(rest, answer, self);
	return [first.rows, rest.blank().rows];
}

function written(sheet: Sheet, answer: KnownDetails, self: string | undefined): void {
	const {paint, peer} = sheet.theme;
	const isOwn = answer.from === self;
	sheet.blank();
	if (answer.text !== '') sheet.text(answer.text).blank();
	sheet.field('Kind', answer.kind);
	sheet.field(
		'Author',
		sheet.name(answer.from, answer.name) + (isOwn ? ' (you)' : ''),
		isOwn ? paint.own : peer(answer.from),
	);
	sheet.field('Key', answer.from);
	sheet.field('Id', answer.messageId).blank();
}

function offeredHere(state: State, {answer}: Details): OfferedHere | undefined {
	if (typeof answer === 'string' || 'problem' in answer || !answer.offer) return undefined;
	return {
		offer: answer.offer,
		transfer: transferOf(state, {offer: answer.offer}),
		isOwn: answer.from === state.self?.peerId,
		isKnown: state.files.settings !== undefined,
		key: keymapOf(state).label('get'),
	};
}

/** All that decides on what is said of the file. */
function fileKey(here: OfferedHere | undefined): string {
	return here ? `${hereText(here)} ${havingText(here, {peer: '', name: ''}, peer => peer)}` : '';
}

/** What `get` and `/get` take it by, how large it is to the byte, and who has it. */
function offered(sheet: Sheet, here: OfferedHere, {from, name}: KnownDetails): void {
	const {file, size, files, isExecutable} = here.offer;
	const what = files > 0 ? `a folder of ${counted(files, 'file')}` : isExecutable ? 'a program' : 'a file';
	sheet.field('Offers', `${what}, ${counted(size, 'byte')}${size < 1_000 ? '' : ` (${formatBytes(size)})`}`);
	sheet.field('File id', file);
	sheet.field('Here', hereText(here));
	const having = havingText(here, {peer: from, name}, (peer, known) => sheet.name(peer, known));
	if (having !== '') sheet.field('Who has it', having);
	sheet.blank();
}

function times(sheet: Sheet, {timestamp, received, clock, order}: KnownDetails): void {
	const late = received - timestamp;
	const how =
		late >= 0 ? `${formatSpan(late)} later` : `${formatSpan(-late)} before that: its author’s clock is ahead of ours`;
	sheet.field('Written', `${formatMoment(timestamp)}, by its author’s clock`);
	sheet.field('Came here', `${formatMoment(received)}, ${how}`);
	sheet.field('Clock', `${clock}: ${apart(clock - timestamp, 'the time written')}`);
	sheet.field('Order', `${order}: ${apart(order - clock, 'its clock')}`).blank();
}

/** A logical clock counts milliseconds, as far as it can: `the time written`, `3 ms after the time written`. */
function apart(milliseconds: number, what: string): string {
	if (milliseconds === 0) return what;
	return `${formatSpan(Math.abs(milliseconds))} ${milliseconds > 0 ? 'after' : 'before'} ${what}`;
}

function place(sheet: Sheet, answer: KnownDetails): void {
	const {paint} = sheet.theme;
	const {sequence, epoch, previous, parents, missing, excerpts} = answer;
	const about = (id: string): readonly Span[] => {
		if (missing.includes(id)) return [span('not here', paint.warn)];
		const excerpt = excerpts.get(id);
		return excerpt === undefined ? [] : [span(excerpt, paint.dim)];
	};
	sheet.field('Number', `${sequence} of epoch ${epoch}`);
	if (previous === undefined) sheet.field('Previous', 'none: the first of its author in this epoch');
	else sheet.field('Previous', previous).note(about(previous));
	if (parents.length === 0) sheet.field('Parents', 'none: its author had seen nothing before it');
	for (const [index, parent] of parents.entries())
		sheet.field(index === 0 ? 'Parents' : '', parent).note(about(parent));
	sheet.blank();
}

function proof(sheet: Sheet, {bytes, signature, forked}: KnownDetails): void {
	sheet.field('Size', `${plural(bytes, 'byte')}, as signed`);
	sheet.field('Signature', signature ?? 'none of its own: a later event of its author vouches for it');
	if (forked)
		sheet.field('Forked', 'its author has signed something else under the same number', sheet.theme.paint.warn);
	sheet.blank();
}

const CHANGES: Readonly<Record<string, string>> = {edit: 'edited', reaction: 'reacted', redaction: 'taken back'};

function changes(sheet: Sheet, answer: KnownDetails): void {
	for (const [index, {kind, from, name, text, timestamp}] of answer.changes.entries()) {
		const what = `${CHANGES[kind] ?? kind} by ${sheet.name(from, name)}${text === '' ? '' : `: ${text}`}`;
		sheet.field(index === 0 ? 'Changes' : '', `${formatMoment(timestamp)}  ${what}`);
	}
	if (answer.changes.length > 0) sheet.blank();
}

function held(sheet: Sheet, {holders, of, from}: KnownDetails, self: string | undefined): void {
	const names = holders.map(({peer, name}) => (peer === self ? 'you' : sheet.name(peer, name)));
	if (from === self) return void sheet.field('Held by', `${holders.length} of ${of}: ${names.join(', ')}`);
	sheet.field('Held by', `${names.join(', ')}; who else is known to its author alone`);
}

const LABEL_CELLS = 11;

/** Rows with labels at the left, one below the other. */
class Sheet {
	readonly rows: string[] = [];
	readonly theme: Theme;
	readonly #width: number;
	readonly #holders: Holders;

	constructor(width: number, theme: Theme, holders: Holders) {
		this.#width = width;
		this.theme = theme;
		this.#holders = holders;
	}

	name(peer: string, name: string): string {
		return displayName(this.#holders, peer, name);
	}

	blank(): this {
		this.rows.push(row(this.#width, []));
		return this;
	}

	text(text: string, paint?: Paint): this {
		for (const line of wrap(text, this.#width - 2)) this.rows.push(row(this.#width, [span(' '), span(line, paint)]));
		return this;
	}

	field(label: string, value: string, paint?: Paint): this {
		for (const [index, line] of wrap(value, this.#width - LABEL_CELLS - 2).entries()) {
			const head = (index === 0 ? label : '').padEnd(LABEL_CELLS);
			this.rows.push(row(this.#width, [span(` ${head}`, this.theme.paint.dim), span(line, paint)]));
		}
		return this;
	}

	/** What belongs to the value above, on one row. */
	note(spans: readonly Span[]): this {
		if (spans.length > 0) this.rows.push(row(this.#width, [span(' '.repeat(LABEL_CELLS + 3)), ...spans]));
		return this;
	}
}
