import { AccessTokenVerifier } from './access-token-verifier';
import { resourceServer } from './resource-server';

const { ISSUER = 'http://localhost:3000', AUDIENCE = ISSUER, PORT = '4000' } = process.env;

resourceServer(new AccessTokenVerifier(ISSUER, AUDIENCE)).listen(Number(PORT), '127.0.0.1', () =>
  process.stdout.write(`GET http://127.0.0.1:${PORT}/reports takes tokens of ${ISSUER} for ${AUDIENCE}\n`),
);
