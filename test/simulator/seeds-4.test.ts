/** Networks of 50 to 200 nodes and what befalls them, drawn from seeds: a quarter of them. */
import {testSeeds} from './seeds.ts';

testSeeds(4);
