import {expect, test} from 'vitest';
import {launchCommand} from '../../source/ui/launch.ts';

const usual = {interfaces: [], discoveryPort: 9999};

test('somebody else is started as this program was, where this one can find them', () => {
	expect(launchCommand(usual, '/usr/local/bin/p2p-tui', '/home/ann')).toBe('p2p-tui');
	expect(launchCommand(usual, '/home/ann/node_modules/p2p-tui/bin/p2p-tui.js', '/home/ann')).toBe('p2p-tui');
	expect(launchCommand({interfaces: ['lo'], discoveryPort: 4444}, '/code/bin/p2p-tui.js', '/code')).toBe(
		'node bin/p2p-tui.js --interface lo --discovery-port 4444',
	);
	expect(launchCommand({...usual, interfaces: ['$(reboot)']}, '', '/code')).toBe('p2p-tui');
});
