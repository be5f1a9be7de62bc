/** Who cannot be reached, as the chat and the page of peers say it. */
import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {alarmRows} from '../../source/ui/panes/alarm.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {openBare} from './bare.ts';
import {minutes, PEERS, peerInfo, snapshotOf} from './script.ts';

describe('who cannot be reached', () => {
	const lost = (who: 'cat' | 'dan', how: 'lost' | 'only-us' = 'lost') =>
		({peer: PEERS[who], name: who, since: minutes(3), how, reachedBy: how === 'lost' ? [] : [PEERS.ann]}) as const;
	const partition = (...unreachable: readonly ReturnType<typeof lost>[]): NodeEvent => ({
		type: 'partition',
		unreachable,
	});

	function chatting() {
		const app = openBare({columns: 130, rows: 24});
		const peers = [peerInfo('ann'), peerInfo('bob'), peerInfo('cat', 'gone'), peerInfo('dan', 'gone')];
		app.events(snapshotOf(['lobby'], peers));
		return app;
	}

	test('stands in the chat until they are back, and then it is said', () => {
		const app = chatting();
		app.events(partition(lost('cat'), lost('dan')));
		expect(app.frame()).toContain('▲ cat and dan cannot be reached since 12:03 · 2 of 4');
		app.press('f2');
		expect(app.frame()).toContain('cannot be reached since 12:03');
		app.press('escape');
		const address = '/ip4/192.0.2.13/tcp/4003';
		const back = (who: 'cat' | 'dan'): NodeEvent => {
			return {type: 'peer-connected', peer: PEERS[who], name: who, address, direction: 'inbound'};
		};
		app.events(back('cat'), back('dan'), partition());
		expect(app.frame()).toMatch(/Back after \d+ .*: cat and dan/);
		expect(app.frame()).not.toContain('cannot be reached');
	});

	test('where there is no room for it all, the names go before the time does', () => {
		const {store} = chatting();
		store.receive([partition(lost('cat'), lost('dan'))]);
		store.flush();
		const at = (width: number) => alarmRows(store.getState(), width, 10, PLAIN_THEME).join('').trim();
		expect(at(43)).toBe('▲ unreachable since 12:03: cat and dan');
		expect(at(38)).toBe('▲ 2 of 4 unreachable since 12:03');
	});

	test('only from here: what to do about it; Esc puts it away until somebody else is missing', () => {
		const app = chatting();
		app.events(partition(lost('cat', 'only-us')));
		expect(app.frame()).toContain('cat: others reach it, this machine does not (/doctor)');
		app.press('escape');
		expect(app.frame()).not.toContain('others reach it');
		app.events(partition(lost('cat', 'only-us'), lost('dan')));
		expect(app.frame()).toContain('dan cannot be reached since 12:03');
		expect(app.frame()).not.toContain('cat: others');
		// Whoever is only forgotten is not back.
		app.events(partition());
		expect(app.frame()).not.toContain('Back after');
	});

	test('two people with one name are worse', () => {
		const app = chatting();
		const conflict = {name: 'bob', peer: PEERS.dan, before: PEERS.bob, lastSeen: minutes(-90)};
		app.events(partition(lost('cat')), {type: 'name-conflict', ...conflict});
		expect(app.frame()).toContain('are called bob');
		expect(app.frame()).not.toContain('cannot be reached');
	});
});
