import type { paths } from './generated/openapi.ts';

export type Answer<Operation> = Operation extends {
  responses: { 200: { content: { 'application/json': infer Json } } };
}
  ? Json
  : never;
export type Body<Operation> = Operation extends {
  requestBody?: { content: { 'application/json': infer Json } };
}
  ? Json
  : never;
type IsNever<Type> = [Type] extends [never] ? true : false;
type Post<Path extends keyof paths> = paths[Path]['post'];

/** The routes that answer with the tokens of a session. */
type TokenPath = {
  [Path in keyof paths]: IsNever<Answer<Post<Path>>> extends true
    ? never
    : Answer<Post<Path>> extends { tokenType: string }
      ? Path
      : never;
}[keyof paths];

type Bearer<Path extends keyof paths> = Extract<Answer<Post<Path>>, { tokenType: 'Bearer' }>;

/** The routes that open a session in one step, or in two as the sign-in by password. They alone answer with a device token. */
export type SignInPath = {
  [Path in Exclude<TokenPath, StepPath>]: 'deviceToken' extends keyof Bearer<Path> ? Path : never;
}[Exclude<TokenPath, StepPath>];
export type SignInBody<Path extends SignInPath> = Omit<Body<Post<Path>>, 'deviceToken'>;

/** The routes that authenticate the user again within the session. */
export type ReauthenticationPath = Extract<TokenPath, `/v1/auth/reauthenticate${string}`>;
export type ReauthenticationBody<Path extends ReauthenticationPath> = Body<Post<Path>>;

/** The routes whose responses change the session. */
export type SessionPath = TokenPath | '/v1/auth/logout';

/** The routes that take an `mfaToken`. */
type StepPath = {
  [Path in keyof paths]: 'mfaToken' extends keyof Body<Post<Path>> ? Path : never;
}[keyof paths];

/** What completes a second step, by the kind of factor: the body of `POST /v1/auth/mfa/{kind}`. */
export type Proofs = {
  [Path in StepPath & TokenPath as Path extends `/v1/auth/mfa/${infer Kind}` ? Kind : never]: Omit<
    Body<Post<Path>>,
    'mfaToken'
  >;
};

/** The routes that prepare a second step, as by sending a code. */
export type BeginPath = Exclude<StepPath, TokenPath>;
export type BeginBody<Path extends BeginPath> = Omit<Body<Post<Path>>, 'mfaToken'>;
export type Begun<Path extends BeginPath> = Answer<Post<Path>>;
