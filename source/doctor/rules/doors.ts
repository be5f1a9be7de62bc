/**
 * Whether others can connect to this machine: judged by the TCP port that `--listen` names, else by those of the p2p-tuis
 * that run here, else by one as the system chooses them.
 */
import type {Finding} from '../../api/doctor.ts';
import type {Facts} from '../facts.ts';
import {type Block, connectionBlocks, gravity, onlyOn} from '../firewall/judge.ts';
import {howToKeep, openCommands, ownCommand} from '../words.ts';
import {about, type Fix, fix, lansOf, listed} from './rule.ts';

/** The port that is advised to open, if none was chosen. */
export const ADVISED_PORT = 4001;

/** Of an interface that leads to the internet, while another one does what is needed. */
export const NOTHING_TO_DO: Fix = {
	advice: 'That is the way to the internet, so it may be meant; others are met on the other networks.',
	commands: [],
};

/** Linux chooses no lower ones (net.ipv4.ip_local_port_range): somebody wanted such a port. */
const FIRST_CHOSEN_BY_SYSTEM = 32_768;

export function doors(facts: Facts): Finding[] {
	const {tcpPort, isTcpPortFixed} = facts.firewall;
	const running = isTcpPortFixed ? [] : facts.discovery.portsHere;
	const ports = running.length === 0 ? [tcpPort] : running;
	const shut = ports.filter(port => blocksOf(facts, port).length > 0);
	const open = ports.filter(port => !shut.includes(port));
	if (shut[0] !== undefined) return [shutFinding(facts, shut[0], open)];
	// Where any port is let in, it goes without saying.
	if (running.length === 0 || blocksOf(facts, tcpPort).length === 0) return [];
	return [find(open)('firewall-tcp', 'ok', 'let in; p2p-tui runs there')];
}

/** A p2p-tui runs here on a port that is let in, while others are not: who knows of it can connect, though not to us. */
export function hasOpenDoor(facts: Facts): boolean {
	const isShut = (port: number) => blocksOf(facts, port).length > 0;
	return isShut(facts.firewall.tcpPort) && facts.discovery.portsHere.some(port => !isShut(port));
}

function blocksOf(facts: Facts, port: number): Block[] {
	return connectionBlocks(facts, lansOf(facts), port);
}

function find(ports: readonly number[]) {
	const which = ports.length === 1 ? 'port' : 'ports';
	return about('firewall', `incoming TCP ${which} ${listed(ports.map(String))}`);
}

function shutFinding(facts: Facts, port: number, open: readonly number[]): Finding {
	const isRunning = facts.discovery.portsHere.includes(port);
	const {isTcpPortFixed} = facts.firewall;
	const blocks = blocksOf(facts, port);
	const chains = [...new Set(blocks.flatMap(({by}) => by))];
	const where = listed(chains.map(({tool, family, table, name}) => `${tool} ${family} ${table} ${name}`));
	const dropped = `dropped on ${listed(blocks.map(each => each.interface))} by ${where}`;
	const found = `${dropped}: others cannot connect to ${isRunning ? 'the p2p-tui that runs there' : 'this machine'}`;
	const tell = isRunning || isTcpPortFixed ? find([port]) : about('firewall', 'incoming TCP connections');
	const grave = gravity(blocks, lansOf(facts));
	if (grave === 'note') return tell('firewall-tcp', grave, found, NOTHING_TO_DO);
	return tell('firewall-tcp', open.length > 0 ? 'warning' : grave, found, mending(facts, port, chains));
}

function mending(facts: Facts, shut: number, chains: Parameters<typeof howToKeep>[1]): Fix {
	const {isTcpPortFixed} = facts.firewall;
	const isMeant = isTcpPortFixed || (facts.discovery.portsHere.includes(shut) && shut < FIRST_CHOSEN_BY_SYSTEM);
	const port = isMeant ? shut : ADVISED_PORT;
	const start = ownCommand(facts, '--listen', `/ip4/0.0.0.0/tcp/${port}`);
	if (blocksOf(facts, port).length === 0) {
		return fix(`TCP port ${port} is let in already: start p2p-tui on that port.`, start);
	}
	const on = onlyOn(blocksOf(facts, shut), lansOf(facts));
	const commands = openCommands(facts, {protocol: 'tcp', port}, chains, on);
	const keep = howToKeep(facts.firewall, chains);
	if (isMeant) return fix(`Let TCP port ${port} in.${keep}`, ...commands);
	return fix(`Let one TCP port in, and start p2p-tui on that port.${keep}`, ...commands, start);
}
