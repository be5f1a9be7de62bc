/** What the machine is connected to. */
import type {Finding} from '../../api/doctor.ts';
import type {Facts, InterfaceFacts} from '../facts.ts';
import {asRoot} from '../words.ts';
import {about, fix, isLan, lansOf, listed, type Rule} from './rule.ts';

export const interfaceRules: readonly Rule[] = [chosen, network, interfaces, multicast, noLease, surroundings];

/** By the name: what has left an interface behind. The first that fits. */
const ORIGINS: readonly (readonly [RegExp, string])[] = [
	[/wsl/i, 'WSL'],
	[/^(docker|br-[0-9a-f]{12})/, 'Docker'],
	[/^(podman|cni-podman)/, 'Podman'],
	[/^veth/, 'a container'],
	[/^(cni|cali|flannel|kube|cilium)/, 'Kubernetes'],
	[/^(virbr|vnet)/, 'libvirt'],
	[/^(lxc|lxd|incusbr)/, 'LXC'],
	[/^(vmnet|vmware)/i, 'VMware'],
	[/^(vboxnet|virtualbox)/i, 'VirtualBox'],
	[/^(vethernet|default switch)/i, 'Hyper-V'],
	[/^(awdl|llw)/, 'AirDrop'],
	[/^(wg|wireguard)/i, 'WireGuard'],
	[/^tailscale/i, 'Tailscale'],
	[/^(zt|zerotier)/i, 'ZeroTier'],
	[/^(tun|tap|utun|openvpn)/i, 'a tunnel, as of OpenVPN'],
];

const KINDS: Readonly<Record<InterfaceFacts['kind'], string>> = {
	ethernet: 'LAN by cable',
	wifi: 'Wi-Fi',
	other: 'LAN',
	vpn: 'VPN',
	virtual: 'virtual',
	loopback: 'this machine only',
};

/** `VPN (WireGuard)`. */
export function describeKind({name, kind}: Pick<InterfaceFacts, 'name' | 'kind'>): string {
	if (kind !== 'vpn' && kind !== 'virtual') return KINDS[kind];
	const origin = ORIGINS.find(([pattern]) => pattern.test(name))?.[1];
	return origin === undefined ? KINDS[kind] : `${KINDS[kind]} (${origin})`;
}

/** What `--interface` names may have gone since: a tunnel that is closed, Wi-Fi that is off. */
function chosen({missing, present}: Facts): Finding[] {
	return missing.map(name => {
		const there = present.length === 0 ? 'there is none at all' : `there are ${listed(present)}`;
		return about('interfaces', `interface ${name}`)(
			'interface-missing',
			'problem',
			`it was chosen, and is not there or has no address; ${there}`,
			fix(`Connect it, or start p2p-tui without --interface ${name}.`),
		);
	});
}

/** Whether there is a network with people on it at all. */
function network(facts: Facts): Finding[] {
	const find = about('interfaces', 'a network with other people');
	const lans = lansOf(facts);
	if (lans.length > 0) return [find('network', 'ok', `there is ${listed(lans.map(({name}) => name))}`)];
	const others = facts.interfaces.filter(({kind}) => kind !== 'loopback');
	if (others.length > 0) {
		const found = others.map(each => `${each.name}, ${describeKind(each)}`).join('; ');
		return [
			find(
				'only-virtual',
				'warning',
				`there is none but ${found}: only who is on these is found`,
				facts.surroundings === 'plain' ? fix('Connect to the Wi-Fi or the cable that the others are on.') : undefined,
			),
		];
	}
	if (facts.chosen.length > 0) {
		const advice = `Leave out --interface ${facts.chosen.join(' --interface ')}, which keeps p2p-tui on this machine.`;
		return [find('no-network', 'problem', 'none of the chosen interfaces leads to others', fix(advice))];
	}
	return [
		find(
			'no-network',
			'problem',
			'this machine is connected to nothing: no interface but loopback is up and has an address',
			fix(
				'Join the Wi-Fi or plug the cable in. This shows which interfaces there are, and which are down:',
				showLinks(facts),
			),
		),
	];
}

function showLinks({platform}: Facts): string {
	return platform === 'linux' ? 'ip -brief address' : platform === 'win32' ? 'ipconfig /all' : 'ifconfig -a';
}

function interfaces(facts: Facts): Finding[] {
	return facts.interfaces
		.filter(({kind}) => kind !== 'loopback')
		.map(each => {
			const find = about('interfaces', `interface ${each.name}`);
			const addresses = each.addresses.map(({address}) => address).join(', ');
			const found = `${describeKind(each)}: ${addresses}`;
			if (isLan(each)) return find('interface', 'ok', found);
			return find('interface', 'note', `${found}; not the LAN: only who is on it too is found there`);
		});
}

function multicast(facts: Facts): Finding[] {
	return lansOf(facts)
		.filter(each => each.multicast === false)
		.map(({name, addresses}) => {
			const hasBroadcast = addresses.some(({broadcast}) => broadcast !== undefined);
			const rest = hasBroadcast ? 'broadcast over IPv4 is left' : 'nothing else is left';
			return about('interfaces', `multicast on ${name}`)(
				'multicast-off',
				hasBroadcast ? 'warning' : 'problem',
				`it is switched off for ${name}: no multicast DNS, nothing over IPv6; ${rest}`,
				fix('Switch it on:', asRoot(facts, `ip link set dev ${name} multicast on`)),
			);
		});
}

/** 169.254/16 is what a machine takes that nobody gave an address (RFC 3927). */
function noLease(facts: Facts): Finding[] {
	return lansOf(facts).flatMap(({name, addresses}) => {
		const four = addresses.filter(({family}) => family === 4);
		if (four.length === 0 || !four.every(({address}) => address.startsWith('169.254.'))) return [];
		return [
			about('interfaces', `the address of ${name}`)(
				'no-lease',
				'warning',
				`${four[0]!.address} was made up: no router gave ${name} an address; only machines in the same position are found`,
				fix('Connect anew; if that does not help, look at the router or the cable.'),
			),
		];
	});
}

function surroundings(facts: Facts): Finding[] {
	const find = about('interfaces', 'what this system runs in');
	switch (facts.surroundings) {
		case 'wsl-nat':
			return [
				find(
					'wsl-nat',
					'problem',
					'WSL 2 behind address translation: announcements neither leave it nor come in',
					fix(
						'In Windows, write the two lines below into %UserProfile%\\.wslconfig (Windows 11 22H2 or newer), then restart WSL with the third; or run p2p-tui in Windows itself.',
						...['[wsl2]', 'networkingMode=mirrored', 'wsl --shutdown'],
					),
				),
			];
		case 'container':
			return [
				find(
					'container',
					'warning',
					'a container on a network of its own: only containers on the same network are found',
					fix(
						'Start it on the network of its host (Linux only), with this option before the name of the image:',
						'--network host',
					),
				),
			];
		default:
			return [];
	}
}
