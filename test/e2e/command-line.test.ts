import {once} from 'node:events';
import {chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {DoctorReport} from '../../source/api/doctor.ts';
import {version} from '../../source/base/version.ts';
import {readExposition} from '../helpers/exposition.ts';
import {freeTcpPort, freeUdpPort} from '../helpers/node-process.ts';
import {disposePrograms, type Program, run, start} from '../helpers/program.ts';

/** A node that stays on this machine and hears nobody. */
const ALONE = ['--ephemeral', '--interface', 'lo', '--no-discovery', '--listen', '/ip4/127.0.0.1/tcp/0'];

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'p2p-tui-test-'));
});

afterEach(async () => {
	await disposePrograms();
	rmSync(folder, {recursive: true, force: true});
});

async function startNode(...args: string[]): Promise<{node: Program; peerId: string; address: string}> {
	const node = start(['headless', ...ALONE, ...args]);
	const ready = (await node.event(({type}) => type === 'ready')) as {peerId: string; addresses: string[]};
	return {node, peerId: ready.peerId, address: ready.addresses[0]!};
}

/** One line that begins with the program's name, and no stack trace. */
function expectOneLine(stderr: string, pattern: RegExp): void {
	expect(stderr).toMatch(/^p2p-tui: [^\n]+\n$/);
	expect(stderr).toMatch(pattern);
}

describe('wrong usage ends with status 2 and one line', () => {
	test.each([
		[['--intreface', 'lo'], /Did you mean --interface\?/],
		[['headles'], /Did you mean headless\?/],
		[['headless', '--discovery-port', '70000'], /from 1 to 65535/],
		[['headless', '--listen', 'localhost:4001'], /--listen: Not a multiaddr/],
		[['--peer', '/ip4/1.2.3.4/tcp/4001/p2p/12D3KooWnonsense'], /Not a peer id/],
		[['ping'], /takes a name, a peer id or an address/],
		[['ping', '/ip4/300.1.1.1/tcp/1'], /Not a valid address/],
	])('%j', async (args, pattern) => {
		const {status, stdout, stderr} = await run(args);
		expect({status, stdout}).toEqual({status: 2, stdout: ''});
		expectOneLine(stderr, pattern);
	});

	test('a wrong variable is named', async () => {
		const {status, stderr} = await run(['headless'], {env: {P2P_TUI_LISTEN: 'x'}});
		expect(status).toBe(2);
		expectOneLine(stderr, /P2P_TUI_LISTEN: Not a multiaddr/);
	});
});

