/** What `p2p-tui doctor` says on machines that others cannot see, and that doing what it says is all it takes. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {describe, expect} from 'vitest';
import type {DoctorReport, Finding} from '../../source/api/doctor.ts';
import {PROGRAM} from '../helpers/program.ts';
import type {Host} from './host.ts';
import {test} from './lab-test.ts';
import {inside, nft, within} from './system.ts';
import {meet} from './talk.ts';

type Examined = DoctorReport & {readonly status: number};

async function examine(host: Host, ...args: readonly string[]): Promise<Examined> {
	const words = [...within(host.namespace), process.execPath, PROGRAM, 'doctor', '--json', '--ephemeral', ...args];
	const child = spawn(words[0]!, words.slice(1), {stdio: ['ignore', 'pipe', 'inherit']});
	const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
	return {...(JSON.parse(output) as DoctorReport), status};
}

/** The same where somebody is to be heard: who is late, on a busy machine, is listened for once more. */
async function examineInCompany(host: Host, ...args: readonly string[]): Promise<Examined> {
	const first = await examine(host, ...args);
	return first.findings.some(({id}) => id === 'heard') ? first : examine(host, ...args);
}

function alarms({findings}: DoctorReport): string[] {
	return findings.filter(({verdict}) => verdict === 'problem' || verdict === 'warning').map(({id}) => id);
}

function only({findings}: DoctorReport, id: string): Finding {
	const found = findings.filter(finding => finding.id === id);
	expect(found).toHaveLength(1);
	return found[0]!;
}

/** Word for word, but for the program itself. */
function obey(host: Host, {fix}: Finding): void {
	const commands = fix!.commands.filter(command => !command.startsWith('p2p-tui'));
	expect(commands.length).toBeGreaterThan(0);
	inside(host.namespace, 'sh', ['-e'], commands.join('\n'));
}

/** As of a machine that lets in nothing but answers to what it has asked for. */
const CLOSED = [
	'add table inet filter',
	'add chain inet filter input { type filter hook input priority 0; policy drop; }',
	'add rule inet filter input iif lo accept',
	'add rule inet filter input ct state vmap { established : accept, related : accept, invalid : drop }',
];

/** Milliseconds: each of these examines several times, beside the others. */
const TIMEOUT = 240_000;

