export { ConfigModule, EnvironmentModule, inspectedEnvironment } from './config.module';
export { Environment, type Variables } from './environment';
export { readVariables } from './environment-files';
export { InvalidEnvironment } from './invalid-environment';
export { storePublicUrl } from './public-url-file';
