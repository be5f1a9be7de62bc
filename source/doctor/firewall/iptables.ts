/** Reads what `iptables-save` and `ip6tables-save` print. Source: iptables-save(8), iptables-extensions(8). */
import {liesInText} from './addresses.ts';
import type {Action, BaseChain, Condition, Rule, Table} from './ruleset.ts';

/** The chains that see what comes for this machine, and what leaves it. */
const DIRECTIONS: Readonly<Record<string, 'in' | 'out'>> = {
	PREROUTING: 'in',
	INPUT: 'in',
	OUTPUT: 'out',
	POSTROUTING: 'out',
};

export function parseIptables(text: string, family: 4 | 6): Table[] {
	const tables = text.split(/^\*/m).slice(1);
	// What translates addresses drops nothing.
	return tables.filter(table => !table.startsWith('nat')).map(table => tableOf(table, family));
}

function tableOf(text: string, family: 4 | 6): Table {
	const [name = '', ...lines] = text.split('\n').map(line => line.trim());
	const bases: BaseChain[] = [];
	const chains = new Map<string, Rule[]>();
	for (const line of lines) {
		const [, chain, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
		if (chain !== undefined && policy !== undefined) {
			chains.set(chain, []);
			const direction = DIRECTIONS[chain];
			if (policy === '-' || direction === undefined) continue;
			const names = {tool: 'iptables', family: family === 4 ? 'ip' : 'ip6', table: name, name: chain} as const;
			bases.push({...names, direction, policy: policy === 'DROP' ? 'drop' : 'accept'});
		}
		if (line.startsWith('-A ')) {
			const [, target = '', ...words] = wordsOf(line);
			chains.get(target)?.push(ruleOf(words));
		}
	}
	return {bases, chains};
}

/** Words in quotes are one, as in a comment. */
function wordsOf(line: string): string[] {
	return (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map(word => word.replace(/^"|"$/g, ''));
}

function ruleOf(words: readonly string[]): Rule {
	const conditions: Condition[] = [];
	let action: Action = {type: 'go-on'};
	for (let at = 0; at < words.length; at++) {
		const isNot = words[at] === '!';
		if (isNot) at++;
		const option = words[at] ?? '';
		const value = words[at + 1] ?? '';
		if (option === '-j' || option === '-g') {
			action = actionOf(option, value);
			break;
		}
		// An option may have several words behind it, or none: those that are not known are passed over one by one.
		const condition = conditionOf(option, value);
		if (condition !== undefined) {
			conditions.push(isNot ? negated(condition) : condition);
			at++;
		} else if (option.startsWith('-') && !HARMLESS.has(option)) {
			conditions.push(() => undefined);
		}
	}
	return {conditions, action: () => action};
}

/** They say how something is done, and for whom a rule is not. */
const HARMLESS = new Set(['-m', '--comment', '--limit', '--limit-burst', '-c']);

function actionOf(option: string, target: string): Action {
	switch (target) {
		case 'ACCEPT':
			return {type: 'accept'};
		case 'DROP':
		case 'REJECT':
			return {type: 'drop'};
		case 'RETURN':
			return {type: 'return'};
		case 'NFQUEUE':
			return {type: 'unknown'};
		// They do something and go on. Chains have names of their own.
		case 'LOG':
		case 'NFLOG':
		case 'MARK':
		case 'CONNMARK':
		case 'TCPMSS':
		case 'CHECKSUM':
		case 'CT':
			return {type: 'go-on'};
		default:
			return {type: option === '-g' ? 'goto' : 'jump', chain: target};
	}
}

function negated(condition: Condition): Condition {
	return packet => {
		const holds = condition(packet);
		return holds === undefined ? undefined : !holds;
	};
}

/** Undefined for an option that is not known. */
function conditionOf(option: string, value: string): Condition | undefined {
	switch (option) {
		case '-i':
			return packet => packet.direction === 'in' && isInterface(packet.interface, value);
		case '-o':
			return packet => packet.direction === 'out' && isInterface(packet.interface, value);
		case '-p':
			return packet => value === 'all' || value === packet.protocol;
		case '-s':
			return packet => liesInText(packet.source, value);
		case '-d':
			return packet => liesInText(packet.destination, value);
		case '--dport':
		case '--dports':
			return packet => isPort(packet.port, value);
		case '--sport':
		case '--sports':
			return packet => isPort(packet.sourcePort, value);
		case '--ctstate':
		case '--state':
			return packet => value.split(',').includes(packet.state.toUpperCase());
		case '--pkt-type':
			return packet => value === packet.cast;
		case '--dst-type':
			return packet => value.split(',').includes(typeOf(packet));
		case '--icmp-type':
		case '--icmpv6-type':
			return () => false;
		default:
			return undefined;
	}
}

function typeOf({cast, direction}: {readonly cast: string; readonly direction: string}): string {
	return cast === 'unicast' ? (direction === 'in' ? 'LOCAL' : 'UNICAST') : cast.toUpperCase();
}

function isInterface(name: string, wanted: string): boolean {
	return wanted.endsWith('+') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

/** `22`, `8000:9000`, `22,80`; a service name is none of ours. */
function isPort(port: number, text: string): boolean {
	return text.split(',').some(part => {
		const [low, high = low] = part.split(':');
		return port >= Number(low || 0) && port <= Number(high || 65_535);
	});
}
