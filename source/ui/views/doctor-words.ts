/** What the findings of the doctor are marked with and put under, on the screen and in lines. */
import type {Finding, Verdict} from '../../api/doctor.ts';

export const VERDICT_MARKS: Readonly<Record<Verdict, string>> = {
	...{ok: '✓', note: '·', warning: '!', problem: '✗', skipped: '–'},
};

/** In the order of the report. */
export const AREA_TITLES: Readonly<Record<Finding['area'], string>> = {
	interfaces: 'Network',
	discovery: 'Discovery',
	firewall: 'Firewall',
	peers: 'Others',
	clock: 'Clock',
	internet: 'Beyond the LAN',
	terminal: 'Terminal',
	machine: 'This machine',
};

export const AREAS = Object.keys(AREA_TITLES) as readonly Finding['area'][];

export const EXAMINING = 'Examining this machine, and listening for others. This takes some six seconds.';
