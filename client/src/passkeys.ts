import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
} from '@simplewebauthn/browser';
import { isAutofillAvailable, keepInAutofill } from './autofill.ts';
import { openPrompt, prompt, runCeremony } from './ceremony.ts';
import type { Client } from './client.ts';
import { dataOf } from './data-of.ts';
import type { components } from './generated/openapi.ts';
import { type ListedFactor, signalAcceptedPasskeys, signalUnknownPasskey } from './passkey-signals.ts';
import { ProblemError, readJson, toError } from './problem.ts';
import type { SecondStep } from './second-step.ts';

export type FactorList = components['schemas']['FactorListResponse'];
export type AddedFactor = components['schemas']['AddedFactorResponse'];

type Policy = components['schemas']['PolicyResponse'] & { readonly passkeys?: { readonly rpId: string } };

// Without the types of their routes: a project that has no passkeys compiles this file, too.
interface UntypedSession {
  signInWith(path: string, body: object): Promise<unknown>;
  reauthenticateWith(path: string, body: object): Promise<unknown>;
}
interface UntypedStep {
  begin(path: string, body: object): Promise<unknown>;
  complete(kind: string, proof: object): Promise<void>;
}

export interface PromptOptions {
  /** Closes the prompt. */
  readonly signal?: AbortSignal | undefined;
}

export interface AddOptions extends PromptOptions {
  /** For the list of factors. */
  readonly name?: string | undefined;
}

const LOGIN_OPTIONS = '/v1/auth/passkeys/options';

/**
 * The passkeys of a user, in a browser. A page has one prompt at a time: each method that opens one ends the former.
 *
 * They throw `NotAllowedError` where the user closed the prompt, it timed out or no passkey fits; `InvalidStateError` from
 * `add` where the device has a passkey of the account; `SecurityError` where the page is not of the domain of the passkeys
 * (`127.0.0.1` never is: use `localhost`); `AbortError` where another prompt was opened; and what the methods of `session` throw.
 */
export interface Passkeys {
  /** Whether the browser has passkeys. */
  readonly isSupported: boolean;

  /**
   * Signs in by a passkey alone. The browser asks the user which one.
   *
   * @throws ProblemError `unknown-passkey` where the account or the passkey was deleted; the browser then hides it;
   * `invalid-credentials` where the passkey alone does not sign in: offer the password
   */
  signIn(options?: PromptOptions): Promise<void>;

  /**
   * Offers the passkeys in the autofill of `<input autocomplete="username webauthn">`, until the user has signed in by one. It
   * remains on offer after a failure and after another prompt, and its challenge is renewed before it expires. Does nothing
   * where the browser has no such autofill.
   *
   * @param onError is called with the reason of each failure but a closed prompt
   * @returns a function that ends the offer: call it when the form is removed
   */
  offerInAutofill(onError: (error: unknown) => void): () => void;

  /** Completes a second step whose `factors` have `passkey`. */
  complete(step: SecondStep, options?: PromptOptions): Promise<void>;

  /** Authenticates the signed-in user again, without the password: for `stepUp`. */
  reauthenticate(options?: PromptOptions): Promise<void>;

  /** Adds a passkey to the account. It requires a recent sign-in. The first factor brings recovery codes: show them. */
  add(options?: AddOptions): Promise<AddedFactor>;

  /** Returns all factors, and tells the browser which passkeys are accepted. Call it after each change of them. */
  listFactors(): Promise<FactorList>;

  /** Removes a factor of any kind, and tells the browser where it was a passkey. It requires a recent sign-in. */
  removeFactor(factor: ListedFactor): Promise<void>;
}

export function createPasskeys(client: Client): Passkeys {
  return new BrowserPasskeys(client);
}

class BrowserPasskeys implements Passkeys {
  readonly isSupported = 'PublicKeyCredential' in globalThis;
  readonly #client: Client;
  readonly #session: UntypedSession;
  readonly #offers = new Set<AbortController>();
  #rpId: Promise<string | undefined> | undefined;

