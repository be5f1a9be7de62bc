/**
 * Prints what failed and, as the last line, how many tests passed and failed by the test runner's own report. A step
 * that failed without a failing test (types, lint, build, package, a test file that does not load) counts as one more.
 *
 *     node summary.js <vitest's JSON report> [failed step …]
 */
import {readFileSync} from 'node:fs';

const [file, ...failedSteps] = process.argv.slice(2);

function readReport() {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return {numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: []};
	}
}

const {numPassedTests, numFailedTests, numPendingTests, testResults} = readReport();
const brokenFiles = testResults.filter(
	({status, assertionResults}) => status === 'failed' && !assertionResults.some(test => test.status === 'failed'),
);
const isExplained = numFailedTests + brokenFiles.length > 0;
const otherSteps = failedSteps.filter(step => step !== 'tests' || !isExplained);
for (const {name} of brokenFiles) console.log(`Did not load: ${name}`);
for (const step of failedSteps) console.log(`Failed: ${step}`);
if (numPendingTests > 0) console.log(`${numPendingTests} skipped`);
const failed = numFailedTests + brokenFiles.length + otherSteps.length;
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exitCode = failed > 0 || numPassedTests === 0 ? 1 : 0;
