/**
 * A page of metrics for a program on this machine: `GET /metrics` and nothing else. Who talks to whom is nobody else's
 * business, so it listens on loopback only; and it answers only those who call it by an address of its own, or a web page
 * could read it through a name that leads here (DNS rebinding).
 */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

/** Connections at a time, and milliseconds for a request: more is no scraper. */
const MAX_CONNECTIONS = 16;
const REQUEST_TIMEOUT = 5_000;

export type Page = {readonly type: string; readonly text: string};

export type MetricsServer = {readonly port: number; close(): Promise<void>};

/**
 * Listens at `place`, which is `127.0.0.1:9464` or `[::1]:9464`. Rejects with the system's error if it cannot.
 * `page` is asked for with each scrape.
 */
export async function openMetricsServer(place: string, page: () => Promise<Page>): Promise<MetricsServer> {
	const [, host = '', port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(place) ?? [];
	const server = createServer({requestTimeout: REQUEST_TIMEOUT, headersTimeout: REQUEST_TIMEOUT});
	server.maxConnections = MAX_CONNECTIONS;
	await listen(server, host, Number(port));
	const bound = (server.address() as AddressInfo).port;
	const names = new Set(['localhost', '127.0.0.1', '[::1]', host].map(name => `${name}:${bound}`));
	server.on('request', (request, response) => {
		answer(request, response, names, page).catch(() => response.destroy());
	});
	const close = () =>
		new Promise<void>(resolve => {
			server.close(() => resolve());
			server.closeAllConnections();
		});
	return {port: bound, close};
}

function listen(server: Server, host: string, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen({host, port}, () => {
			server.off('error', reject);
			server.on('error', () => {});
			resolve();
		});
	});
}

async function answer(
	{method, url, headers}: IncomingMessage,
	response: ServerResponse,
	names: ReadonlySet<string>,
	page: () => Promise<Page>,
): Promise<void> {
	const refuse = (status: number, text: string, more: Record<string, string> = {}) =>
		send(response, status, {type: 'text/plain; charset=utf-8', text: `${text}\n`}, more);
	if (!names.has((headers.host ?? '').toLowerCase())) return refuse(403, 'Call me by my address');
	if (url?.split('?', 1)[0] !== '/metrics') return refuse(404, 'There is only /metrics');
	if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'Only GET and HEAD', {Allow: 'GET, HEAD'});
	send(response, 200, await page());
}

/** Without a body where none is wanted: Node leaves it out for HEAD. */
function send(
	response: ServerResponse,
	status: number,
	{type, text}: Page,
	more: Readonly<Record<string, string>> = {},
): void {
	const body = Buffer.from(text);
	response.writeHead(status, {
		'Content-Type': type,
		'Content-Length': body.length,
		// A scraper comes again in seconds or minutes: nothing is kept open for it.
		Connection: 'close',
		'X-Content-Type-Options': 'nosniff',
		...more,
	});
	response.end(body);
}
