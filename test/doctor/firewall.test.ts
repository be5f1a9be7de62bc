/** Rulesets as the tools print them, and what they do with a packet. */
import {describe, expect, test} from 'vitest';
import type {FirewallFacts} from '../../source/doctor/facts.ts';
import {parseIptables} from '../../source/doctor/firewall/iptables.ts';
import {blocksOf} from '../../source/doctor/firewall/judge.ts';
import {FIREWALL, HEALTHY, LAN} from './facts.ts';

type Json = Readonly<Record<string, unknown>>;

/** A chain `input` of `inet filter` with these rules, and others that may be jumped to. */
function nft(
	policy: 'accept' | 'drop',
	rules: readonly (readonly Json[])[],
	others: Readonly<Record<string, readonly (readonly Json[])[]>> = {},
	more: readonly Json[] = [],
): FirewallFacts {
	const place = {family: 'inet', table: 'filter'};
	const base = {...place, name: 'input', type: 'filter', hook: 'input', prio: 0, policy};
	const nftables = [
		{metainfo: {version: '1.0.6', json_schema_version: 1}},
		{table: {family: 'inet', name: 'filter', handle: 1}},
		...more,
		{chain: base},
		...Object.keys(others).map(name => ({chain: {...place, name}})),
		...rules.map(expr => ({rule: {...place, chain: 'input', expr}})),
		...Object.entries(others).flatMap(([chain, list]) => list.map(expr => ({rule: {...place, chain, expr}}))),
	];
	return {...FIREWALL, nft: JSON.stringify({nftables})};
}

const match = (left: Json, right: unknown, op = '==') => ({match: {op, left, right}});
const port = (protocol: string, right: unknown, op = '==') => match({payload: {protocol, field: 'dport'}}, right, op);
const [ACCEPT, DROP] = [{accept: null}, {drop: null}] as const;
const ESTABLISHED = [match({ct: {key: 'state'}}, ['established', 'related'], 'in'), ACCEPT];
const LO = [match({meta: {key: 'iif'}}, 'lo'), ACCEPT];

function dropped(firewall: FirewallFacts): string[] {
	return blocksOf({...HEALTHY, firewall}, [LAN]).map(({traffic}) => traffic);
}

const IN = ['announcements', 'connections'];

