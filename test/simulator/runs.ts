/** All that tests run whole networks with. */
export {parseArguments} from './arguments.ts';
export {randomFiles, runFiles} from './files-scenario.ts';
export {randomHistory, runHistory} from './history-scenario.ts';
export {reportOn, table} from './report.ts';
export {randomScenario, runScenario} from './scenario.ts';
