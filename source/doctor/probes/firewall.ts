/** Who keeps the packet filter of this machine, and its rules as far as this user may read them. */
import type {FirewallFacts, FirewallManager} from '../facts.ts';
import type {Ran, System} from './system.ts';

type Read = Omit<FirewallFacts, 'tcpPort' | 'isTcpPortFixed'>;

export async function probeFirewall(system: System): Promise<Read> {
	switch (system.platform) {
		case 'linux':
			return linux(system);
		case 'darwin':
			return macos(system);
		case 'win32':
			return {
				manager: 'windows',
				forbidden: false,
				text: (await system.run('netsh', 'advfirewall', 'show', 'currentprofile')).output,
			};
		default:
			return {manager: 'none', forbidden: false};
	}
}

async function linux(system: System): Promise<Read> {
	const [nft, iptables, ip6tables, manager] = await Promise.all([
		system.run('nft', '-j', 'list', 'ruleset'),
		system.run('iptables-save'),
		system.run('ip6tables-save'),
		managerOf(system),
	]);
	const tools = [nft, iptables, ip6tables];
	return {
		manager: manager ?? (nft.status !== 'missing' ? 'nftables' : iptables.status !== 'missing' ? 'iptables' : 'none'),
		...(printed(nft) && {nft: nft.output}),
		...(printed(iptables) && {iptables: iptables.output}),
		...(printed(ip6tables) && {ip6tables: ip6tables.output}),
		forbidden: !tools.some(({status}) => status === 0) && tools.some(({status}) => status !== 'missing'),
	};
}

function printed({status, output}: Ran): boolean {
	return status === 0 && output.trim() !== '';
}

/** Both are known without being root: ufw by its settings, firewalld by asking it. */
async function managerOf(system: System): Promise<FirewallManager | undefined> {
	const [ufw, firewalld] = await Promise.all([system.read('/etc/ufw/ufw.conf'), system.run('firewall-cmd', '--state')]);
	if (firewalld.status === 0 && firewalld.output.startsWith('running')) return 'firewalld';
	return /^ENABLED=yes/m.test(ufw ?? '') ? 'ufw' : undefined;
}

async function macos(system: System): Promise<Read> {
	const tool = '/usr/libexec/ApplicationFirewall/socketfilterfw';
	const [state, all] = await Promise.all([system.run(tool, '--getglobalstate'), system.run(tool, '--getblockall')]);
	return {manager: 'macos', forbidden: state.status !== 0, text: `${state.output}\n${all.output}`};
}
