/**
 * What an interface is, guessed by its name: operating systems tell nothing more to a program without privileges.
 * It only ranks: real networks first, since that is where people are; what a virtual machine or a container left behind
 * last, but used all the same, for somebody may well be there.
 */
export type InterfaceKind = 'ethernet' | 'wifi' | 'other' | 'vpn' | 'virtual' | 'loopback';

/** In the order in which they are looked at: `vEthernet (WSL)` is no Ethernet, `tap-bridge` no bridge. */
const PATTERNS: readonly (readonly [InterfaceKind, RegExp])[] = [
	['loopback', /^(lo\d*|loopback.*)$/i],
	[
		'virtual',
		// Docker, Podman, Kubernetes, LXD and Incus, libvirt, VMware, VirtualBox, Hyper-V and WSL; Linux's own dummies; and
		// Apple's for its virtual machines, AirDrop and accessories.
		/^(docker|br-[0-9a-f]{12}|veth|podman|cni|cali|flannel|kube|cilium|lxc|lxd|incusbr|virbr|vnet|vmnet|vmware|vboxnet|virtualbox|vethernet|default switch|dummy|ifb|bridge\d|ap\d|awdl|llw|anpi|gif\d|stf\d)/i,
	],
	[
		'vpn',
		/^(tun|tap|utun|wg|wt\d|ppp|ipsec|vti|gre|sit\d|tailscale|zt|zerotier|nebula|nordlynx|nordvpn|mullvad|proton|openvpn|wireguard|cscotun|gpd|hamachi|ham\d|radmin|teredo|isatap|6to4)|\bvpn\b/i,
	],
	['wifi', /^(wl|wi-?fi|ath\d|ra\d|wireless|drahtlos)/i],
	// `en0` of macOS may be Wi-Fi as well. USB and modems of telephones are how people come by a network.
	['ethernet', /^(eth|en[a-z]*\d|en[opsx]|em\d|usb\d|wwan|wwp|bond|team|igb|ixl?\d|re\d|bge\d|ethernet|local area)/i],
];

/** Those of one row are worth the same. */
const RANKS: Readonly<Record<InterfaceKind, number>> = {
	ethernet: 0,
	wifi: 0,
	// A name that nobody knows is more likely a real one in another language than a tunnel.
	other: 1,
	vpn: 2,
	virtual: 3,
	loopback: 4,
};

/** `isInternal`: the system calls it loopback, whatever its name. */
export function kindOf(name: string, isInternal = false): InterfaceKind {
	if (isInternal) return 'loopback';
	return PATTERNS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
}

/** 0 is where others most likely are. */
export function rankOf(kind: InterfaceKind): number {
	return RANKS[kind];
}
