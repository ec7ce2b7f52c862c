export { exitCodeOf, execute } from './execute';
export { buildProgram } from './program';
export { importUsers } from './user-import';
