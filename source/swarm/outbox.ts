import type {Command} from '../api/command.ts';
import type {ErrorCode, NodeEvent, Results} from '../api/event.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {ConnectionId, Effect} from './io.ts';

/** What the parts of the swarm want done, in the order in which they want it, until the driver takes it. */
export class Outbox {
	#effects: Effect[] = [];
	/** A commit was asked for and has not come. */
	#isCommitDue = false;

	/** Everything since the last call. */
	take(): readonly Effect[] {
		const effects = this.#effects;
		this.#effects = [];
		return effects;
	}

	push(effect: Effect): void {
		this.#effects.push(effect);
	}

	close(connection: ConnectionId, reason: string): void {
		this.push({type: 'close', connection, reason});
	}

	/** Once, however many ask for it. */
	commit(): void {
		if (this.#isCommitDue) return;
		this.#isCommitDue = true;
		this.push({type: 'commit'});
	}

	/** The commit has come. */
	committed(): void {
		this.#isCommitDue = false;
	}

	schedule(timer: string, at: Instant): void {
		this.push({type: 'schedule', timer, at});
	}

	cancel(timer: string): void {
		this.push({type: 'cancel', timer});
	}

	emit(event: NodeEvent): void {
		this.push({type: 'emit', event});
	}

	/** Answers a command, if whoever gave it wants an answer. */
	reply({id}: Command, result: Results[keyof Results]): void {
		if (id !== undefined) this.emit({type: 'reply', id, ok: true, result});
	}

	refuse({id}: Command, code: ErrorCode, message: string): void {
		if (id !== undefined) this.emit({type: 'reply', id, ok: false, error: {code, message}});
	}
}
