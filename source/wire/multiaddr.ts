/**
 * The addresses that this program can listen on and dial: TCP over IPv4 or IPv6, as multiaddrs.
 *
 *     /ip4/192.0.2.7/tcp/4001
 *     /ip6/2001:db8::7/tcp/4001/p2p/12D3KooW…
 *     /ip6zone/eth0/ip6/fe80::7/tcp/4001
 *
 * The old form `/ipfs/<peer id>` is read as `/p2p/<peer id>` and never written.
 * Strangers name addresses by the dozen, so these forms are read here, in a microsecond or two. The library of multiaddrs
 * takes twenty times as long: it is asked of other texts that a person typed, and to say what is wrong with them.
 * Source: multiformats multiaddr specification and its protocol table.
 */
import {type Component, multiaddr} from '@multiformats/multiaddr';
import {UserError} from '../base/errors.ts';
import {formatIpv6, IPV4, mappedIpv4, readIpv6} from './ip-text.ts';
import {MAX_ADDRESS_BYTES} from './limits.ts';
import {type PeerId, parsePeerId} from './peer-id.ts';

export type TcpAddress = {
	/** An IP address in its canonical text form, never a name. */
	readonly host: string;
	/** 0 lets the system choose, so it only makes sense for listening. */
	readonly port: number;
	readonly family: 4 | 6;
	/** The interface that a link-local IPv6 address belongs to. */
	readonly scope?: string;
	readonly peer?: PeerId;
};

const EXAMPLE = 'An address looks like /ip4/192.168.1.7/tcp/4001';
const DNS = new Set(['dns', 'dns4', 'dns6', 'dnsaddr']);
const OTHER_TRANSPORTS = new Set(['udp', 'quic', 'quic-v1', 'webtransport', 'webrtc', 'webrtc-direct', 'sctp', 'utp']);
const SCOPE = '[A-Za-z0-9_.:@-]{1,64}';
const SCOPE_ALONE = new RegExp(`^${SCOPE}$`);
const MAX_PORT = 65_535;

/** What follows the host: the port, and perhaps a peer id. */
const REST = '/tcp/(0|[1-9][0-9]{0,4})(?:/(?:p2p|ipfs)/(12D3KooW[1-9A-HJ-NP-Za-km-z]{44}))?$';
/** Groups: host, port, peer id. */
const FORM_4 = new RegExp(`^/ip4/(${IPV4})${REST}`);
/** Groups: zone, host, port, peer id. */
const FORM_6 = new RegExp(`^(?:/ip6zone/(${SCOPE}))?/ip6/([0-9A-Fa-f:.]{2,45})${REST}`);

/**
 * Reads a multiaddr of TCP over an IP address.
 * @throws UserError with a hint for everything else.
 */
export function parseTcpAddress(text: string): TcpAddress {
	// Checked first, so that neither the parser nor a message ever handles a text of any length.
	if (text.length > MAX_ADDRESS_BYTES) throw refuse('The address is too long', EXAMPLE);
	const known = readTcpAddress(text);
	if (known !== undefined) return known;
	if (!text.startsWith('/')) throw refuse(`Not a multiaddr: ${quote(text)}`, `${EXAMPLE}, beginning with a slash`);
	if (text.endsWith('/') || text.includes('//')) {
		throw refuse(`A part is missing between two slashes: ${quote(text)}`, EXAMPLE);
	}
	refuseOtherProtocols(text);
	let components: Component[];
	try {
		components = multiaddr(text).getComponents();
	} catch (error) {
		throw refuse(`Not a valid address: ${quote(text)}`, hintFor(text), error);
	}
	return fromComponents(components, text);
}

/**
 * The same without the library, for what strangers say: undefined for everything else. What the library would still read
 * (it does not mind a tab within an IPv6 address, say) is nothing that a program writes.
 */
export function readTcpAddress(text: string): TcpAddress | undefined {
	const form = readForm(text);
	if (form === undefined) return undefined;
	const {host, family, scope, port, peer} = form;
	if (peer !== undefined && !isPeerId(peer)) return undefined;
	return {
		...{host, port: Number(port), family},
		...(scope === undefined ? {} : {scope}),
		...(peer === undefined ? {} : {peer}),
	};
}

/**
 * The address in its one form without a peer id, as `formatTcpAddress` would write it; undefined if it is none. A peer id
 * is only looked at, for to read one costs ten times as much as the rest.
 */
export function readPlace(text: string): string | undefined {
	const form = readForm(text);
	if (form === undefined) return undefined;
	const {host, family, scope, port} = form;
	return `${scope === undefined ? '' : `/ip6zone/${scope}`}/ip${family}/${host}/tcp/${port}`;
}

type Form = {
	readonly host: string;
	readonly family: 4 | 6;
	readonly scope?: string | undefined;
	/** A number up to 65535. */
	readonly port: string;
	/** Looks like a peer id. */
	readonly peer: string | undefined;
};

