/** Whether announcements are heard, leave and come back. */
import type {Finding} from '../../api/doctor.ts';
import type {Facts, PortHolder, WayFacts} from '../facts.ts';
import {blocksOf} from '../firewall/judge.ts';
import {asRoot, endCommand, openCommands, otherCommand, ownCommand, whoHasCommand} from '../words.ts';
import {about, count, type Fix, fix, lansOf, listed, type Rule} from './rule.ts';

export const discoveryRules: readonly Rule[] = [port, ways, heard];

function port(facts: Facts): Finding[] {
	const {port: number, listening, ways: all} = facts.discovery;
	const find = about('discovery', `UDP port ${number}`);
	const code = listening[4] ?? listening[6];
	// Without any interface there was nothing to try.
	if (all.length === 0) return [find('port', 'skipped', 'there is no interface to try it on')];
	if (code === undefined) return [find('port', 'ok', `can be used${sharers(facts)}`)];
	const isOnly6 = listening[4] === undefined && all.some(({family}) => family === 4);
	const verdict = isOnly6 ? 'warning' : 'problem';
	const over = isOnly6 ? ' over IPv6' : '';
	if (code === 'EACCES') {
		const advice = 'Let everyone use a port above 1023:';
		return [
			find('port-forbidden', verdict, `this user may not open it${over}`, fix(advice, 'p2p-tui --discovery-port 9999')),
		];
	}
	if (code !== 'EADDRINUSE') return [find('port-failed', verdict, `cannot be opened${over}: ${code}`)];
	const holder = holderOf(facts, isOnly6 ? 6 : 4);
	return [
		find(
			'port-taken',
			verdict,
			`${describeHolder(holder)} holds it${over} and does not share it`,
			freeing(facts, holder),
		),
	];
}

/** A holder whose process is known is worth more. */
function holderOf({discovery}: Facts, family: 4 | 6): PortHolder | undefined {
	const holders = [...discovery.holders].sort(
		(one, other) => Number(other.family === family) - Number(one.family === family),
	);
	return holders.find(({pid}) => pid !== undefined) ?? holders[0];
}

function describeHolder(holder: PortHolder | undefined): string {
	if (holder?.pid === undefined) return 'another program';
	return holder.program === undefined
		? `process ${holder.pid}`
		: `${shortened(holder.program)} (process ${holder.pid})`;
}

const MAX_PROGRAM = 60;

function shortened(program: string): string {
	return program.length > MAX_PROGRAM ? `${program.slice(0, MAX_PROGRAM)}…` : program;
}

function freeing(facts: Facts, holder: PortHolder | undefined): Fix {
	const {port: number} = facts.discovery;
	const otherwise = 'If it has to stay, let everyone start p2p-tui with the same other --discovery-port.';
	return holder?.pid === undefined
		? fix(`Find out who it is, and stop it. ${otherwise}`, whoHasCommand(facts, number))
		: fix(`Stop that program. ${otherwise}`, endCommand(facts, holder.pid));
}

function sharers({discovery}: Facts): string {
	const pids = new Map(discovery.holders.flatMap(holder => (holder.pid === undefined ? [] : [[holder.pid, holder]])));
	if (pids.size === 0) return '';
	return `; shared with ${listed([...pids.values()].map(describeHolder))}`;
}

/** For each interface, what became of our own announcements. */
function ways(facts: Facts): Finding[] {
	const lans = new Set(lansOf(facts).map(({name}) => name));
	const names = [...new Set(facts.discovery.ways.map(way => way.interface))].filter(name => lans.has(name));
	return names.flatMap(name => waysOn(facts, name, doOthersWork(facts, name, lans)));
}

/** Announcements leave by another interface where people are. */
function doOthersWork({discovery}: Facts, name: string, lans: ReadonlySet<string>): boolean {
	return discovery.ways.some(way => way.interface !== name && lans.has(way.interface) && way.error === undefined);
}

function waysOn(facts: Facts, name: string, isOneOfMany: boolean): Finding[] {
	const {discovery} = facts;
	const own = discovery.ways.filter(way => way.interface === name);
	const find = about('discovery', `announcements on ${name}`);
	const sent = own.filter(({error}) => error === undefined);
	const failed = own.filter(way => way.error !== undefined && !isNoMatter(way));
	if (sent.length === 0) {
		const reasons = listed(own.map(({error}) => error ?? ''));
		// Plugged in a moment ago: the address is still being made sure of (RFC 4862, section 5.4).
		const isYoung = own.every(({family, error}) => family === 6 && error === 'EADDRNOTAVAIL');
		if (isYoung && isOneOfMany) return [find('not-ready', 'skipped', 'its address cannot be used yet')];
		const grave = isOneOfMany ? 'warning' : 'problem';
		return [find('not-sent', grave, `none can be sent: ${reasons}`, sendingFix(facts, failed))];
	}
	const tried = sent.filter(({family}) => discovery.listening[family] === undefined);
	const [back, lost] = [tried.filter(({returned}) => returned), tried.filter(({returned}) => !returned)];
	if (tried.length === 0) return [find('not-heard', 'skipped', 'none can be heard while the port cannot be opened')];
	const half = failed.map(way => find('not-sent', 'warning', `${describeWay(way)} cannot be sent: ${way.error}`));
	if (lost.length === 0)
		return [find('announcements', 'ok', `sent and received: ${listed(back.map(describeWay))}`), ...half];
	return [...lostFindings(facts, name, back, lost), ...half];
}

