import {expect, it} from 'vitest';
import {type InterfaceKind, kindOf, rankOf} from '../../source/net/interface-kind.ts';

const KINDS: readonly (readonly [InterfaceKind, readonly string[]])[] = [
	['loopback', ['lo', 'lo0', 'Loopback Pseudo-Interface 1']],
	[
		'ethernet',
		['eth0', 'eno1', 'enp3s0', 'enx0011223344ff', 'ens5', 'en0', 'em1', 'usb0', 'wwan0', 'bond0', 'Ethernet 2', 'ix0'],
	],
	['wifi', ['wlan0', 'wlp2s0', 'wlx001122334455', 'Wi-Fi', 'WLAN']],
	[
		'vpn',
		['tun0', 'tap0', 'utun4', 'wg0', 'tailscale0', 'Tailscale', 'ztabcdef12', 'ppp0', 'nordlynx', 'Office VPN', 'wt0'],
	],
	[
		'virtual',
		[
			'docker0',
			'br-0123456789ab',
			'veth12ab34c',
			'virbr0',
			'vmnet8',
			'vboxnet0',
			'vEthernet (WSL (Hyper-V firewall))',
			'VMware Network Adapter VMnet1',
			'VirtualBox Host-Only Network',
			'lxcbr0',
			'cni0',
			'bridge100',
			'awdl0',
			'llw0',
		],
	],
	// A bridge that somebody made by hand may be the way to the network, and so may a name in another language.
	['other', ['br0', 'LAN-Verbindung', 'Conexión de área local', '']],
];

it.each(KINDS)('knows %s by their names', (kind, names) => {
	expect(names.map(name => [name, kindOf(name)])).toEqual(names.map(name => [name, kind]));
});

it('believes the system about loopback, and ranks real networks first, then tunnels, then what is virtual', () => {
	expect(kindOf('whatever', true)).toBe('loopback');
	const kinds: InterfaceKind[] = ['loopback', 'virtual', 'vpn', 'other', 'wifi', 'ethernet'];
	expect(kinds.map(rankOf)).toEqual([4, 3, 2, 1, 0, 0]);
});
