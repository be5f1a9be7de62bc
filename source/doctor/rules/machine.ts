/** The program itself: Node, the profile's folder, its disk. */
import type {Finding} from '../../api/doctor.ts';
import type {Facts} from '../facts.ts';
import {quote} from '../words.ts';
import {about, fix, type Rule} from './rule.ts';

export const machineRules: readonly Rule[] = [node, directory, disk];

/** As `engines` of package.json says. */
const [OLDEST_MAJOR, OLDEST_MINOR] = [20, 19];

function node({node: version}: Facts): Finding[] {
	const find = about('machine', 'Node.js');
	const [major = 0, minor = 0] = version.split('.').map(Number);
	if (major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR)) return [find('node', 'ok', version)];
	const advice = `Install ${OLDEST_MAJOR}.${OLDEST_MINOR} or newer from https://nodejs.org.`;
	return [find('node-old', 'warning', `${version} is older than ${OLDEST_MAJOR}.${OLDEST_MINOR}`, fix(advice))];
}

function directory({directory: it, platform}: Facts): Finding[] {
	const find = about('machine', 'data folder');
	if (it === undefined) return [find('data', 'ok', 'none is needed: nothing is kept')];
	const {path, state, heldBy} = it;
	const held = heldBy === undefined ? '' : `; a p2p-tui runs with it (process ${heldBy})`;
	const elsewhere = 'Or take another one with --data-dir, or keep nothing with --ephemeral.';
	const own =
		platform === 'win32' ? [] : [`sudo chown -R "$(id -un)" ${quote(path)}`, `chmod -R u+rwX,go-w ${quote(path)}`];
	switch (state) {
		case 'usable':
			return [find('data', 'ok', `${path}${held}`)];
		case 'missing':
			return [find('data', 'ok', `${path}: will be made at the first start`)];
		case 'open-to-others':
			return [
				find(
					'data-open',
					'problem',
					`other users may write to ${path}, so p2p-tui does not start`,
					fix('Take that right away:', `chmod 700 ${quote(path)}`),
				),
			];
		case 'not-a-directory':
			return [
				find('data-file', 'problem', `there is a file in the place of ${path}`, fix(`Move it away. ${elsewhere}`)),
			];
		default:
			return [
				find(
					'data-rights',
					'problem',
					`${path} cannot be read and written by this user`,
					fix(`Make it your own. ${elsewhere}`, ...own),
				),
			];
	}
}

const MIB = 2 ** 20;
/** Bytes below which the next days of a lively room might not fit. */
const LITTLE = 100 * MIB;
/** Below it, SQLite may not even open its journal. */
const NOTHING = MIB;

function disk({directory: it}: Facts): Finding[] {
	if (it?.freeBytes === undefined) return [];
	const find = about('machine', 'disk');
	const free =
		it.freeBytes >= 1024 * MIB
			? `${(it.freeBytes / 1024 / MIB).toFixed(1)} GiB`
			: `${(it.freeBytes / MIB).toFixed(1)} MiB`;
	const advice = fix('Make room, keep less with --keep 30d, or take a folder on another disk with --data-dir.');
	if (it.freeBytes < NOTHING) return [find('disk-full', 'problem', `${free} free: nothing can be kept`, advice)];
	if (it.freeBytes < LITTLE) return [find('disk-low', 'warning', `${free} free`, advice)];
	return [find('disk', 'ok', `${free} free`)];
}
