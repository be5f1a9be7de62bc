/** What the demo offers: a picture that any viewer shows, large enough to be seen coming. */

const WIDTH = 1_280;
const HEIGHT = 720;
const HEADER = 54;

export const PICTURE_NAME = 'northern-lights.bmp';

/** Curtains of light over a dark hill, as an uncompressed bitmap of 24 bits (BITMAPINFOHEADER), 2.8 MB. */
export function picture(): Uint8Array {
	const bytes = new Uint8ClampedArray(HEADER + WIDTH * HEIGHT * 3);
	const header = new DataView(bytes.buffer);
	bytes.set([0x42, 0x4d]);
	header.setUint32(2, bytes.length, true);
	header.setUint32(10, HEADER, true);
	header.setUint32(14, 40, true);
	header.setInt32(18, WIDTH, true);
	// Above 0: the lowest row comes first.
	header.setInt32(22, HEIGHT, true);
	header.setUint16(26, 1, true);
	header.setUint16(28, 24, true);
	let at = HEADER;
	for (let y = 0; y < HEIGHT; y++) {
		for (let x = 0; x < WIDTH; x++) {
			bytes.set(colourAt(x / WIDTH, y / HEIGHT), at);
			at += 3;
		}
	}
	return new Uint8Array(bytes.buffer);
}

/** Blue, green, red of a place from 0 to 1, counted from the lower left. */
function colourAt(x: number, y: number): readonly [number, number, number] {
	const hill = 0.16 + 0.05 * Math.sin(x * 5) + 0.02 * Math.sin(x * 17 + 1);
	if (y < hill) return [14, 10, 8];
	const foot = 0.38 + 0.1 * Math.sin(x * 7 + Math.sin(x * 3)) + 0.04 * Math.sin(x * 23);
	const above = y - foot;
	const glow = above < 0 ? Math.exp(above * 40) : Math.exp(-above * 4);
	const light = glow * (0.55 + 0.25 * Math.sin(x * 60 + Math.sin(x * 11) * 3) + 0.2 * Math.sin(x * 131));
	const high = Math.max(0, above) * light;
	return [40 - y * 22 + 70 * light + 160 * high, 18 + 210 * light * (1 - high), 16 + 30 * light + 190 * high];
}