describe('what cannot work ends with status 1 and one line', () => {
	test('the screen without a terminal', async () => {
		const {status, stderr, stdout} = await run([]);
		expect({status, stdout}).toEqual({status: 1, stdout: ''});
		expectOneLine(stderr, /needs a terminal.*headless/);
	});

	test('a port in use', async () => {
		const {address} = await startNode();
		const {status, stderr, stdout} = await run(['headless', ...ALONE.slice(0, -1), address]);
		expect({status, stdout}).toEqual({status: 1, stdout: ''});
		expectOneLine(stderr, /[Pp]ort \d+.*--listen/);
	});

	test('an interface that is not there, with those that are', async () => {
		const {status, stderr} = await run(['headless', '--ephemeral', '--interface', 'nosuch0']);
		expect(status).toBe(1);
		expectOneLine(stderr, /nosuch0.* lo /);
	});

	test('row 13: a key file that others may read, or that is cut short, is refused and left as it is', async () => {
		expect((await run(['id', '--data-dir', folder])).status).toBe(0);
		const key = path.join(folder, 'identity.key');
		chmodSync(key, 0o644);
		const open = await run(['id', '--data-dir', folder]);
		expect(open.status).toBe(1);
		expectOneLine(open.stderr, /chmod 600/);
		chmodSync(key, 0o600);
		writeFileSync(key, '');
		const empty = await run(['headless', '--data-dir', folder, '--interface', 'lo', '--no-discovery']);
		expect({status: empty.status, stdout: empty.stdout}).toEqual({status: 1, stdout: ''});
		expectOneLine(empty.stderr, /./);
		expect(statSync(key).size).toBe(0);
	});

	test('a data directory that is a file', async () => {
		writeFileSync(path.join(folder, 'file'), '');
		const {status, stderr} = await run(['id', '--data-dir', path.join(folder, 'file')]);
		expect(status).toBe(1);
		expectOneLine(stderr, /--data-dir/);
	});

	test('one profile in two processes', async () => {
		const first = start(['headless', '--data-dir', folder, '--interface', 'lo', '--no-discovery']);
		await first.event(({type}) => type === 'ready');
		const second = await run(['headless', '--data-dir', folder, '--interface', 'lo', '--no-discovery']);
		expect({status: second.status, stdout: second.stdout}).toEqual({status: 1, stdout: ''});
		expectOneLine(second.stderr, /./);
	});

	test('the doctor on this machine alone, for people and for programs; nothing is made', async () => {
		const port = String(await freeUdpPort());
		const alone = ['doctor', '--interface', 'lo', '--discovery-port', port, '--data-dir', path.join(folder, 'new')];
		const [lines, json] = await Promise.all([run(alone), run([...alone, '--json'])]);
		expect({status: lines.status, stderr: lines.stderr}).toEqual({status: 1, stderr: ''});
		expect(lines.stdout).toMatch(
			/✗ a network with other people: none of the chosen interfaces leads to others\n {6}Leave/,
		);
		expect(lines.stdout).toMatch(/\nChatting on the LAN will not work as it should: a network with other people\.\n$/);
		const report = JSON.parse(json.stdout) as DoctorReport;
		expect(report.findings.filter(({verdict}) => verdict === 'problem').map(({id}) => id)).toEqual(['no-network']);
		expect({status: json.status, lanWorks: report.lanWorks}).toEqual({status: 1, lanWorks: false});
		expect(existsSync(path.join(folder, 'new'))).toBe(false);
	});
});

describe('id', () => {
	test('creates the profile once and shows the same one after that', async () => {
		const first = JSON.parse((await run(['id', '--json', '--name', 'ann', '--data-dir', folder])).stdout);
		expect(first).toEqual({peerId: expect.stringMatching(/^12D3KooW/), name: 'ann', addresses: []});
		const {stdout} = await run(['id', '--data-dir', folder]);
		expect(stdout).toContain(`peer ID    ${first.peerId}\n`);
	});

	test('shows where the profile can be dialled when the port is fixed', async () => {
		const args = ['id', '--json', '--data-dir', folder, '--interface', 'lo', '--listen', '/ip4/0.0.0.0/tcp/4001'];
		const {peerId, addresses} = JSON.parse((await run(args)).stdout);
		expect(addresses).toEqual([`/ip4/127.0.0.1/tcp/4001/p2p/${peerId}`]);
	});

	test('is who headless says it is', async () => {
		const {peerId} = JSON.parse((await run(['id', '--json', '--data-dir', folder])).stdout);
		const {stdout} = await run(['headless', '--data-dir', folder, '--interface', 'lo', '--no-discovery']);
		expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({type: 'ready', peerId});
	});
});

