export { EmbeddedServer, type EmbeddedServerOptions } from './embedded-server';
export { EmbeddedServerUnavailable } from './embedded-server.errors';
