/**
 * What a person sees: each view at each size, as the painter draws it; and each theme once, with its styles. Pictures are
 * for looking at: a change that makes one uglier is a change to take back.
 */
import {cleanup} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import {THEME_NAMES} from '../../source/store/settings.ts';
import {createTheme} from '../../source/ui/theme.ts';
import type {AppOptions, Size} from './harness.tsx';
import {openPainted} from './painted.tsx';
import {livelyEvents, minutes, PEERS, said, snapshotOf} from './script.ts';

afterEach(cleanup);

const SIZES: readonly Size[] = [
	{columns: 40, rows: 12},
	{columns: 80, rows: 24},
	{columns: 120, rows: 40},
	{columns: 200, rows: 60},
];

type Painted = Awaited<ReturnType<typeof lively>>;

async function lively(size: Size, options: AppOptions = {}) {
	const app = openPainted(size, options);
	app.store.core({state: 'running'});
	await app.events(...livelyEvents());
	return app;
}

const press =
	(...keys: readonly string[]) =>
	async (app: Painted) => {
		for (const key of keys) await (key.length === 1 ? app.type(key) : app.press(key));
	};

const CODE = 'try `npm ci` first:\n```\nrm -rf dist\nnode bin/build.js\n```\nsee https://example.org/how#to';

/** How to get to each view from people who talk. */
const VIEWS: Readonly<Record<string, (app: Painted) => Promise<void>>> = {
	'people talk': async () => {},
	'another room, with what is new marked off': press('alt+2'),
	'several rows are written': async app => {
		await app.type('first row');
		await app.press('alt+return');
		await app.type('second row, 漢字');
	},
	'a command is written': async app => app.type('/jo'),
	'many lines are pasted': async app => app.paste(Array.from({length: 30}, (_, line) => `line ${line + 1}`).join('\n')),
	'a line sent before is looked for': async app => {
		await app.type('something said before');
		await app.press('return');
		await app.press('ctrl+r');
		await app.type('some');
	},
	'a message is selected': press('shift+up', 'up'),
	'an answer is written': press('shift+up', 'r'),
	'scrolled up, while more comes': async app => {
		await app.events(...Array.from({length: 90}, (_, index) => said('ann', `line ${index + 1} of many`, 10 + index)));
		await app.press('pageup');
		await app.events(said('bob', 'not in view', 105));
	},
	'code, a link, Chinese, emoji and Hebrew': async app =>
		app.events(
			said('ann', CODE, 8),
			said('bob', '👩‍👩‍👧‍👦 family, 🇨🇭 flag, 👍🏽 tone; 今日はとてもいい天気ですね、公園に行きましょう', 9),
			said('cat', 'שלום to everybody', 9),
		),
	'the core is being started again': async app => app.store.core({state: 'restarting', reason: 'the heap is full'}),
	'somebody has the name of another': async app =>
		app.events({type: 'name-conflict', name: 'bob', peer: PEERS.dan, before: PEERS.bob, lastSeen: minutes(-90)}),
	'the list': press('ctrl+k', 'r', 'e'),
	help: press('f1'),
	peers: press('f2'),
	settings: async app => {
		await app.type('/set');
		await app.press('return');
	},
};

/** Those that look different where there is much room. */
const LARGE = ['people talk', 'scrolled up, while more comes', 'the list', 'help', 'peers'];

const picture = (app: Painted): string => {
	app.paint();
	return app
		.meant()
		.map(row => row.join('').trimEnd())
		.join('\n');
};

describe.each(SIZES)('at $columns×$rows', size => {
	const isLarge = size.columns >= 120;

	test.each(isLarge ? LARGE : Object.keys(VIEWS))('%s', async name => {
		const app = await lively(size);
		await VIEWS[name]?.(app);
		expect(picture(app)).toMatchSnapshot();
		app.close();
	});

	test('nobody is there after a while', async () => {
		const app = openPainted(size);
		app.store.core({state: 'running'});
		await app.events(snapshotOf(['lobby']));
		await app.nothingKept();
		app.time.advance(3_000);
		app.store.tick();
		app.store.flush();
		expect(picture(app)).toMatchSnapshot();
		app.close();
	});
});

test.each(THEME_NAMES.filter(name => name !== 'auto'))('the styles of the theme %s', async name => {
	const theme = createTheme(name, name === 'ansi' ? 4 : 24);
	const app = await lively({columns: 64, rows: 16}, {theme});
	await app.events(said('ann', CODE, 8));
	app.paint();
	expect(app.styled().join('\n')).toMatchSnapshot();
	app.close();
});