function readForm(text: string): Form | undefined {
	if (text.length > MAX_ADDRESS_BYTES) return undefined;
	const form4 = FORM_4.exec(text);
	if (form4 !== null) return withPort({host: form4[1]!, family: 4, port: form4[2]!, peer: form4[3]});
	const form6 = FORM_6.exec(text);
	const hextets = form6 === null ? undefined : readIpv6(form6[2]!);
	if (form6 === null || hextets === undefined) return undefined;
	const [, scope, , port = '', peer] = form6;
	const mapped = mappedIpv4(hextets);
	if (mapped === undefined) return withPort({host: formatIpv6(hextets), family: 6, scope, port, peer});
	// An IPv4 address in IPv6 clothes belongs to no interface.
	return scope === undefined ? withPort({host: mapped, family: 4, port, peer}) : undefined;
}

function withPort(form: Form): Form | undefined {
	return Number(form.port) > MAX_PORT ? undefined : form;
}

function isPeerId(text: string): boolean {
	try {
		parsePeerId(text);
		return true;
	} catch {
		return false;
	}
}

/** Writes an address the way `parseTcpAddress` reads it. */
export function formatTcpAddress(address: TcpAddress): string {
	const zone = address.scope === undefined ? '' : `/ip6zone/${address.scope}`;
	const peer = address.peer === undefined ? '' : `/p2p/${address.peer}`;
	return `${zone}/ip${address.family}/${address.host}/tcp/${address.port}${peer}`;
}

/** Whether an interface of that name can be written in an address. */
export function isScope(name: string): boolean {
	return SCOPE_ALONE.test(name);
}

/** Whether the host means "every address of this machine". */
export function isWildcard({host}: Pick<TcpAddress, 'host'>): boolean {
	return host === '0.0.0.0' || host === '::';
}

/** Whether the host is this machine itself: 127.0.0.0/8 or ::1 (RFC 1122, RFC 4291). */
export function isLoopback({host}: Pick<TcpAddress, 'host'>): boolean {
	return host === '::1' || host.startsWith('127.');
}

/** Whether the host is valid on one link only: 169.254.0.0/16 or fe80::/10 (RFC 3927, RFC 4291). */
export function isLinkLocal({host}: Pick<TcpAddress, 'host'>): boolean {
	return host.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/.test(host);
}

function fromComponents(components: readonly Component[], text: string): TcpAddress {
	const rest = [...components];
	const scope = rest[0]?.name === 'ip6zone' ? rest.shift()?.value : undefined;
	const ip = rest.shift();
	const tcp = rest.shift();
	const peer = rest.shift();
	if (
		ip?.value === undefined ||
		(ip.name !== 'ip4' && ip.name !== 'ip6') ||
		(scope !== undefined && ip.name === 'ip4')
	) {
		throw refuse(`No IP address at the start of ${quote(text)}`, EXAMPLE);
	}
	if (tcp?.value === undefined || tcp.name !== 'tcp') throw refuse(`No TCP port in ${quote(text)}`, EXAMPLE);
	if (rest.length > 0 || (peer !== undefined && peer.name !== 'p2p')) {
		throw refuse(`Something follows the port in ${quote(text)}`, 'Only /p2p/ and a peer id may follow it');
	}
	if (scope !== undefined && !isScope(scope)) throw refuse(`Not an interface name in ${quote(text)}`, EXAMPLE);
	const host = hostOf(ip.name, ip.value);
	// An IPv4 address in IPv6 clothes belongs to no interface either.
	if (scope !== undefined && host.family === 4)
		throw refuse(`No IPv6 address behind the zone in ${quote(text)}`, EXAMPLE);
	return {
		...host,
		port: Number(tcp.value),
		...(scope === undefined ? {} : {scope}),
		...(peer === undefined ? {} : {peer: peerOf(peer.value ?? '', text)}),
	};
}

/** An IPv4 address inside IPv6 is that IPv4 address: one host, one form. */
function hostOf(name: 'ip4' | 'ip6', value: string): {host: string; family: 4 | 6} {
	if (name === 'ip4') return {host: value, family: 4};
	const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(value);
	if (mapped === null) return {host: value, family: 6};
	const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
	return {host: `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, family: 4};
}

function peerOf(value: string, text: string): PeerId {
	try {
		return parsePeerId(value);
	} catch (error) {
		throw refuse(
			`Not a peer id in ${quote(text)}`,
			'A peer id has 52 characters and begins with 12D3KooW; see `p2p-tui id` on the other machine',
			error,
		);
	}
}

function refuseOtherProtocols(text: string): void {
	const names = text.split('/');
	if (names.some(name => DNS.has(name))) {
		throw refuse(`Names are not supported yet: ${quote(text)}`, `Give the IP address. ${EXAMPLE}`);
	}
	const other = names.find(name => OTHER_TRANSPORTS.has(name));
	if (other !== undefined) throw refuse(`Only TCP is supported, not ${other}: ${quote(text)}`, EXAMPLE);
}

function hintFor(text: string): string {
	const names = text.split('/');
	if (text.includes('%')) return 'The interface goes in front: /ip6zone/eth0/ip6/fe80::7/tcp/4001';
	const port = names[names.indexOf('tcp') + 1];
	if (names.includes('tcp') && !/^\d{1,5}$/.test(port ?? '')) return 'A port is a whole number from 0 to 65535';
	if (names.includes('tcp') && Number(port) > 65_535) return 'A port is a whole number from 0 to 65535';
	return EXAMPLE;
}

function refuse(message: string, hint: string, cause?: unknown): UserError {
	return new UserError(message, {hint, cause});
}

/** As a person can read it in one line, whatever was typed. */
function quote(text: string): string {
	return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
