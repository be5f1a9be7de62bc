/** The programs that people copy files with, each from one file to another on one disk. */
import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, existsSync, mkdirSync, openSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {end} from './shared.ts';

const HOST = '127.0.0.1';
const [SSH_PORT, NC_PORT] = [17_921, 17_922];

/** A way to copy `from` to `to`; resolves with the seconds it took until the copy was there. */
export type Other = {readonly name: string; copy(from: string, to: string): Promise<number>};

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Resolves with seconds. */
async function run(program: string, args: readonly string[], stdin?: string): Promise<number> {
	const from = performance.now();
	const input = stdin === undefined ? 'ignore' : openSync(stdin, 'r');
	const child = spawn(program, args, {stdio: [input, 'ignore', 'ignore']});
	const [code] = await once(child, 'exit');
	if (typeof input === 'number') closeSync(input);
	if (code !== 0) throw new Error(`${program} ended with ${code}`);
	return (performance.now() - from) / 1_000;
}

async function answers(port: number): Promise<void> {
	for (let tries = 0; tries < 200; tries++) {
		const socket = connect(port, HOST);
		const isThere = await new Promise(resolve => {
			socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
		});
		socket.destroy();
		if (isThere) return;
		await new Promise(resolve => setTimeout(resolve, 20));
	}
	throw new Error(`nobody answers on port ${port}`);
}

/** Without any encryption, and without a look at what arrived. */
async function netcat(from: string, to: string): Promise<number> {
	const output = openSync(to, 'w');
	const server = spawn('nc', ['-l', HOST, `${NC_PORT}`], {stdio: ['ignore', output, 'ignore']});
	const ended = once(server, 'exit');
	try {
		// Whoever tries whether it listens is its one guest. This wait is none of its time.
		await new Promise(resolve => setTimeout(resolve, 200));
		const begun = performance.now();
		await run('nc', ['-N', HOST, `${NC_PORT}`], from);
		await ended;
		return (performance.now() - begun) / 1_000;
	} finally {
		closeSync(output);
		await end(server);
	}
}

/** A server of our own, with keys of its own; undefined where there is none to start. */
async function startSsh(folder: string): Promise<{server: ChildProcess; options: string[]} | undefined> {
	const daemon = '/usr/sbin/sshd';
	if (!existsSync(daemon) || !has('ssh-keygen') || process.getuid?.() !== 0) return undefined;
	mkdirSync('/run/sshd', {recursive: true});
	for (const name of ['host', 'user']) {
		const file = join(folder, name);
		if (!existsSync(file)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
	}
	execFileSync('cp', [join(folder, 'user.pub'), join(folder, 'allowed')]);
	const config = [
		`ListenAddress ${HOST}`,
		`Port ${SSH_PORT}`,
		`HostKey ${join(folder, 'host')}`,
		`AuthorizedKeysFile ${join(folder, 'allowed')}`,
		'StrictModes no',
		'PermitRootLogin yes',
		'PasswordAuthentication no',
		'UsePAM no',
		'PidFile none',
		'Subsystem sftp internal-sftp',
	];
	writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
	const server = spawn(daemon, ['-D', '-f', join(folder, 'sshd_config')], {stdio: 'ignore'});
	await answers(SSH_PORT);
	const quiet = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
	return {server, options: ['-i', join(folder, 'user'), ...quiet.flatMap(option => ['-o', option])]};
}

/** Those that are installed; `stop` ends what was started for them. `folder`: for keys. */
export async function otherPrograms(folder: string): Promise<{others: Other[]; stop(): Promise<void>}> {
	const others: Other[] = [{name: 'cp', copy: (from, to) => run('cp', [from, to])}];
	if (has('nc')) others.push({name: 'nc', copy: netcat});
	const ssh = has('scp') ? await startSsh(folder).catch(() => undefined) : undefined;
	if (ssh) {
		const {options} = ssh;
		const scp = [...options, '-P', `${SSH_PORT}`];
		others.push({name: 'scp', copy: (from, to) => run('scp', [...scp, from, `${HOST}:${to}`])});
		const shell = ['ssh', ...options, '-p', `${SSH_PORT}`].join(' ');
		const rsync = (from: string, to: string) => run('rsync', ['-W', '--inplace', '-e', shell, from, `${HOST}:${to}`]);
		if (has('rsync')) others.push({name: 'rsync', copy: rsync});
	}
	const timed = others.map(({name, copy}) => ({
		name,
		copy: async (from: string, to: string) => {
			rmSync(to, {force: true});
			const seconds = await copy(from, to);
			// Another kind of nc, say, that knows other options.
			if (statSync(to).size !== statSync(from).size) throw new Error(`${name} has not copied all`);
			return seconds;
		},
	}));
	return {others: timed, stop: async () => void (ssh && (await end(ssh.server)))};
}
