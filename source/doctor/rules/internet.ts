/** What lies beyond the LAN. Nothing of it is needed to talk on the LAN. */
import type {Finding} from '../../api/doctor.ts';
import {isPublic} from '../../wire/ip.ts';
import {isLinkLocal} from '../../wire/multiaddr.ts';
import type {Facts} from '../facts.ts';
import {liesIn} from '../firewall/addresses.ts';
import {about, fix, lansOf, listed, type Rule} from './rule.ts';

export const internetRules: readonly Rule[] = [defaultRoute, translation, ipv6];

function defaultRoute({routes, interfaces}: Facts): Finding[] {
	const find = about('internet', 'default route');
	if (routes === undefined) return [find('default-route', 'skipped', 'the routes cannot be read')];
	const four = routes.filter(({family}) => family === 4);
	const first = four[0] ?? routes[0];
	if (first === undefined)
		return [find('no-default-route', 'note', 'there is none: no way to the internet, which the LAN does not need')];
	const found = `by ${first.interface}${first.gateway === undefined ? '' : `, ${first.gateway}`}`;
	const isVpn = interfaces.some(({name, kind}) => name === first.interface && kind === 'vpn');
	if (!isVpn) return [find('default-route', 'ok', found)];
	const advice =
		'If others are not seen: many VPN programs block the local network. Allow it in the settings of the VPN (“local network access”, “split tunnel”), or leave the VPN for a trial.';
	return [find('vpn-route', 'note', `${found}: a VPN takes all that leaves the LAN`, fix(advice))];
}

const SHARED = {network: '100.64.0.0', prefix: 10} as const;

/** RFC 6598 for addresses that an internet provider shares among customers. */
function translation(facts: Facts): Finding[] {
	const find = about('internet', 'address translation (NAT)');
	const own = lansOf(facts).flatMap(({addresses}) => addresses.filter(({family}) => family === 4));
	if (own.length === 0) return [];
	const shared = own.filter(({address}) => liesIn(address, SHARED.network, SHARED.prefix));
	if (shared.length > 0) {
		return [
			find(
				'nat-shared',
				'note',
				`${listed(shared.map(each => each.address))} is of a provider's shared network (CGNAT): nobody on the internet can connect to it; the LAN is not affected`,
			),
		];
	}
	const open = own.filter(({address}) => isPublic(address));
	if (open.length > 0)
		return [
			find(
				'public-address',
				'note',
				`${listed(open.map(each => each.address))} is public: the whole internet can reach the ports of this machine`,
			),
		];
	return [
		find(
			'nat',
			'note',
			'private addresses only: from the internet nobody connects to this machine; the LAN is not affected',
		),
	];
}

function ipv6(facts: Facts): Finding[] {
	const find = about('internet', 'IPv6');
	const own = lansOf(facts).flatMap(({addresses}) => addresses.filter(({family}) => family === 6));
	const where = facts.chosen.length > 0 ? ' on what was chosen' : '';
	if (own.length === 0) return [find('no-ipv6', 'note', `none${where}: IPv4 does it all`)];
	const far = own.filter(({address}) => !isLinkLocal({host: address}));
	return [find('ipv6', 'ok', far.length === 0 ? 'on the link only' : listed(far.map(({address}) => address)))];
}