  constructor(client: Client) {
    this.#client = client;
    this.#session = client.session;
  }

  async signIn({ signal }: PromptOptions = {}): Promise<void> {
    // The sign-in belongs to the prompt: the autofill of the form would be on offer again meanwhile.
    await runCeremony(
      async (ceremony) => this.#logIn(await openPrompt(await this.#post(LOGIN_OPTIONS), ceremony)),
      signal,
    );
  }

  offerInAutofill(onError: (error: unknown) => void): () => void {
    const controller = new AbortController();
    this.#offers.add(controller);
    const attempt = async (deadline: AbortSignal) => {
      const open = async (signal: AbortSignal) =>
        openPrompt(await this.#post(LOGIN_OPTIONS), signal, { useBrowserAutofill: true });
      return runCeremony(open, controller.signal, deadline);
    };
    const offer = async () => {
      if (!this.isSupported || !(await isAutofillAvailable())) return;
      const use = async (credential: AuthenticationResponseJSON) => this.#logIn(credential);
      await keepInAutofill(attempt, use, { onError, signal: controller.signal });
    };
    offer()
      .catch(onError)
      .finally(() => this.#offers.delete(controller));
    return () => controller.abort();
  }

  async complete(step: SecondStep, { signal }: PromptOptions = {}): Promise<void> {
    const untyped: UntypedStep = step;
    const credential = await this.#sign(async () => untyped.begin(LOGIN_OPTIONS, {}), signal);
    await untyped.complete('passkey', { credential });
  }

  async reauthenticate({ signal }: PromptOptions = {}): Promise<void> {
    const path = '/v1/auth/reauthenticate/passkey';
    const credential = await this.#sign(async () => this.#post(`${path}/options`), signal);
    await this.#session.reauthenticateWith(path, { credential });
  }

  async add({ name, signal }: AddOptions = {}): Promise<AddedFactor> {
    const path = '/v1/auth/factors/passkeys';
    const credential = await runCeremony(async (ceremony) => {
      const optionsJSON = (await this.#post(`${path}/options`)) as PublicKeyCredentialCreationOptionsJSON;
      return prompt(ceremony, async ({ startRegistration }) => startRegistration({ optionsJSON }));
    }, signal);
    return (await this.#post(path, { credential, name })) as AddedFactor;
  }

  async listFactors(): Promise<FactorList> {
    const list = await dataOf(this.#client.api.GET('/v1/auth/factors'));
    await signalAcceptedPasskeys(list.items, async () => this.#readRpId());
    return list;
  }

  async removeFactor({ id, credentialId }: ListedFactor): Promise<void> {
    await dataOf(this.#client.api.DELETE('/v1/auth/factors/{id}', { params: { path: { id } } }));
    if (credentialId !== undefined) await signalUnknownPasskey(credentialId, async () => this.#readRpId());
  }

  async #sign(options: () => Promise<unknown>, signal?: AbortSignal): Promise<AuthenticationResponseJSON> {
    return runCeremony(async (ceremony) => openPrompt(await options(), ceremony), signal);
  }

  async #logIn(credential: AuthenticationResponseJSON): Promise<void> {
    try {
      await this.#session.signInWith('/v1/auth/passkeys/login', { credential });
      for (const offer of this.#offers) offer.abort();
    } catch (error) {
      const code: string | undefined = error instanceof ProblemError ? error.code : undefined;
      if (code === 'unknown-passkey') await signalUnknownPasskey(credential.id, async () => this.#readRpId());
      throw error;
    }
  }

  async #post(path: string, body: object = {}): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.#client.fetch(path.slice(1), {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const data = await readJson(response);
    if (!response.ok) throw toError(data, response);
    return data;
  }

  async #readRpId(): Promise<string | undefined> {
    this.#rpId ??= dataOf(this.#client.api.GET('/v1/auth/policy')).then(
      (policy: Policy) => policy.passkeys?.rpId,
    );
    this.#rpId.catch(() => (this.#rpId = undefined));
    return this.#rpId;
  }
}