// How long a probe waits is a matter of the clock, and that of a machine that is busy with other things proves nothing
// against us: then it may try once more.
describe.concurrent('doctor', {retry: 1, timeout: TIMEOUT}, () => {
	test('firewalls and a network that keeps its clients apart', async ({lab}) => {
		const network = lab.bridge();
		const [ann, bob] = (await lab.hosts(network, 'ann', 'bob')) as [Host, Host];
		await bob.start().ready;

		const healthy = await examineInCompany(ann);
		expect({status: healthy.status, alarms: alarms(healthy)}).toEqual({status: 0, alarms: []});
		expect(only(healthy, 'connect').found).toMatch(/^1 of 1 work/);

		ann.drop('in', 'udp dport 9999');
		const deaf = await examine(ann);
		expect({status: deaf.status, alarms: alarms(deaf)}).toEqual({status: 1, alarms: ['firewall-udp']});
		expect(only(deaf, 'firewall-udp').fix!.commands).toEqual(['nft insert rule inet lab in udp dport 9999 accept']);
		obey(ann, only(deaf, 'firewall-udp'));
		ann.drop('in', 'iifname "lan0" tcp flags & (syn | ack) == syn');
		const shy = await examineInCompany(ann);
		expect({status: shy.status, alarms: alarms(shy)}).toEqual({status: 1, alarms: ['firewall-tcp']});
		expect(only(shy, 'firewall-tcp').fix!.commands).toEqual([
			'nft insert rule inet lab in tcp dport 4001 accept',
			'p2p-tui --listen /ip4/0.0.0.0/tcp/4001',
		]);
		obey(ann, only(shy, 'firewall-tcp'));
		// Both are mended now, or it would say so.
		network.isolate();
		// As if it had always been so.
		for (const host of [ann, bob]) host.ip('neigh flush dev lan0');
		const apart = await examine(ann, '--listen', '/ip4/0.0.0.0/tcp/4001');
		expect({status: apart.status, alarms: alarms(apart)}).toEqual({status: 1, alarms: ['client-isolation']});
	});

	test('the port taken, no way out, a tunnel, multicast off, and nothing at all', async ({lab}) => {
		const [ann, bob] = (await lab.hosts(lab.bridge(), 'ann', 'bob')) as [Host, Host];
		await bob.start().ready;
		const holder = spawn('ip', ['netns', 'exec', ann.namespace, 'socat', '-u', 'UDP4-RECV:9999', 'OPEN:/dev/null']);
		const taken = await examine(ann, '--interface', 'lan0').finally(() => holder.kill('SIGKILL'));
		expect({status: taken.status, alarms: alarms(taken)}).toEqual({status: 1, alarms: ['port-taken']});
		expect(only(taken, 'port-taken').found).toMatch(new RegExp(`^socat .*\\(process ${holder.pid}\\)`));
		expect(only(taken, 'port-taken').fix!.commands).toEqual([`kill ${holder.pid}`]);

		ann.ip(
			...['link add wg0 type veth peer name far', 'link set wg0 addrgenmode none', 'link set far addrgenmode none'],
			...['link set wg0 up', 'link set far up', 'addr add 198.19.200.1/32 dev wg0'],
		);
		const far = await examineInCompany(ann, '--discovery-port', '9999');
		expect({status: far.status, alarms: alarms(far)}).toEqual({status: 0, alarms: []});
		expect(only(far, 'no-default-route').verdict).toBe('note');
		expect(
			far.findings.filter(({id}) => id === 'interface').map(({found, verdict}) => [verdict, found.split(':')[0]]),
		).toEqual([
			['ok', 'LAN'],
			['note', 'VPN (WireGuard)'],
		]);

		ann.ip('link set lan0 multicast off');
		const still = await examine(ann);
		expect({status: still.status, alarms: alarms(still)}).toEqual({status: 0, alarms: ['multicast-off']});
		obey(ann, only(still, 'multicast-off'));

		ann.ip('link set lan0 down', 'link del wg0');
		const alone = await examine(ann);
		expect({status: alone.status, alarms: alarms(alone)}).toEqual({status: 1, alarms: ['no-network']});
	});

	test('two closed machines see each other when both have done what the doctor says', async ({lab}) => {
		const hosts = (await lab.hosts(lab.bridge(), 'ann', 'bob')) as [Host, Host];
		const [ann, bob] = hosts;
		for (const {namespace} of hosts) nft(namespace, ...CLOSED);
		const [first, second] = [ann.start(), bob.start()];
		await Promise.all([first.ready, second.ready]);
		const [report, reportOfBob] = await Promise.all([examine(ann), examine(bob)]);
		// The doctor has said goodbye as well.
		expect((await first.result({command: 'peers'})).peers).toEqual([]);
		expect(alarms(report)).toEqual(['firewall-udp', 'firewall-tcp']);
		obey(ann, only(report, 'firewall-udp'));
		obey(ann, only(report, 'firewall-tcp'));
		await first.dispose();
		const anew = ann.start('ann', {args: ['--listen', '/ip4/0.0.0.0/tcp/4001']});
		await anew.ready;
		// As when some time has passed: the kernel has to make sure of the address first.
		const [{address: mac}] = JSON.parse(inside(bob.namespace, 'ip', ['-j', 'link', 'show', 'lan0']));
		ann.ip(`neigh replace ${bob.address()} lladdr ${mac} dev lan0 nud stale`);
		// It finds the port by itself.
		const again = await examineInCompany(ann);
		expect(alarms(again)).toEqual(['peer-firewall']);
		expect(only(again, 'peer-firewall').fix!.commands).toEqual(['p2p-tui doctor']);
		obey(bob, only(reportOfBob, 'firewall-udp'));
		// Bob's own port is still shut: that he can connect to ann's is enough, since she listens where the doctor said.
		await meet(anew, second);
	});
});
