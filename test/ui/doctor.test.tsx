/** The doctor's page as a person sees it, while it examines and afterwards. */
import {cleanup} from 'ink-testing-library';
import {afterEach, expect, test} from 'vitest';
import {reportOf} from '../../source/doctor/report.ts';
import {Draft} from '../../source/store/draft.ts';
import {doctorTold} from '../../source/store/pages/doctor.ts';
import type {State} from '../../source/store/state.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {pageRows} from '../../source/ui/views/page.ts';
import {FIREWALL, HEALTHY} from '../doctor/facts.ts';
import {livelyStore} from './harness.tsx';
import {openPainted} from './painted.tsx';

afterEach(cleanup);

const CLOSED = '*filter\n:INPUT DROP [0:0]\n-A INPUT -m state --state ESTABLISHED -j ACCEPT\nCOMMIT\n';
const SICK = {...HEALTHY, firewall: {...FIREWALL, manager: 'ufw', iptables: CLOSED}} as const;

function pageOf(facts: typeof HEALTHY, columns: number, rows: number): readonly string[] {
	const draft = new Draft(livelyStore().getState(), 0);
	doctorTold(draft, {type: 'doctor', report: reportOf(facts)});
	const state: State = {...draft.finish(), view: 'doctor'};
	return pageRows(state, {x: 0, y: 0, width: columns, height: rows - 1}, PLAIN_THEME, '');
}

test.each([
	['all is well, 80×24', HEALTHY, 80, 24],
	['a firewall, 40×12', SICK, 40, 12],
	['a firewall, 80×24', SICK, 80, 24],
	['a firewall, 120×40', SICK, 120, 40],
] as const)('%s', (_, facts, columns, rows) => {
	const page = pageOf(facts, columns, rows);
	expect(page.filter(line => widthOf(line) !== columns)).toEqual([]);
	expect(page.join('\n')).toMatchSnapshot();
});

test('/doctor examines once at a time, and shows what comes of it', async () => {
	const app = openPainted({columns: 80, rows: 24});
	app.store.core({state: 'running'});
	await app.type('/doctor');
	await app.press('return');
	const rows = () => {
		app.paint();
		return app.meant().map(row => row.join(''));
	};
	expect(rows().some(row => row.includes('Examining this machine'))).toBe(true);
	expect(app.store.getState().pages.doctor).toEqual({isRunning: true, report: undefined});
	await app.press('escape');
	await app.type('/doctor');
	await app.press('return');
	expect(app.effects.filter(({type}) => type === 'doctor')).toHaveLength(1);
	await app.events({type: 'doctor', report: reportOf(SICK)});
	expect(rows().some(row => row.includes('sudo ufw allow 9999/udp'))).toBe(true);
});
