/** How long something has lasted, in a word: `40 s`, `4 min`, `2 h`, `3 d`. */
export function durationOf(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1000);
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
	return seconds < 2 * 86_400 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
