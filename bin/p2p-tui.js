#!/usr/bin/env node
/*
 * The launcher. It is written so that even a Node too old for the program can read it, and say so in one line;
 * everything else is in dist/main.js, which `npm run build` makes of source/.
 */
var REQUIRED = [20, 19];

var wantsTrace = process.env.P2P_TUI_DEBUG === '1' || /--log-level[ =]debug/.test(process.argv.slice(2).join(' '));

function isTooOld(version) {
	var parts = version.split('.').map(Number);
	return parts[0] < REQUIRED[0] || (parts[0] === REQUIRED[0] && parts[1] < REQUIRED[1]);
}

function firstLine(error) {
	var text = error && error.message ? error.message : String(error);
	return text.split('\n')[0];
}

/*
 * The line is printed when every other exit handler has run: by then the screen, if there was one, is no longer the
 * alternate one.
 */
function leave(error) {
	process.once('exit', function () {
		var trace = wantsTrace && error && error.stack ? '\n' + error.stack : ' (P2P_TUI_DEBUG=1 shows where)';
		console.error('p2p-tui: An error in p2p-tui itself: ' + firstLine(error) + trace);
	});
	process.exit(1);
}

/* Whatever nobody caught. The screen has a handler of its own, which also gives the terminal back. */
function onUncaught(error) {
	if (process.listenerCount('uncaughtException') === 1) leave(error);
}

function start() {
	process.env.NODE_ENV = 'production';
	process.on('uncaughtException', onUncaught);
	import('../dist/main.js').catch(function (error) {
		if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /dist.main\.js'? imported/.test(error.message)) {
			console.error('p2p-tui: it is not built yet. Run: npm run build');
			process.exitCode = 1;
		} else {
			leave(error);
		}
	});
}

if (isTooOld(process.versions.node)) {
	console.error('p2p-tui: needs Node ' + REQUIRED.join('.') + ' or newer; this is ' + process.versions.node + '.');
	process.exitCode = 1;
} else {
	start();
}