/** Sent, and not come back: something in this machine keeps them out. */
function lostFindings(facts: Facts, name: string, back: readonly WayFacts[], lost: readonly WayFacts[]): Finding[] {
	const find = about('discovery', `announcements on ${name}`);
	const what = `${listed(lost.map(describeWay))}: sent, but ${lost.length === 1 ? 'it does' : 'they do'} not come in again`;
	if (areDropped(facts, name)) return [find('not-received', 'note', `${what}: see the firewall`)];
	// Whether own broadcasts come back is known of Linux alone.
	if (facts.platform !== 'linux') return [find('not-received', 'note', what)];
	if (lost.every(({family}) => family === 6) && back.length > 0) return [find('not-received-6', 'warning', what)];
	if (back.length > 0) return [find('not-received', 'warning', `${what}; ${listed(back.map(describeWay))} do`)];
	return [find('announcements-dropped', 'problem', what, droppedFix(facts))];
}

/** The packet filter says so itself. */
function areDropped(facts: Facts, name?: string): boolean {
	return blocksOf(facts, lansOf(facts)).some(
		block => block.traffic.startsWith('announcements') && block.interface === (name ?? block.interface),
	);
}

/** Whose rules are not known, but who keeps them may be. */
function droppedFix(facts: Facts): Fix {
	const {port: number} = facts.discovery;
	const {manager, forbidden} = facts.firewall;
	const likely = `Most likely a firewall on this machine drops UDP port ${number}.`;
	if (manager === 'ufw' || manager === 'firewalld') {
		return fix(`${likely} Let it in:`, ...openCommands(facts, {protocol: 'udp', port: number}, []));
	}
	if (forbidden)
		return fix(`${likely} Who may read its rules is told which:`, asRoot(facts, ownCommand(facts, 'doctor')));
	return fix(
		`${likely} Look for it in its rules:`,
		asRoot(facts, manager === 'iptables' ? 'iptables-save' : 'nft list ruleset'),
	);
}

/** No IPv6 on an interface is no trouble. */
function isNoMatter({family, error}: WayFacts): boolean {
	return family === 6 && error !== 'EPERM' && error !== 'EACCES';
}

function sendingFix(facts: Facts, failed: readonly WayFacts[]): Fix {
	const isForbidden = failed.some(({error}) => error === 'EPERM' || error === 'EACCES');
	if (!isForbidden) return fix('The interface is down or has no route: connect anew.');
	return fix(`A firewall on this machine forbids it: let UDP port ${facts.discovery.port} out.`);
}

function describeWay({family, way}: WayFacts): string {
	return way === 'broadcast' ? 'broadcast' : `multicast IPv${family}`;
}

function heard(facts: Facts): Finding[] {
	const {peers, here, listened, port: number} = facts.discovery;
	const find = about('discovery', 'announcements of others');
	const alsoHere = here > 0 ? `; ${count(here, 'p2p-tui')} on this machine` : '';
	if (peers.length === 0) {
		const found = `none in ${(listened / 1000).toFixed()} s${alsoHere}`;
		if (areDropped(facts)) return [find('nobody-heard', 'note', `${found}: see the firewall`)];
		const command = otherCommand(facts, 'doctor');
		const advice = `Is p2p-tui running there, on the same network (no guest Wi-Fi), with --discovery-port ${number}? If so, run ${command} there as well: what keeps announcements out may be at that end, or the network may keep its guests apart (client isolation).`;
		return [find('nobody-heard', 'note', found, fix(advice))];
	}
	const places = listed(peers.map(peer => (peer.interface ? `on ${peer.interface}` : 'from another subnet')));
	const hosts = listed(peers.slice(0, MAX_HOSTS).map(({host}) => host));
	const more = peers.length > MAX_HOSTS ? ' …' : '';
	return [find('heard', 'ok', `${count(peers.length, 'peer')} ${places}: ${hosts}${more}${alsoHere}`)];
}

const MAX_HOSTS = 5;
