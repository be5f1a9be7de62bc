/** Whoever is ahead of us: row 32 for the first frame, which comes before any behaviour. Loopback only. */
import {afterEach, expect, it} from 'vitest';
import {encodeFrame} from '../../source/wire/frame.ts';
import {PROTOCOL_MINOR} from '../../source/wire/messages.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {Cleanup, forge, identityOf, record, startNode, strangerServes} from './peers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

it.each([
	['of a minor version to come', [0, PROTOCOL_MINOR + 98]],
	['with fields to come', [0, PROTOCOL_MINOR, {new: [1, 2]}, 'more']],
])('row 32: READY %s connects, and frames follow', async (_, ready) => {
	const node = await startNode(1, cleanup);
	const stream = Buffer.concat([pack(ready), pack([99, 'new'])].map(body => encodeFrame(body)));
	const {address} = await strangerServes(forge(identityOf(3)), socket => socket.write(stream), cleanup);
	const connection = await node.transport.dial(address, identityOf(3).peerId);
	const log = record(connection);
	await log.received(1);
	expect([connection.peer, log.frames, log.ends]).toEqual([identityOf(3).peerId, [pack([99, 'new'])], []]);
});
