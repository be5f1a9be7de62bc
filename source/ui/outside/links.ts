/** An address in the person's browser. Never through a shell, and nothing but http and https. */
import {spawn as spawnProcess} from 'node:child_process';
import path from 'node:path';
import {safeUrl} from '../../base/links.ts';
import {type Environment, isSet} from './passage.ts';

/** What is needed of a process that was started. */
export type Started = {
	once(event: 'error', listener: (error: Error) => void): unknown;
	once(event: 'exit', listener: (code: number | null) => void): unknown;
	unref(): void;
};
export type Spawn = (program: string, args: readonly string[]) => Started;

/** By itself from then on: the screen neither reads it nor waits for it, and ends before it. */
export const spawnDetached: Spawn = (program, args) =>
	spawnProcess(program, [...args], {detached: true, stdio: 'ignore', windowsHide: true});

export type Desktop = {
	readonly env: Environment;
	readonly platform: NodeJS.Platform;
	readonly spawn: Spawn;
};

export type Opened =
	| {readonly how: 'opening'; readonly url: string; readonly host: string}
	/** There is no desktop here. */
	| {readonly how: 'nowhere'; readonly url: string}
	/** It is no address of the web. */
	| {readonly how: 'refused'};

/** `failed` is called, once, when it turns out that there is no browser after all. */
export function openLink(text: string, {env, platform, spawn}: Desktop, failed: (url: string) => void): Opened {
	const url = safeUrl(text);
	if (url === undefined) return {how: 'refused'};
	if (!hasDesktop(env, platform)) return {how: 'nowhere', url};
	const isStarted = start([...opener(platform), url], spawn, () => failed(url));
	return isStarted ? {how: 'opening', url, host: new URL(url).host} : {how: 'nowhere', url};
}

/** False if it cannot even be tried; `failed` is called, once, when nothing came of it. */
function start([program = '', ...args]: readonly string[], spawn: Spawn, failed: () => void): boolean {
	let isOver = false;
	const fail = () => {
		if (!isOver) failed();
		isOver = true;
	};
	try {
		const started = spawn(program, args);
		started.once('error', fail);
		started.once('exit', code => {
			if (code !== 0) fail();
		});
		started.unref();
		return true;
	} catch {
		return false;
	}
}

/** Where a file lies, in the file manager. False if there is no desktop here. */
export function showPlace(file: string, {env, platform, spawn}: Desktop, failed: () => void): boolean {
	if (!hasDesktop(env, platform)) return false;
	if (platform === 'darwin') return start(['open', '-R', file], spawn, failed);
	// What Windows' own answers says nothing of how it went.
	if (platform === 'win32') return start(['explorer.exe', `/select,${file}`], spawn, () => {});
	return start(['xdg-open', path.dirname(file)], spawn, failed);
}

/** From afar, a browser would open where nobody sits. */
function hasDesktop(env: Environment, platform: NodeJS.Platform): boolean {
	if (isSet(env.SSH_CONNECTION)) return false;
	return platform === 'darwin' || platform === 'win32' || isSet(env.DISPLAY) || isSet(env.WAYLAND_DISPLAY);
}

function opener(platform: NodeJS.Platform): readonly [string, ...string[]] {
	if (platform === 'darwin') return ['open'];
	return platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open'];
}
