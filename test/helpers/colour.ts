/**
 * How colours look: contrast as in WCAG 2.2, difference as in CIEDE2000 (Sharma, Wu and Dalal, 2005), and eyes without
 * one kind of cones (Machado, Oliveira and Fernandes, 2009, severity 1.0; linear RGB).
 */

export type Matrix = readonly number[];

export const VISIONS: Readonly<Record<string, Matrix>> = {
	usual: [1, 0, 0, 0, 1, 0, 0, 0, 1],
	protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
	deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
	tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

type Three = readonly [number, number, number];

function linear(hex: string): Three {
	const part = (at: number) => {
		const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
		return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	};
	return [part(0), part(2), part(4)];
}

function luminance(hex: string): number {
	const [red, green, blue] = linear(hex);
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 to 21. */
export function contrast(one: string, other: string): number {
	const [less, more] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
	return (more + 0.05) / (less + 0.05);
}

/** CIELAB (D65) of what such eyes see. */
export function labOf(hex: string, vision: Matrix): Three {
	const [r, g, b] = linear(hex);
	const [red, green, blue] = [0, 3, 6].map(row =>
		Math.min(1, Math.max(0, vision[row]! * r + vision[row + 1]! * g + vision[row + 2]! * b)),
	) as unknown as Three;
	const bent = (value: number) => (value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116);
	const x = bent((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
	const y = bent(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
	const z = bent((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const DEGREE = Math.PI / 180;

/** CIEDE2000: about 2 can just be seen; 10 is seen at a glance. */
export function difference([L1, a1, b1]: Three, [L2, a2, b2]: Three): number {
	const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
	const stretch = 1.5 - 0.5 * Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7));
	const [c1, c2] = [Math.hypot(a1 * stretch, b1), Math.hypot(a2 * stretch, b2)];
	const hue = (a: number, b: number) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a * stretch) / DEGREE + 360) % 360);
	const [h1, h2] = [hue(a1, b1), hue(a2, b2)];
	const isGrey = c1 * c2 === 0;
	const turn = isGrey ? 0 : ((h2 - h1 + 540) % 360) - 180;
	const half = isGrey ? h1 + h2 : (h1 + turn / 2 + 360) % 360;
	const [lightness, chroma] = [(L1 + L2) / 2, (c1 + c2) / 2];
	const wave = (times: number, shift: number) => Math.cos((times * half + shift) * DEGREE);
	const t = 1 - 0.17 * wave(1, -30) + 0.24 * wave(2, 0) + 0.32 * wave(3, 6) - 0.2 * wave(4, -63);
	const rotation = 30 * Math.exp(-(((half - 275) / 25) ** 2));
	const rt = -Math.sin(2 * rotation * DEGREE) * 2 * Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7));
	const l = (L2 - L1) / (1 + (0.015 * (lightness - 50) ** 2) / Math.sqrt(20 + (lightness - 50) ** 2));
	const c = (c2 - c1) / (1 + 0.045 * chroma);
	const h = (2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * DEGREE)) / (1 + 0.015 * chroma * t);
	return Math.sqrt(l ** 2 + c ** 2 + h ** 2 + rt * c * h);
}
