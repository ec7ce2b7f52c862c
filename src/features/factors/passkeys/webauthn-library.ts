type Library = typeof import('@simplewebauthn/server');
type Helpers = typeof import('@simplewebauthn/server/helpers');

/** Loaded at its first use: that takes 300 ms and 18 MB, which a start must not wait for. */
export function webauthn(): Library {
  return require('@simplewebauthn/server') as Library;
}

export function webauthnHelpers(): Helpers {
  return require('@simplewebauthn/server/helpers') as Helpers;
}
