/** From facts to the report: every rule is asked, and what they say is put in order and summed up. */
import type {DoctorReport, Finding} from '../api/doctor.ts';
import {sanitizeLine} from '../base/sanitize.ts';
import type {Facts} from './facts.ts';
import {discoveryRules} from './rules/discovery.ts';
import {firewallRules} from './rules/firewall.ts';
import {interfaceRules} from './rules/interfaces.ts';
import {internetRules} from './rules/internet.ts';
import {machineRules} from './rules/machine.ts';
import {peerRules} from './rules/peers.ts';
import {count, type Rule} from './rules/rule.ts';
import {terminalRules} from './rules/terminal.ts';

/** In the order of the report. */
const RULES: readonly Rule[] = [
	...interfaceRules,
	...discoveryRules,
	...firewallRules,
	...peerRules,
	...internetRules,
	...terminalRules,
	...machineRules,
];

export function reportOf(facts: Facts): DoctorReport {
	const findings = RULES.flatMap(rule => rule(facts)).map(clean);
	// A problem of any kind, also of the folder or of Node, keeps the chat from working as it should.
	const lanWorks = !findings.some(({verdict}) => verdict === 'problem');
	return {findings, lanWorks, summary: summaryOf(facts, findings)};
}

/** Programs, paths and what others sent are not ours. */
function clean(finding: Finding): Finding {
	const {fix} = finding;
	return {
		...finding,
		tested: sanitizeLine(finding.tested),
		found: sanitizeLine(finding.found),
		...(fix && {fix: {advice: sanitizeLine(fix.advice), commands: fix.commands.map(sanitizeLine)}}),
	};
}

function summaryOf({discovery}: Facts, findings: readonly Finding[]): string {
	const [problems, warnings] = [of(findings, 'problem'), of(findings, 'warning')];
	if (problems.length > 0) {
		const first = problems[0]!;
		const more = problems.length === 1 ? '' : `, and ${count(problems.length - 1, 'more problem')}`;
		return `Chatting on the LAN will not work as it should: ${first.tested}${more}.`;
	}
	const also =
		warnings.length === 0 ? '' : ` There ${warnings.length === 1 ? 'is' : 'are'} ${count(warnings.length, 'warning')}.`;
	const {length} = discovery.peers.filter(({dial}) => dial?.result === 'connected');
	if (length > 0) return `Chatting on the LAN works: ${count(length, 'peer')} reached.${also}`;
	return `Nothing on this machine is in the way of chatting on the LAN.${also}`;
}

function of(findings: readonly Finding[], verdict: Finding['verdict']): Finding[] {
	return findings.filter(finding => finding.verdict === verdict);
}
