/** A core for tests of the commands: it records what it is asked, and does what the test tells it to. */
import type {Command} from '../../source/api/command.ts';
import type {CoreConfig, CoreListener, StartCore} from '../../source/api/core.ts';
import type {ErrorCode, NodeEvent, Results} from '../../source/api/event.ts';

export const OTHER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';
export const READY: NodeEvent = {type: 'ready', peerId: '12D3KooWSelf', name: 'ann', addresses: []};

type Answer = {readonly result: Results[keyof Results]} | {readonly code: ErrorCode; readonly message: string};

export class FakeCore {
	readonly commands: Command[] = [];
	config: CoreConfig | undefined;
	isStopped = false;
	/** What a command is answered with, at once; undefined leaves it unanswered. */
	answer: (command: Command) => Answer | undefined = () => ({result: {}});
	#listener!: CoreListener;

	readonly start: StartCore = (config, listener) => {
		this.config = config;
		this.#listener = listener;
		listener.state({state: 'starting'});
		return {
			send: command => {
				this.commands.push(command);
				const answer = this.answer(command);
				if (answer !== undefined && command.id !== undefined) this.reply(command.id, answer);
			},
			stop: async () => {
				this.isStopped = true;
			},
		};
	};

	emit(...events: NodeEvent[]): void {
		this.#listener.events(events);
	}

	reply(id: string, answer: Answer): void {
		this.emit(
			'result' in answer
				? {type: 'reply', id, ok: true, result: answer.result}
				: {type: 'reply', id, ok: false, error: answer},
		);
	}

	fail(reason: string, hint: string | undefined): void {
		this.#listener.state({state: 'failed', reason, hint});
	}
}

export const CONFIG: CoreConfig = {
	name: 'ann',
	rooms: ['lobby'],
	listen: [],
	interfaces: ['lo'],
	peers: [],
	discovery: false,
	mdns: false,
	tellsNeighbours: true,
	pubsub: 'gossipsub',
	discoveryPort: 9999,
	dataDirectory: undefined,
	logLevel: 'silent',
	logFile: undefined,
	forScreen: false,
	faults: false,
};
