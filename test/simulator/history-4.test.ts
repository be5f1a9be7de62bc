/** Rooms of 10 to 100 nodes that must lose nothing, whatever befalls them, drawn from seeds: a quarter of them. */
import {testHistories} from './seeds.ts';

testHistories(4);
