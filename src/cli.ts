import { execute } from './cli/index';

void execute(process.argv.slice(2), process);
