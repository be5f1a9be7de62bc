/** Networks of 50 to 200 nodes and what befalls them, drawn from seeds: an eighth of them. */
import {testNetworks} from './seeds.ts';

testNetworks(5);
