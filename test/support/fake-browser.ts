import { eventually } from './eventually';

/** A prompt that the page has opened. */
interface OpenPrompt {
  readonly isAutofill: boolean;
  resolve(credential: object): void;
  reject(error: Error): void;
}

const bytes = (text: string) => new TextEncoder().encode(text).buffer;

const CREDENTIAL = {
  id: 'Y3JlZGVudGlhbA',
  rawId: bytes('credential'),
  type: 'public-key',
  response: {
    clientDataJSON: bytes('{}'),
    authenticatorData: bytes('a'),
    signature: bytes('s'),
    userHandle: bytes('u'),
    attestationObject: bytes('o'),
  },
  getClientExtensionResults: () => ({}),
};

/** The parts of a browser that passkeys need: it refuses a second prompt, as browsers do, and ends an aborted one a little later. */
export class FakeBrowser {
  readonly signals: object[] = [];
  prompts = 0;
  open: OpenPrompt | undefined;
  /** Answers whether the browser has autofill. */
  autofill: () => Promise<boolean> = async () => true;
  private readonly before: [string, PropertyDescriptor | undefined][] = [];

  install(): void {
    const show = async (options: { signal: AbortSignal; mediation?: string }) => this.show(options);
    const record = async (signal: object) => void this.signals.push(signal);
    const browser = {
      navigator: { credentials: { get: show, create: show } },
      document: { querySelectorAll: () => [{}] },
      PublicKeyCredential: Object.assign(() => undefined, {
        isConditionalMediationAvailable: async () => this.autofill(),
        signalUnknownCredential: record,
        signalAllAcceptedCredentials: record,
      }),
    };
    for (const [name, value] of Object.entries(browser)) {
      this.before.push([name, Object.getOwnPropertyDescriptor(globalThis, name)]);
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  }

  remove(): void {
    for (const [name, descriptor] of this.before)
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
  }

  /** Waits for the prompt that the page opens next. */
  async prompted(count: number): Promise<OpenPrompt> {
    await eventually(async () => {
      if (this.prompts < count || !this.open) throw new Error(`${this.prompts} of ${count} prompts`);
    });
    return this.open as unknown as OpenPrompt;
  }

  choose(): void {
    this.open?.resolve(CREDENTIAL);
  }

  cancel(): void {
    this.open?.reject(new DOMException('The operation was not allowed.', 'NotAllowedError'));
  }

  private async show({ signal, mediation }: { signal: AbortSignal; mediation?: string }): Promise<unknown> {
    if (this.open) throw new DOMException('A request is already pending.', 'NotAllowedError');
    this.prompts++;
    try {
      return await new Promise((resolve, reject) => {
        this.open = { isAutofill: mediation === 'conditional', resolve, reject };
        const end = () => setImmediate(() => reject(signal.reason as Error));
        if (signal.aborted) end();
        signal.addEventListener('abort', end);
      });
    } finally {
      this.open = undefined;
    }
  }
}
