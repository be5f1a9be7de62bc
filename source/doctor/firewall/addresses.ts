/** Whether an address lies in what a packet filter names. */
import {BlockList, isIP} from 'node:net';

/** `prefix` is a length. False for what is no address, or of another family. */
export function liesIn(host: string, network: string, prefix: number): boolean {
	const family = isIP(network);
	if (family === 0 || isIP(host) !== family) return false;
	const list = new BlockList();
	const type = family === 6 ? 'ipv6' : 'ipv4';
	try {
		list.addSubnet(network, prefix, type);
	} catch {
		return false;
	}
	return list.check(host, type);
}

/** `192.0.2.0/24`, `192.0.2.1`, `192.0.2.0/255.255.255.0`; undefined for what is none of these. */
export function liesInText(host: string, text: string): boolean | undefined {
	const [network = '', mask] = text.split('/');
	if (isIP(network) === 0) return undefined;
	if (mask === undefined) return liesIn(host, network, isIP(network) === 6 ? 128 : 32);
	return liesIn(host, network, mask.includes('.') ? prefixOf(mask) : Number(mask));
}

function prefixOf(mask: string): number {
	return mask
		.split('.')
		.map(octet => Number(octet).toString(2).replaceAll('0', '').length)
		.reduce((sum, bits) => sum + bits, 0);
}
