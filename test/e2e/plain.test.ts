import {once} from 'node:events';
import {afterEach, expect, test} from 'vitest';
import {freeUdpPort} from '../helpers/node-process.ts';
import {disposePrograms, type Program, start} from '../helpers/program.ts';

afterEach(disposePrograms);

/** Waits for the lines of a program, which come as they are said. */
class Talk {
	readonly #program: Program;
	#text = '';

	constructor(program: Program) {
		this.#program = program;
		program.child.stdout.on('data', chunk => {
			this.#text += chunk;
		});
	}

	get text(): string {
		return this.#text;
	}

	says(line: string): void {
		this.#program.child.stdin.write(`${line}\n`);
	}

	async hears(wanted: RegExp): Promise<void> {
		while (!wanted.test(this.#text)) await once(this.#program.child.stdout, 'data');
	}
}

test('two people talk line by line through pipes, and nothing but lines comes out', async () => {
	const place = ['--ephemeral', '--interface', 'lo', '--discovery-port', String(await freeUdpPort())];
	const programs = ['ann', 'bob'].map(name => start(['--plain', '--name', name, ...place]));
	const [ann, bob] = programs.map(program => new Talk(program)) as [Talk, Talk];
	await Promise.all([ann.hears(/bob joined #lobby|bob is in #lobby/), bob.hears(/ann joined #lobby|ann is in #lobby/)]);
	// What is refused later than the next line is asked for is no part of that one.
	ann.says('/send /nowhere/at/all');
	await ann.hears(/^error: There is no \/nowhere\/at\/all/m);
	ann.says('did the deploy finish?');
	await bob.hears(/^\d\d:\d\d #lobby ann: did the deploy finish\?$/m);
	bob.says('/reply yes, all green');
	await ann.hears(/^\d\d:\d\d #lobby bob answers you, “did the deploy finish\?”: yes, all green$/m);
	// The first line decides where the second one goes.
	bob.says('/join dev\nanybody here?');
	bob.says('/msg ann come to dev');
	await ann.hears(/^\d\d:\d\d to you from bob: come to dev$/m);
	ann.says('/quit');
	// The end of the input is the end; what was written before is done first.
	bob.says('/rooms\n/read 1');
	programs[1]?.child.stdin.end();
	const outcomes = await Promise.all(programs.map(({ended}) => ended));
	expect(outcomes.map(({status, stderr}) => ({status, stderr}))).toEqual([
		{status: 0, stderr: ''},
		{status: 0, stderr: ''},
	]);
	expect(bob.text).toMatch(/to ann from you: come to dev/);
	for (const {text} of [ann, bob]) expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
