import { createHmac } from 'node:crypto';
import { expectProblem, startApp, type TestApp } from '../../test/kit';
import { PaymentWebhooksModule, received } from './payment-webhooks';

const SECRET = 'whsec_test';
// White space, an unusual order and a byte order mark: the signature is over the bytes, not over the parsed JSON.
const EVENT = '\ufeff{ "type":"paid",\n  "id" : "evt_1" }\n';

describe('a webhook receiver', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [PaymentWebhooksModule], env: { WEBHOOK_SECRET: SECRET } });
  });

  beforeEach(() => received.splice(0));

  afterAll(async () => app.close());

  const signed = (text: string, { secret = SECRET, seconds = Math.floor(app.clock.nowMs() / 1_000) } = {}) =>
    `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex')}`;

  const send = async (raw: string, signature?: string) =>
    app.api.post('/v1/webhooks/payments', {
      raw,
      headers: { 'content-type': 'application/json', ...(signature && { 'x-signature': signature }) },
    });

  it('accepts an event with the signature of its exact bytes', async () => {
    expect((await send(EVENT, signed(EVENT))).status).toBe(204);
    expect(received).toEqual(['evt_1']);
  });

  it.each([
    ['no signature', () => undefined],
    ['the signature of another secret', () => signed(EVENT, { secret: 'other' })],
    ['the signature of the same JSON in other bytes', () => signed(EVENT.trim())],
    ['a signature that is cut', () => signed(EVENT).slice(0, -2)],
    ['another time than it was signed at', () => signed(EVENT).replace(/^t=/, 't=1')],
  ])('refuses an event with %s', async (_, signature) => {
    expectProblem(await send(EVENT, signature()), 403, 'invalid-signature');
    expect(received).toEqual([]);
  });

  it('refuses an event that was recorded and is sent again later', async () => {
    const signature = signed(EVENT);
    app.clock.advance({ minutes: 6 });
    expectProblem(await send(EVENT, signature), 403, 'invalid-signature');
  });
});
