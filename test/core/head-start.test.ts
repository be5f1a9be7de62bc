import {expect, it} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {CoreConfig, CoreListener, CoreState} from '../../source/api/core.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import {headStart} from '../../source/core/head-start.ts';

it('tells whoever takes over all that the core said before, in order, then what it says from there on', async () => {
	let core!: CoreListener;
	const sent: Command[] = [];
	const early = headStart({} as CoreConfig, (_config, listener) => {
		core = listener;
		return {send: command => sent.push(command), stop: async () => {}};
	});
	const warning = (code: string): NodeEvent => ({type: 'warning', code, message: ''});
	core.state({state: 'starting'});
	core.events([warning('first')]);
	core.state({state: 'running'});
	const heard: (CoreState | readonly NodeEvent[])[] = [];
	const taken = early.startCore({} as CoreConfig, {
		events: events => heard.push(events),
		state: state => heard.push(state),
	});
	expect(heard).toEqual([]);
	await Promise.resolve();
	core.events([warning('second')]);
	taken.send({command: 'peers'});
	expect(heard).toEqual([{state: 'starting'}, [warning('first')], {state: 'running'}, [warning('second')]]);
	expect(sent).toEqual([{command: 'peers'}]);
});
