export { ConfigModule, declaredSettings, EnvironmentModule, inspectedEnvironment } from './config.module';
export { Environment, type SettingsClass, type Variables } from './environment';
export { readVariables } from './environment-files';
export { InvalidEnvironment } from './invalid-environment';
export { storePublicUrl } from './public-url-file';
