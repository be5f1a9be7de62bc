/** The interfaces that are up and have an address, and what the system says they are. */
import type {NetworkInterface} from '../../net/interfaces.ts';
import type {InterfaceFacts, InterfaceKind} from '../facts.ts';
import type {System} from './system.ts';

/** IFF_MULTICAST of Linux's `if.h`. */
const CAN_MULTICAST = 0x1000;

/** ARPHRD_NONE of Linux's `if_arp.h`: neither Ethernet nor anything like it, as tunnels are. */
const NO_HARDWARE = 65_534;

export function probeInterfaces(interfaces: readonly NetworkInterface[], system: System): Promise<InterfaceFacts[]> {
	const names = [...new Set(interfaces.map(({name}) => name))];
	return Promise.all(
		names.map(async name => {
			const own = interfaces.filter(each => each.name === name);
			const {kind, mac} = own[0]!;
			const addresses = own.map(({address, family, broadcast}) => ({
				...{address, family},
				...(broadcast !== undefined && {broadcast}),
			}));
			const facts = {name, kind, mac, addresses};
			return system.platform === 'linux' ? {...facts, ...(await askLinux(name, kind, system))} : facts;
		}),
	);
}

/** Linux says more than a name does. */
async function askLinux(
	name: string,
	guess: InterfaceKind,
	system: System,
): Promise<Pick<InterfaceFacts, 'kind' | 'multicast'>> {
	const place = `/sys/class/net/${name}`;
	const [flags, type, uevent, tunnel] = await Promise.all(
		['flags', 'type', 'uevent', 'tun_flags'].map(file => system.read(`${place}/${file}`)),
	);
	const kind = kindOf(guess, {type: Number(type), uevent: uevent ?? '', isTunnel: tunnel !== undefined});
	return flags === undefined ? {kind} : {kind, multicast: (Number(flags) & CAN_MULTICAST) !== 0};
}

function kindOf(
	guess: InterfaceKind,
	{type, uevent, isTunnel}: {readonly type: number; readonly uevent: string; readonly isTunnel: boolean},
): InterfaceKind {
	// What a name says of a virtual machine's interface is more than that it is a tunnel.
	if (guess === 'loopback' || guess === 'virtual') return guess;
	if (/^DEVTYPE=wlan$/m.test(uevent)) return 'wifi';
	if (isTunnel || type === NO_HARDWARE || /^DEVTYPE=wireguard$/m.test(uevent)) return 'vpn';
	return guess;
}
