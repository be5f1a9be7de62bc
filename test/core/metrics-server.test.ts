import {once} from 'node:events';
import {type IncomingHttpHeaders, request} from 'node:http';
import {connect} from 'node:net';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {openMetrics} from '../../source/core/metrics.ts';
import {type MetricsServer, openMetricsServer} from '../../source/core/metrics-server.ts';
import {CONFIG} from '../cli/fake-core.ts';

let server: MetricsServer;
let asked: number;

beforeEach(async () => {
	asked = 0;
	server = await openMetricsServer('127.0.0.1:0', async () => ({type: 'text/plain', text: `scrape ${++asked}\n`}));
});

afterEach(() => server.close());

type Answer = {readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string};

async function ask(path: string, {method = 'GET', host = `127.0.0.1:${server.port}`} = {}): Promise<Answer> {
	const asking = request({host: '127.0.0.1', port: server.port, path, method, headers: {host}}).end();
	const [response] = await once(asking, 'response');
	let body = '';
	for await (const chunk of response.setEncoding('utf8')) body += chunk;
	return {status: response.statusCode, headers: response.headers, body};
}

test('each scrape asks anew, and closes its connection', async () => {
	expect(await ask('/metrics')).toMatchObject({status: 200, body: 'scrape 1\n', headers: {connection: 'close'}});
	expect(await ask('/metrics?x=1', {host: `localhost:${server.port}`})).toMatchObject({body: 'scrape 2\n'});
	expect(await ask('/metrics', {method: 'HEAD'})).toMatchObject({
		...{status: 200, body: '', headers: {'content-length': '9'}},
	});
});

test.each([
	['/', {}, 404],
	['/metrics/x', {}, 404],
	['/metrics', {method: 'POST'}, 405],
	['/metrics', {method: 'DELETE'}, 405],
	['/metrics', {host: 'evil.example'}, 403],
	['/metrics', {host: 'evil.example:9464'}, 403],
	['/metrics', {host: '127.0.0.1'}, 403],
] as const)('%s %j is refused with %d', async (path, given, status) => {
	expect((await ask(path, given)).status).toBe(status);
	expect(asked).toBe(0);
});

test('a scraper that says nothing does not keep it from closing', async () => {
	const socket = connect(server.port, '127.0.0.1').on('error', () => {});
	await once(socket, 'connect');
	const closed = once(socket, 'close');
	await server.close();
	await closed;
});

test('a port that is taken is told, and nothing else happens', async () => {
	const told: string[] = [];
	const taken = `127.0.0.1:${server.port}`;
	const measure = () => expect.fail('nobody asked');
	const metrics = await openMetrics({...CONFIG, metrics: taken}, measure, message => told.push(message));
	expect(told).toEqual([`No metrics at ${taken}: the port is taken; choose another with --metrics`]);
	await metrics.close();
});
