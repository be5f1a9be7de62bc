import {expect, test} from 'vitest';
import {ann, bob, incomingFrom, nodeOf, NOW, ordered, ROOM, said, synchronise} from './rig.ts';
test('smoke', () => {
	const a = nodeOf(ann);
	const b = nodeOf(bob);
	for (let i = 0; i < 50; i++) {
		const kept = a.archive.create(ROOM, said(`a${i}`), NOW + i);
		if (i % 2) expect(b.archive.accept(incomingFrom(kept), NOW)).toBeDefined();
		b.archive.create(ROOM, said(`b${i}`), NOW + i);
	}
	expect(a.archive.ranges(ROOM)).toEqual([]);
	expect(a.archive.commit()).toEqual({ok: true});
	expect(b.archive.commit()).toEqual({ok: true});
	synchronise(a, b);
	expect(a.archive.digest(ROOM)).toEqual(b.archive.digest(ROOM));
	expect(a.archive.digest(ROOM).events).toBe(100);
	expect(ordered(a)).toEqual(ordered(b));
	expect(a.archive.gaps(ROOM)).toEqual([]);
});
