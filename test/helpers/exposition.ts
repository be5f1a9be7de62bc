/** Reads Prometheus's text format as strictly as its documentation has it; prometheus.io/docs/instrumenting/exposition_formats. */

export type Exposition = {
	/** `counter` or `gauge` by the name of the metric. */
	readonly types: ReadonlyMap<string, string>;
	/** By name and labels as they are written. */
	readonly samples: Readonly<Record<string, number>>;
};

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (\\S+)$`);

/** Throws for a line that is none, for a sample without help and type, and for one that comes twice. */
export function readExposition(text: string): Exposition {
	if (!text.endsWith('\n')) throw new Error('The last line has no end');
	const helped = new Set<string>();
	const types = new Map<string, string>();
	const samples: Record<string, number> = {};
	for (const line of text.split('\n').filter(each => each !== '')) {
		const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
		if (kind === 'HELP') helped.add(name);
		else if (kind === 'TYPE') types.set(name, rest);
		else readSample(line, samples, name => helped.has(name) && types.has(name));
	}
	return {types, samples};
}

function readSample(line: string, samples: Record<string, number>, isKnown: (name: string) => boolean): void {
	const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
	if (name === '' || !Number.isFinite(Number(value))) throw new Error(`Not a sample: ${line}`);
	if (!isKnown(name)) throw new Error(`A sample without help or type: ${line}`);
	if (Object.hasOwn(samples, name + labels)) throw new Error(`Twice: ${line}`);
	samples[name + labels] = Number(value);
}
