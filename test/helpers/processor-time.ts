/**
 * Milliseconds of the processor that this takes. The clock of a machine that is busy with other things proves nothing;
 * what it does for others is not counted here.
 */
export function processorTime(work: () => void): number {
	const before = process.cpuUsage();
	work();
	const {user, system} = process.cpuUsage(before);
	return (user + system) / 1_000;
}
