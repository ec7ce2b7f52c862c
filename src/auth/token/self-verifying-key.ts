import { Strategy } from 'passport-jwt';

type Verifier = (
  token: string,
  key: unknown,
  options: unknown,
  done: (error: unknown, payload?: unknown) => void,
) => void;

/**
 * A key for passport-jwt that verifies the token itself. On its own passport-jwt reads the host's clock and checks the
 * signature on every call; its one seam is a static verifier, shared by every passport-jwt strategy of the process. So the
 * seam is given a switch by the kind of key: ours verifies itself, any other key goes the way it always went.
 */
export class SelfVerifyingKey {
  /** @param verify returns the payload, or throws */
  constructor(readonly verify: (token: string) => object) {}
}

const seam = Strategy as unknown as { JwtVerifier: Verifier };
const original = seam.JwtVerifier;

seam.JwtVerifier = (token, key, options, done) => {
  if (!(key instanceof SelfVerifyingKey)) return original(token, key, options, done);
  let payload: object;
  try {
    payload = key.verify(token);
  } catch (error) {
    return done(error);
  }
  done(null, payload);
};