describe('ping', () => {
	test('prints the peer id, one round trip a line, and the summary', async () => {
		const {peerId, address} = await startNode();
		const {status, stdout, stderr} = await run(['ping', `${address}/p2p/${peerId}`, '--interval', '20']);
		expect({status, stderr}).toEqual({status: 0, stderr: ''});
		const [first, ...lines] = stdout.trimEnd().split('\n');
		expect(first).toBe(peerId);
		expect(lines.length).toBeGreaterThan(7);
		for (const [index, line] of lines.slice(0, 5).entries()) {
			expect(line).toMatch(new RegExp(`^${index + 1}  \\d+\\.\\d{3} ms$`));
		}
		expect(lines[5]).toBe('5 sent, 5 answered, 0 % lost');
		const times = String.raw`\d+\.\d{3}`;
		const figures = `min/p50/p99/max ${times}/${times}/${times}/${times} ms, jitter ${times} ms, mdev ${times} ms`;
		expect(lines[6]).toMatch(new RegExp(`^${figures}$`));
		for (const line of lines.slice(7)) expect(line).toMatch(/^ *[\d.]+ – +[\d.]+ ms {2}[0-5]( {2}[█▉▊▋▌▍▎▏]+)?$/);
	});

	test('finds somebody by name, disturbs nobody, and floods', async () => {
		const port = String(await freeUdpPort());
		const found = ['--interface', 'lo', '--discovery-port', port, '--no-mdns'];
		const node = start(['headless', '--ephemeral', ...found, '--name', 'Bob']);
		const {peerId} = await node.event(({type}) => type === 'ready');
		const {status, stdout} = await run(['ping', 'bob', ...found, '--flood', '--count', '500', '--json']);
		const lines = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(lines[0]).toEqual({type: 'peer', peer: peerId, name: 'bob'});
		expect(lines[1]).toMatchObject({type: 'summary', sent: 500, received: 500, loss: 0});
		expect({status, lines: lines.length}).toEqual({status: 0, lines: 2});
		await node.event(({type}) => type === 'peer-disconnected');
		const seen = node.events.map(({type}) => type).filter(type => type !== 'rtt' && type !== 'peer-discovered');
		expect(seen).toEqual(['ready', 'room-joined', 'peer-connected', 'peer-disconnected']);
	});

	test('trace shows the way to somebody in the room, and nobody there is told that it came', async () => {
		const port = String(await freeUdpPort());
		const found = ['--interface', 'lo', '--discovery-port', port, '--no-mdns'];
		const node = start(['headless', '--ephemeral', ...found, '--name', 'Bob']);
		const {peerId} = await node.event(({type}) => type === 'ready');
		const {status, stdout, stderr} = await run(['trace', 'bob', ...found, '--count', '1']);
		expect({status, stderr}).toEqual({status: 0, stderr: ''});
		const [title, head, link, ...rest] = stdout.trimEnd().split('\n');
		expect(title).toBe(`To Bob (12D3Koo…${String(peerId).slice(-4)}) in #lobby`);
		expect(head).toMatch(/^1 {2}1 link, \d+\.\d{3} ms there and back$/);
		expect(link).toMatch(new RegExp(`^ {3}1 {2}Bob {2}12D3Koo…${String(peerId).slice(-4)}( +\\d+\\.\\d{3} ms){2}$`));
		expect(rest).toEqual([]);
		await node.event(({type}) => type === 'peer-disconnected');
		expect(node.events.filter(({type}) => type === 'notice' || type === 'message')).toEqual([]);
	});

	test('says who answers when no peer id was asked for, and speaks JSON', async () => {
		const {peerId, address} = await startNode();
		const {stdout} = await run(['ping', address, '--count', '2', '--interval', '20', '--json']);
		const [peer, ...rest] = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(peer).toEqual({type: 'peer', peer: peerId, address});
		expect(rest.map(({type}) => type)).toEqual(['rtt', 'rtt', 'summary']);
	});

	test('row 3: somebody else at the address is an error that names both', async () => {
		const {peerId, address} = await startNode();
		const other = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';
		const {status, stdout, stderr} = await run(['ping', `${address}/p2p/${other}`]);
		expect({status, stdout}).toEqual({status: 1, stdout: ''});
		expectOneLine(stderr, new RegExp(`${peerId}.*${other}`));
	});

	test('nobody at the address', async () => {
		const server = createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const {port} = server.address() as {port: number};
		server.close();
		await once(server, 'close');
		const {status, stderr} = await run(['ping', `/ip4/127.0.0.1/tcp/${port}`]);
		expect(status).toBe(1);
		expectOneLine(stderr, /refused/);
	});

	test('an address that takes the connection and says nothing', async () => {
		const server = createServer(socket => socket.on('error', () => {}));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const {port} = server.address() as {port: number};
		const {status, stderr} = await run(['ping', `/ip4/127.0.0.1/tcp/${port}`]);
		server.close();
		expect(status).toBe(1);
		expectOneLine(stderr, /handshake/);
	});

	test('Ctrl-C ends it with the summary and status 130', async () => {
		const {address} = await startNode();
		const ping = start(['ping', address, '--count', '1000', '--interval', '60000', '--json']);
		await ping.event(({type}) => type === 'rtt');
		ping.child.kill('SIGINT');
		const {status, stdout} = await ping.ended;
		expect(status).toBe(130);
		expect(stdout).toContain('"type":"summary"');
	});
});

