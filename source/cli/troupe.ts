/** The peers of the demo: starts them, lets them talk by the script, and sees that none is left over. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import type {Command} from '../api/command.ts';
import type {EventOf, NodeEvent} from '../api/event.ts';
import {PICTURE_NAME, picture} from './demo-picture.ts';
import {type Actor, ANSWERS, CAST, DEMO_ROOMS, SCENES, type Scene} from './demo-script.ts';
import type {Environment} from './options.ts';
import {NO_FILE} from './settings-place.ts';

/** Milliseconds that a peer has to say goodbye before it is killed. */
const LEAVE_TIMEOUT = 3_000;

/** Milliseconds: a person takes a moment to answer, and does not answer everything. */
const ANSWER_DELAY = 900;
const ANSWER_PAUSE = 4_000;

/** So slow that one sees the pieces go about. */
const UPLOAD_RATE = '150kB/s';

export type TroupeOptions = {
	/** The program to run headless: this one. */
	readonly program: string;
	readonly discoveryPort: number;
	readonly interface: string;
	readonly env: Environment;
	/** What the person at the screen is called. */
	readonly person: string;
	/** The script, and how fast it runs; for tests. */
	readonly scenes?: readonly Scene[];
};

type Said = {readonly room: string; readonly messageId: string};

export class Troupe {
	readonly #options: TroupeOptions;
	/** The keys of those who come back, so that they are who they were. */
	readonly #profiles = mkdtempSync(path.join(tmpdir(), 'p2p-tui-demo-'));
	readonly #scenes: readonly Scene[];
	/** What was offered last: its id. */
	#offered: string | undefined;
	readonly #actors = new Map<Actor, ChildProcess>();
	/** What each of them said last. */
	readonly #last = new Map<Actor, Said>();
	#timer: NodeJS.Timeout | undefined;
	#answers = 0;
	#lastAnswer = Number.NEGATIVE_INFINITY;
	#closed = false;

	constructor(options: TroupeOptions) {
		this.#options = options;
		this.#scenes = options.scenes ?? SCENES;
	}

	/** Starts everyone, then plays the scenes again and again. */
	play(): void {
		process.once('exit', this.#removeProfiles);
		for (const actor of CAST) this.#enter(actor);
		this.#schedule(0);
	}

	/** Where the person's files go: they are gone with the demo. */
	get folder(): string {
		return path.join(this.#profiles, 'your files');
	}

	/** Process ids of those who are on stage. */
	get processIds(): readonly number[] {
		return [...this.#actors.values()].flatMap(({pid}) => (pid === undefined ? [] : [pid]));
	}

	/** Lets everyone say goodbye; resolves when no process is left. */
	async close(): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		const leaving = [...this.#actors.values()].map(leave);
		this.#actors.clear();
		await Promise.all(leaving);
		process.off('exit', this.#removeProfiles);
		this.#removeProfiles();
	}

	readonly #removeProfiles = (): void => rmSync(this.#profiles, {recursive: true, force: true});

	#schedule(index: number): void {
		const scene = this.#scenes[index % this.#scenes.length];
		if (scene === undefined || this.#closed) return;
		this.#timer = setTimeout(() => {
			this.#perform(scene);
			this.#schedule(index + 1);
		}, scene.after);
	}

	#perform(scene: Scene): void {
		const child = this.#actors.get(scene.who);
		switch (scene.does) {
			case 'say':
				return this.#tell(scene.who, {command: 'publish', room: scene.room, text: this.#worded(scene.text)});
			case 'reply':
				return this.#answer(scene.who, scene.to, ({room, messageId}) => {
					return {command: 'publish', room, text: scene.text, replyTo: messageId};
				});
			case 'react':
				return this.#answer(scene.who, scene.to, where => ({command: 'react', ...where, emoji: scene.emoji}));
			case 'edit':
				return this.#answer(scene.who, scene.who, where => ({command: 'edit', ...where, text: scene.text}));
			case 'offer':
				return this.#offer(scene.who, scene.room);
			case 'take':
				if (this.#offered !== undefined) this.#tell(scene.who, {command: 'fetch-file', file: this.#offered});
				return;
			case 'leave':
				this.#actors.delete(scene.who);
				if (child !== undefined) void leave(child);
				return;
			case 'vanish':
				this.#actors.delete(scene.who);
				child?.kill('SIGKILL');
				return;
			case 'return':
				if (child === undefined) this.#enter(scene.who);
		}
	}

