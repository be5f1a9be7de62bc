/**
 * The composition root: reads the command line, starts what it asks for and turns the outcome into an exit status.
 * Each command is loaded when it is asked for, so that only the screen reads React.
 */
import {thisMachine} from './cli/config.ts';
import {type Invocation, parseArguments} from './cli/options.ts';
import {isDebugging, report} from './cli/report.ts';

/** Milliseconds that the reader of a pipe has to take the last lines. */
const FLUSH_TIMEOUT = 2_000;

async function run(invocation: Invocation): Promise<number> {
	// For `ps` and `pkill`; meow leaves only the name.
	process.title = ['p2p-tui', ...argv].join(' ');
	const machine = thisMachine();
	switch (invocation.command) {
		case 'print':
			endQuietlyWithoutReader();
			console.log(invocation.text);
			return 0;
		case 'headless':
			return (await import('./cli/headless.ts')).headless(invocation.options, machine);
		case 'send':
			return (await import('./cli/send.ts')).send(invocation, machine);
		case 'send-files':
			return (await import('./cli/send-files.ts')).sendFiles(invocation, machine);
		case 'get':
			return (await import('./cli/get.ts')).get(invocation, machine);
		case 'export':
			endQuietlyWithoutReader();
			return (await import('./cli/export.ts')).exportRoom(invocation, machine);
		case 'ping':
			endQuietlyWithoutReader();
			return (await import('./cli/ping.ts')).ping(invocation, machine);
		case 'trace':
			endQuietlyWithoutReader();
			return (await import('./cli/trace.ts')).trace(invocation, machine);
		case 'lab':
			return (await import('./cli/lab.ts')).lab(invocation.options, machine);
		case 'id':
			endQuietlyWithoutReader();
			return (await import('./cli/id.ts')).showId(invocation.options, machine);
		case 'demo':
			return (await import('./cli/demo.ts')).demo(invocation.options, machine);
		case 'config':
			endQuietlyWithoutReader();
			return (await import('./cli/settings-sample.ts')).showSettings(invocation.options, machine);
		case 'screen':
			return (await import('./cli/screen.ts')).screen(invocation.options, machine);
		case 'doctor':
			endQuietlyWithoutReader();
			return (await import('./cli/doctor.ts')).doctor(invocation.options, machine);
	}
}

/** As in `p2p-tui ping … | head -1`: when the reader of a pipe has gone there is no more to do. */
function endQuietlyWithoutReader(): void {
	process.stdout.on('error', () => process.exit(0));
}

/** Ends the process once everything printed has been taken, or cannot be. */
function leave(status: number): void {
	setTimeout(() => process.exit(status), FLUSH_TIMEOUT).unref();
	process.stdout.write('', () => process.stderr.write('', () => process.exit(status)));
}

const argv = process.argv.slice(2);
process.stderr.on('error', () => {});
Promise.resolve()
	.then(() => run(parseArguments(argv, process.env)))
	.catch(error => report(error, isDebugging(argv, process.env)))
	.then(leave);