describe('headless', () => {
	test('ready is the first line, bad lines are answered, and the end of input is the end', async () => {
		const input = 'nonsense\n{"id":"1","command":"rooms"}\r\n{"id":"2","command":"fly"}';
		const {status, stdout, stderr} = await run(['headless', ...ALONE, '--name', 'ann', '--room', 'dev'], {input});
		const lines = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		expect({status, stderr}).toEqual({status: 0, stderr: ''});
		expect(lines[0]).toMatchObject({type: 'ready', name: 'ann'});
		const replies = lines.filter(({type}) => type === 'reply');
		expect(replies).toEqual([
			{type: 'reply', ok: false, error: {code: 'bad-command', message: 'The line is not valid JSON'}},
			{type: 'reply', id: '2', ok: false, error: {code: 'bad-command', message: expect.any(String)}},
			expect.objectContaining({id: '1', ok: true, result: {rooms: [expect.objectContaining({room: 'dev'})]}}),
		]);
	});

	test('metrics are told as long as the node runs; shutdown is answered, then it ends', async () => {
		const place = `127.0.0.1:${await freeTcpPort()}`;
		const {node, peerId} = await startNode('--metrics', place);
		node.send({id: 'first', command: 'peers'});
		await node.event(({id}) => id === 'first');
		const page = await fetch(`http://${place}/metrics`);
		expect(readExposition(await page.text()).samples).toMatchObject({
			...{[`p2p_tui_info{version="${version}",peer="${peerId}"}`]: 1, p2p_tui_connections: 0},
		});
		node.send({id: 'last', command: 'shutdown'});
		expect((await node.ended).status).toBe(0);
		expect(node.events.at(-1)).toEqual({type: 'reply', id: 'last', ok: true, result: {}});
	});

	test.each([
		['SIGINT', 130],
		['SIGTERM', 143],
		['SIGHUP', 129],
	] as const)('%s says goodbye and ends with status %d', async (signal, status) => {
		const {node, address} = await startNode();
		const {node: other, peerId} = await startNode('--peer', address);
		await node.event(({type}) => type === 'peer-connected');
		other.child.kill(signal);
		expect((await other.ended).status).toBe(status);
		const gone = await node.event(({type}) => type === 'peer-disconnected');
		expect(gone).toMatchObject({peer: peerId, reason: expect.stringContaining('goodbye')});
	});

	test('a line of five megabytes is refused and the next one is read', async () => {
		const long = `{"id":"1","command":"publish","room":"lobby","text":"${'x'.repeat(5_000_000)}"}`;
		const {stdout} = await run(['headless', ...ALONE], {input: `${long}\n{"id":"2","command":"peers"}\n`});
		const replies = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line))
			.filter(({type}) => type === 'reply');
		expect(replies).toEqual([
			{type: 'reply', ok: false, error: {code: 'bad-command', message: expect.stringContaining('longer')}},
			{type: 'reply', id: '2', ok: true, result: {peers: []}},
		]);
	});

	test('a reader that goes away ends the node quietly', async () => {
		const {node} = await startNode();
		node.child.stdout.destroy();
		node.send({id: '1', command: 'rooms'});
		const [status] = await once(node.child, 'exit');
		expect(status).toBe(0);
		expect((await node.ended).stderr).toBe('');
	});

	test('what nobody caught is one line and status 1, with the trace only on request', async () => {
		for (const [env, trace] of [
			[{P2P_TUI_FAULTS: '1'}, false],
			[{P2P_TUI_FAULTS: '1', P2P_TUI_DEBUG: '1'}, true],
		] as const) {
			const node = start(['headless', ...ALONE], env);
			node.send({id: '1', command: 'fault', kind: 'throw'});
			const {status, stderr} = await node.ended;
			expect(status).toBe(1);
			expect(stderr).toMatch(/^p2p-tui: An error in p2p-tui itself: the core was told to throw/);
			expect(/\n\s+at /.test(stderr)).toBe(trace);
		}
	});
});
