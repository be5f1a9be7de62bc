/** Waiting for what events bring about: nothing is polled. */
export type Conditions = {
	/** Resolves when the condition holds, which is looked at now and at every `wake`. */
	until(condition: () => boolean): Promise<void>;
	/** Something has happened that may make conditions true. */
	wake(): void;
};

export function createConditions(): Conditions {
	const waiting = new Set<() => void>();
	const until = (condition: () => boolean) =>
		new Promise<void>(resolve => {
			const check = () => {
				if (!condition()) return;
				waiting.delete(check);
				resolve();
			};
			waiting.add(check);
			check();
		});
	const wake = () => {
		for (const check of [...waiting]) check();
	};
	return {until, wake};
}
