/** People who fetch a file from each other, and what befalls them, drawn from seeds. */
import {testFiles} from './seeds.ts';

// The last one: twenty, six of whom lie, while others come and go and the first one leaves.
testFiles(1, 2, 4, 1409);
