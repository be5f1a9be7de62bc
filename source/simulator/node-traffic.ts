/** What left a node, bodies and frame headers, and what of the room events came in. */
import {FRAME_HEADER_BYTES} from '../wire/limits.ts';
import {MESSAGE_NUMBERS} from '../wire/messages.ts';

/** Message numbers of who is in which room, of the upkeep of meshes, and of comparing histories. */
const PUBSUB_CONTROL: ReadonlySet<number> = new Set(
	(['subscriptions', 'graft', 'prune', 'ihave', 'iwant', 'idontwant', 'digest', 'ranges', 'want'] as const).map(
		type => MESSAGE_NUMBERS[type],
	),
);

export class NodeTraffic {
	frames = 0;
	payloadBytes = 0;
	/** Who is in which room, and the upkeep of meshes. */
	controlBytes = 0;
	otherBytes = 0;
	publishesIn = 0;

	/** One frame with a message of this number. */
	left(number: number, body: Uint8Array): void {
		const bytes = body.length + FRAME_HEADER_BYTES;
		this.frames += 1;
		if (number === MESSAGE_NUMBERS.publish) this.payloadBytes += bytes;
		else if (PUBSUB_CONTROL.has(number)) this.controlBytes += bytes;
		else this.otherBytes += bytes;
	}
}
