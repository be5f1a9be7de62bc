/** What `doctor` finds out: one finding for each thing that was tested. */

/** `note`: worth knowing, and no hindrance. `skipped`: could not be tested, and why is in `found`. */
export type Verdict = 'ok' | 'note' | 'warning' | 'problem' | 'skipped';

export type Finding = {
	/** Stable, for scripts: `port-taken`, `client-isolation` … */
	readonly id: string;
	/** What it belongs to, for the headings. */
	readonly area: 'interfaces' | 'discovery' | 'firewall' | 'peers' | 'internet' | 'clock' | 'terminal' | 'machine';
	/** What was tested, and what was found: one line each. */
	readonly tested: string;
	readonly verdict: Verdict;
	readonly found: string;
	/** What to do, in words, and as commands for this platform. */
	readonly fix?: {readonly advice: string; readonly commands: readonly string[]};
};

export type DoctorReport = {
	readonly findings: readonly Finding[];
	/** Whether people on the LAN will find each other and talk. */
	readonly lanWorks: boolean;
	/** One line for people. */
	readonly summary: string;
};
