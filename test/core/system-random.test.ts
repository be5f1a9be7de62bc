import {expect, test} from 'vitest';
import {systemRandom} from '../../source/core/system-random.ts';

test('no bytes are given out twice, and each caller owns what it got', () => {
	const seen = new Set<string>();
	for (let index = 0; index < 2_000; index++) {
		const bytes = systemRandom.bytes(8);
		expect(bytes.byteLength).toBe(8);
		seen.add(Buffer.from(bytes).toString('hex'));
		bytes.fill(0);
	}
	expect(seen.size).toBe(2_000);
	expect(systemRandom.bytes(32)).toHaveLength(32);
});