	#offer(actor: Actor, room: string): void {
		const file = path.join(this.#profiles, PICTURE_NAME);
		try {
			writeFileSync(file, picture(), {flag: 'wx'});
		} catch {
			// It is there from the last time, or there is no room for it: then there is nothing to offer, and it is told so.
		}
		this.#tell(actor, {command: 'offer-file', path: file, room});
	}

	#worded(text: string): string {
		return text.replaceAll('{name}', () => this.#options.person);
	}

	#enter(actor: Actor): void {
		const {program, discoveryPort, interface: network} = this.#options;
		const rooms = DEMO_ROOMS.flatMap(room => ['--room', room]);
		const place = ['--interface', network, '--listen', `/ip4/${network}/tcp/0`, '--discovery-port', `${discoveryPort}`];
		const profile = ['--name', actor, '--data-dir', path.join(this.#profiles, actor), '--config', NO_FILE];
		const files = ['--download-dir', path.join(this.#profiles, `files of ${actor}`), '--max-upload', UPLOAD_RATE];
		const args = [program, 'headless', ...profile, ...rooms, ...place, ...files];
		const child = spawn(process.execPath, args, {stdio: ['pipe', 'pipe', 'ignore'], env: this.#environment()});
		// One that cannot start, or has just been killed, is missing on the screen; that says enough.
		child.on('error', () => {});
		child.stdin?.on('error', () => {});
		if (child.stdout) createInterface({input: child.stdout}).on('line', line => this.#heard(actor, line));
		this.#actors.set(actor, child);
	}

	/** The person's own settings are for the screen; the peers get theirs as options. */
	#environment(): NodeJS.ProcessEnv {
		return Object.fromEntries(Object.entries(this.#options.env).filter(([name]) => !name.startsWith('P2P_TUI_')));
	}

	#tell(actor: Actor, command: Command): void {
		this.#actors.get(actor)?.stdin?.write(`${JSON.stringify(command)}\n`);
	}

	/** About the last message of somebody; nothing if there is none. */
	#answer(actor: Actor, to: Actor, command: (said: Said) => Command): void {
		const said = this.#last.get(to);
		if (said) this.#tell(actor, command(said));
	}

	#heard(actor: Actor, line: string): void {
		// Most of what they print is of no interest here.
		const event = line.startsWith('{"type":"message"') ? parseEvent(line) : undefined;
		if (event?.type !== 'message') return;
		if (event.offer && event.local) this.#offered = event.offer.file;
		if (event.local) this.#last.set(actor, {room: event.room, messageId: event.messageId});
		else if (actor === 'ann') this.#answerPerson(actor, event);
	}

	/** Answers the person at the screen: whoever is not one of us. */
	#answerPerson(actor: Actor, event: EventOf<'message'>): void {
		if (CAST.some(member => member === event.name)) return;
		if (performance.now() - this.#lastAnswer < ANSWER_PAUSE) return;
		this.#lastAnswer = performance.now();
		const text = ANSWERS[this.#answers++ % ANSWERS.length]!.replace('{name}', () => event.name);
		setTimeout(() => this.#tell(actor, {command: 'publish', room: event.room, text}), ANSWER_DELAY).unref();
	}
}

/** One line of a headless node; the last one may be cut short when the node is killed. */
function parseEvent(line: string): NodeEvent | undefined {
	try {
		return JSON.parse(line) as NodeEvent;
	} catch {
		return undefined;
	}
}

/** The end of its input is the end of a headless node; one that does not heed it is killed. */
async function leave(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, 'exit');
	child.stdin?.end();
	const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_TIMEOUT);
	await ended.catch(() => {});
	clearTimeout(timer);
}
