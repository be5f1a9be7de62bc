/** People who fetch a file from each other, and what befalls them, drawn from seeds. */
import {testFiles} from './seeds.ts';

testFiles(4);