describe('nft', () => {
	test.each<[string, FirewallFacts, readonly string[]]>([
		['nothing', {...FIREWALL, nft: '{"nftables": []}'}, []],
		['what is no JSON', {...FIREWALL, nft: 'table inet filter {}'}, []],
		['a policy of accept', nft('accept', [LO]), []],
		['a policy of drop', nft('drop', [LO, ESTABLISHED]), IN],
		['one that lets in no answers either', nft('drop', [LO]), [...IN, 'answers']],
		['the port dropped', nft('accept', [[port('udp', 9999), DROP]]), ['announcements']],
		['another port dropped', nft('accept', [[port('udp', 9998), DROP]]), []],
		['the port opened', nft('drop', [ESTABLISHED, [port('udp', {set: [5353, 9999]}), ACCEPT]]), ['connections']],
		['a range opened', nft('drop', [ESTABLISHED, [port('th', {range: [9000, 60_000]}), ACCEPT]]), []],
		[
			'the LAN let in',
			nft('drop', [
				ESTABLISHED,
				[match({payload: {protocol: 'ip', field: 'saddr'}}, {prefix: {addr: '192.168.0.0', len: 16}}), ACCEPT],
			]),
			[],
		],
		['another interface', nft('drop', [ESTABLISHED, [match({meta: {key: 'iifname'}}, 'wg*'), ACCEPT]]), IN],
		['all but an interface', nft('drop', [ESTABLISHED, [match({meta: {key: 'iifname'}}, 'wan0', '!='), ACCEPT]]), []],
		[
			'new connections refused',
			nft('accept', [
				[
					match({'&': [{payload: {protocol: 'tcp', field: 'flags'}}, ['syn', 'ack']]}, 'syn'),
					{reject: {type: 'tcp reset'}},
				],
			]),
			['connections'],
		],
		[
			'a chain that is jumped to',
			nft('drop', [ESTABLISHED, [{jump: {target: 'open'}}]], {open: [[port('udp', 9999), ACCEPT]]}),
			['connections'],
		],
		[
			'a chain that returns',
			nft('accept', [[{jump: {target: 'some'}}], [port('udp', 9999), DROP]], {some: [[{return: null}], [ACCEPT]]}),
			['announcements'],
		],
		[
			'a map of verdicts',
			nft(
				'drop',
				[
					[
						{
							vmap: {
								key: {ct: {key: 'state'}},
								data: {
									set: [
										['established', ACCEPT],
										['new', {goto: {target: 'fresh'}}],
									],
								},
							},
						},
					],
				],
				{fresh: [[port('tcp', 50_000), ACCEPT]]},
			),
			['announcements'],
		],
		[
			'a named set',
			nft('drop', [ESTABLISHED, [port('udp', '@open'), ACCEPT]], {}, [
				{set: {family: 'inet', table: 'filter', name: 'open', elem: [{elem: {val: 9999, comment: 'chat'}}]}},
			]),
			['connections'],
		],
		// It may be meant for us: then better no alarm.
		['an accept that is not understood', nft('drop', [ESTABLISHED, [match({meta: {key: 'cgroup'}}, 7), ACCEPT]]), []],
		['a drop that is not understood', nft('accept', [[match({meta: {key: 'mark'}}, 7), DROP]]), []],
		[
			'a drop of what comes too fast',
			nft('accept', [[port('udp', 9999), {limit: {rate: 100, per: 'second', inv: true}}, DROP]]),
			[],
		],
		['rules of iptables, which it prints better itself', nft('drop', [[{xt: null}, ACCEPT]]), []],
	])('%s', (_, firewall, expected) => {
		expect(dropped(firewall)).toEqual(expected);
	});
});

const UFW = `*filter
:INPUT DROP [12:3456]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:ufw-before-input - [0:0]
:ufw-not-local - [0:0]
:ufw-user-input - [0:0]
-A INPUT -j ufw-before-input
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A ufw-before-input -j ufw-not-local
-A ufw-before-input -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT
-A ufw-before-input -j ufw-user-input
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN
-A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN
-A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "
-A ufw-not-local -j DROP
USER
COMMIT
`;

describe('iptables', () => {
	test.each<[string, string, readonly string[]]>([
		['ufw as it is installed', UFW.replace('USER\n', ''), IN],
		[
			'ufw with the port allowed',
			UFW.replace('USER', '-A ufw-user-input -p udp -m udp --dport 9999 -j ACCEPT'),
			['connections'],
		],
		[
			'several ports allowed',
			UFW.replace(
				'USER',
				'-A ufw-user-input -p tcp -m multiport --dports 22,4000:60000 -m comment --comment "for -j DROP" -j ACCEPT',
			),
			['announcements'],
		],
		['all of the LAN but one', UFW.replace('USER', '-A ufw-user-input ! -s 192.168.1.200/32 -i eth+ -j ACCEPT'), []],
		[
			'a rule that is not understood',
			UFW.replace('USER', '-A ufw-user-input -m geoip --source-country NL -j ACCEPT'),
			[],
		],
		['nothing but translation', '*nat\n:PREROUTING DROP [0:0]\nCOMMIT\n', []],
		[
			'a drop of all that leaves',
			'*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -o lo -j ACCEPT\n-A OUTPUT -p tcp -j ACCEPT\nCOMMIT\n',
			['announcements-out'],
		],
	])('%s', (_, iptables, expected) => {
		expect(dropped({...FIREWALL, manager: 'iptables', iptables})).toEqual(expected);
	});

	test('each family has its own', () => {
		expect(parseIptables(UFW, 6)[0]!.bases[0]).toEqual({
			...{tool: 'iptables', family: 'ip6', table: 'filter', name: 'INPUT', direction: 'in', policy: 'drop'},
		});
		expect(dropped({...FIREWALL, ip6tables: UFW})).toEqual([]);
	});
});
