/** The project's targets, and how far a figure is from them. */

export type Goal = {
	/** `≤ 1.45 × raw TCP (1.35)`: the target, and in brackets the one to stretch for. */
	readonly text: string;
	/** The figure that is meant: the row's own, or its ratio to a reference. */
	readonly judged: number;
	readonly limit: number;
	readonly stretch: number;
	/** Less is better. */
	readonly isCeiling: boolean;
};

export function atMost(judged: number, limit: number, stretch: number, unit: string): Goal {
	return {text: `≤ ${limit} ${unit} (${stretch})`, judged, limit, stretch, isCeiling: true};
}

export function atLeast(judged: number, limit: number, stretch: number, unit: string): Goal {
	const [least, most] = [limit, stretch].map(value => value.toLocaleString('en-GB'));
	return {text: `≥ ${least} ${unit} (${most})`, judged, limit, stretch, isCeiling: false};
}

/** `met`, `stretch met`, or `missed by 1.24 ×`. */
export function verdict({judged, limit, stretch, isCeiling}: Goal): string {
	if (!Number.isFinite(judged)) return 'not measured';
	// Nothing is the most that is allowed where the limit is 0.
	if (limit === 0) return judged === 0 ? 'stretch met' : 'missed';
	const distance = (aim: number) => (isCeiling ? judged / aim : aim / judged);
	if (distance(limit) > 1) return `missed by ${distance(limit).toFixed(2)} ×`;
	return distance(stretch) > 1 ? 'met' : 'stretch met';
}
