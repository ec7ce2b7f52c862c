export { hasCluster } from './cluster-record';
export { EmbeddedServer, type EmbeddedServerOptions } from './embedded-server';
export { EmbeddedServerUnavailable } from './embedded-server.errors';
export { ScramClient } from './scram-client';
