export { ConfigModule, EnvironmentModule, type Reading } from './config.module';
export { Environment, type Variables } from './environment';
export { readVariables } from './environment-files';
export { InvalidEnvironment } from './invalid-environment';
export { noteAddress } from './running-address';
