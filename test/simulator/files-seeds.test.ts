/** People who fetch a file from each other, and what befalls them, drawn from seeds. */
import {testFiles} from './seeds.ts';

// More of them: `npm run sim -- --files --seed 1`.
testFiles(2);
