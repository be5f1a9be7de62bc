/** Commands for the platform that is examined, as they are typed there. */

import type {Facts} from './facts.ts';
import type {BaseChain} from './firewall/ruleset.ts';

type Place = Pick<Facts, 'platform' | 'isRoot'>;

/** Where announcements go if nobody says otherwise (`cli/options.ts`). */
const USUAL_PORT = 9_999;

/** p2p-tui as it is started on other machines, so that it meets those of this one. */
export function otherCommand({discovery: {port}}: Pick<Facts, 'discovery'>, ...words: readonly string[]): string {
	return ['p2p-tui', ...words, ...(port === USUAL_PORT ? [] : ['--discovery-port', port])].join(' ');
}

/** The same on this machine, with what was chosen here. */
export function ownCommand(facts: Pick<Facts, 'discovery' | 'chosen'>, ...words: readonly string[]): string {
	return [otherCommand(facts, ...words), ...facts.chosen.flatMap(name => ['--interface', quote(name)])].join(' ');
}

/** With `sudo` for whoever is not root. */
export function asRoot({platform, isRoot}: Place, command: string): string {
	return isRoot || platform === 'win32' ? command : `sudo ${command}`;
}

export type Opening = {readonly protocol: 'udp' | 'tcp'; readonly port: number};

/**
 * Lets something in, by the tool that is in use here. `by`: the chains that drop it now; `on`: the only interfaces on which
 * that is needed, none for all.
 */
export function openCommands(
	facts: Facts,
	{protocol, port}: Opening,
	by: readonly BaseChain[],
	on: readonly string[] = [],
): string[] {
	const root = (command: string) => asRoot(facts, command);
	switch (facts.firewall.manager) {
		case 'ufw':
			return on.length === 0
				? [root(`ufw allow ${port}/${protocol}`)]
				: on.map(name => root(`ufw allow in on ${quote(name)} to any port ${port} proto ${protocol}`));
		case 'firewalld':
			return [root(`firewall-cmd --permanent --add-port=${port}/${protocol}`), root('firewall-cmd --reload')];
		case 'macos':
			return [
				`sudo /usr/libexec/ApplicationFirewall/socketfilterfw --add ${quote(process.execPath)}`,
				`sudo /usr/libexec/ApplicationFirewall/socketfilterfw --unblockapp ${quote(process.execPath)}`,
			];
		case 'windows':
			return [
				`netsh advfirewall firewall add rule name="p2p-tui ${protocol}" dir=in action=allow protocol=${protocol.toUpperCase()} localport=${port}`,
			];
		default:
			return by.flatMap(chain => {
				const [nft, iptables] = [`${protocol} dport ${port}`, `-p ${protocol} --dport ${port}`];
				if (on.length === 0) return [root(acceptCommand(chain, nft, iptables))];
				return on.map(name =>
					root(acceptCommand(chain, `iifname ${quote(name)} ${nft}`, `-i ${quote(name)} ${iptables}`)),
				);
			});
	}
}

/** Before everything else in that chain. */
export function acceptCommand({tool, family, table, name}: BaseChain, nft: string, iptables: string): string {
	if (tool === 'nft') return `nft insert rule ${family} ${table} ${name} ${nft} accept`;
	return `${family === 'ip6' ? 'ip6tables' : 'iptables'} -t ${table} -I ${name} ${iptables} -j ACCEPT`;
}

/** How to keep what a command has changed, where the command alone does not. */
export function howToKeep({manager}: Facts['firewall'], by: readonly BaseChain[]): string {
	if (manager === 'ufw' || manager === 'firewalld' || manager === 'macos' || manager === 'windows') return '';
	return by.some(({tool}) => tool === 'nft')
		? ' It holds until this machine starts anew; to keep it, put it into /etc/nftables.conf or wherever these rules come from.'
		: ' It holds until this machine starts anew; to keep it, save it with netfilter-persistent save or as your system does.';
}

/** For a shell. */
export function quote(text: string): string {
	return /^[\w./~+:@%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Ends a process. */
export function endCommand({platform, isRoot}: Place, pid: number): string {
	return platform === 'win32' ? `taskkill /PID ${pid}` : asRoot({platform, isRoot}, `kill ${pid}`);
}

/** Shows who has a UDP port. */
export function whoHasCommand(place: Place, port: number): string {
	switch (place.platform) {
		case 'linux':
			return asRoot(place, `ss -ulpn 'sport = :${port}'`);
		case 'win32':
			return `netstat -ano -p UDP | findstr :${port}`;
		default:
			return asRoot(place, `lsof -nP -iUDP:${port}`);
	}
}
