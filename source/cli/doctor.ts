/** `p2p-tui doctor`: why nobody is there, and what to do about it. */
import type {CoreConfig} from '../api/core.ts';
import type {DoctorReport} from '../api/doctor.ts';
import {describeError, EXIT_FAILED} from '../base/errors.ts';
import {doctorLines} from '../plain/doctor.ts';
import {sizeOf} from '../ui/terminal.ts';
import {truncate} from '../ui/text.ts';
import {EXAMINING} from '../ui/views/doctor-words.ts';
import {parseTcpAddress} from '../wire/multiaddr.ts';
import {type Machine, nodeConfig} from './config.ts';
import type {Options} from './options.ts';
import {jsonLine} from './output.ts';

/** The exit status says whether chatting on the LAN will work. */
export async function doctor(options: Options, machine: Machine): Promise<number> {
	const {stdout, stderr} = process;
	const progress = !options.json && stdout.isTTY === true && stderr.isTTY === true;
	// On one row, so that it can be taken away again.
	if (progress) stderr.write(truncate(EXAMINING, sizeOf(stderr).columns - 1));
	let report: DoctorReport;
	try {
		report = await examine(nodeConfig(options, machine, false));
	} finally {
		if (progress) stderr.write('\r\x1b[K');
	}
	if (options.json) console.log(jsonLine(report));
	else for (const line of doctorLines(report, stdout.isTTY ? sizeOf(stdout).columns : undefined)) console.log(line);
	return report.lanWorks ? 0 : EXIT_FAILED;
}

/** For a node that is started so; the screen and the lines do it while theirs runs. */
export async function examine(
	config: Pick<CoreConfig, 'discoveryPort' | 'interfaces' | 'dataDirectory' | 'listen'>,
): Promise<DoctorReport> {
	const {runDoctor} = await import('../doctor/run.ts');
	return runDoctor({
		discoveryPort: config.discoveryPort,
		interfaces: config.interfaces,
		dataDirectory: config.dataDirectory,
		tcpPort: config.listen.map(address => parseTcpAddress(address).port).find(port => port !== 0),
		output: process.stdout,
		...sizeOf(process.stdout),
	});
}

/** The same for whoever has a page for it: never rejects. */
export function examineCalmly(config: Parameters<typeof examine>[0]): Promise<DoctorReport> {
	return examine(config).catch(error => {
		const failed = {id: 'examination', area: 'machine', tested: 'the examination itself', verdict: 'problem'} as const;
		return {
			findings: [{...failed, found: describeError(error)}],
			lanWorks: false,
			summary: 'The examination failed.',
		};
	});
}
