/** Figures as people read them. */

/** A round-trip time in milliseconds: `0.21 ms`, `1.8 ms`, `24 ms`, `1.2 s`. */
export function formatRtt(milliseconds: number): string {
	if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`;
	if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
	if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
	return `${(milliseconds / 1000).toFixed(1)} s`;
}

const UNITS = ['B/s', 'kB/s', 'MB/s', 'GB/s'] as const;

/** Bytes per second: `0 B/s`, `3.4 kB/s`, `120 MB/s`; a kilobyte is 1000 bytes. */
export function formatRate(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < UNITS.length - 1) {
		value /= 1000;
		unit += 1;
	}
	const digits = unit > 0 && value < 9.95 ? 1 : 0;
	return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** `just now`, `4 min ago`, `2 h ago`, `3 d ago`. */
export function formatAgo(milliseconds: number): string {
	const minutes = Math.floor(milliseconds / 60_000);
	if (minutes < 1) return 'just now';
	if (minutes < 60) return `${minutes} min ago`;
	const hours = Math.floor(minutes / 60);
	return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** The time of day here: `12:01`. */
export function formatTime(timestamp: number): string {
	const date = new Date(timestamp);
	if (Number.isNaN(date.getTime())) return '--:--';
	return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = [
	'January',
	'February',
	'March',
	'April',
	'May',
	'June',
	'July',
	'August',
	'September',
	'October',
	'November',
	'December',
] as const;

/** The day here: `Saturday 21 November 2026`. */
export function formatDay(timestamp: number): string {
	const date = new Date(timestamp);
	if (Number.isNaN(date.getTime())) return 'some day';
	return `${WEEKDAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
}

/** The day here, in short: `Sat 21 Nov`. */
export function formatDate(timestamp: number): string {
	const date = new Date(timestamp);
	if (Number.isNaN(date.getTime())) return 'some day';
	return `${WEEKDAYS[date.getDay()]?.slice(0, 3)} ${date.getDate()} ${MONTHS[date.getMonth()]?.slice(0, 3)}`;
}

/** To the second, here: `Sat 21 Nov 2026 12:01:33`. */
export function formatMoment(timestamp: number): string {
	const date = new Date(timestamp);
	if (Number.isNaN(date.getTime())) return 'some time';
	return `${formatDate(timestamp)} ${date.getFullYear()} ${formatTime(timestamp)}:${pad(date.getSeconds())}`;
}

const SPANS = [
	[48 * 3_600_000, 86_400_000, 'd'],
	[3_600_000, 3_600_000, 'h'],
	[60_000, 60_000, 'min'],
	[10_000, 1_000, 's'],
] as const;

/** How long: `3 ms`, `1.2 s`, `40 s`, `4 min`, `2 h`, `3 d`. */
export function formatSpan(milliseconds: number): string {
	for (const [from, unit, name] of SPANS)
		if (milliseconds >= from) return `${Math.floor(milliseconds / unit).toLocaleString('en')} ${name}`;
	return milliseconds < 1_000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

let known = {from: 0, to: 0, day: ''};

/** Equal for two times of one day here. Asked for every row of every frame, and mostly of the same day. */
export function dayOf(timestamp: number): string {
	if (timestamp >= known.from && timestamp < known.to) return known.day;
	const date = new Date(timestamp);
	const startOf = (day: number) => new Date(date.getFullYear(), date.getMonth(), day).getTime();
	known = {from: startOf(date.getDate()), to: startOf(date.getDate() + 1), day: date.toDateString()};
	return known.day;
}

/** `1 peer`, `3 peers`. */
export function plural(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function pad(value: number): string {
	return String(value).padStart(2, '0');
}
