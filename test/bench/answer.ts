/** The other side of `Part`: a program of the benchmark that answers questions, one line each. */
import {createInterface} from 'node:readline';

/** Answers until nobody can ask any more; then the program ends. */
export async function answerQuestions(answer: (words: readonly string[]) => unknown): Promise<never> {
	for await (const line of createInterface({input: process.stdin})) {
		let said: unknown;
		try {
			said = {answer: (await answer(JSON.parse(line) as string[])) ?? null};
		} catch (error) {
			said = {error: error instanceof Error ? error.message : String(error)};
		}
		process.stdout.write(`${JSON.stringify(said)}\n`);
	}
	process.exit(0);
}
