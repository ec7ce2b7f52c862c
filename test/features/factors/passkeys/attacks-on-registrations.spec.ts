import type { TestApp } from '../../../support/app';
import { type Authenticator, cbor } from '../../../support/authenticator';
import { inParallel } from '../../../support/parallel';
import { PasskeyActs, type PasskeyUser } from '../../../support/passkeys';
import { reset, resetLink } from '../../../support/password-reset';
import { expectProblem, violations } from '../../../support/problem';
import { sharedApp } from '../../../support/shared-app';

const NEW_PASSWORD = 'quite another 7 lantern juggles otters';

describe('an attack on the registration of passkeys', () => {
  let app: TestApp;
  let acts: PasskeyActs;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
    acts = new PasskeyActs(app);
  });

  const person = async () => {
    const someone = await acts.steps.someone();
    return { ...someone, token: (await app.signIn(someone)).accessToken };
  };
  const signedIn = async ({ passkey }: PasskeyUser) => (await acts.logIn(passkey)).body.accessToken;
  const rowsOf = async (passkey: Authenticator) =>
    app.query('SELECT 1 FROM passkeys WHERE credential_id = $1', [Buffer.from(passkey.id, 'base64url')]);

  it('cannot tell users by their handle: it is no id or address, and the same each time', async () => {
    const { token, email } = await person();
    const [one, two] = [(await acts.creationOptions(token)).body, (await acts.creationOptions(token)).body];
    expect(one.user).toEqual(two.user);
    expect(one.challenge).not.toBe(two.challenge);
    const handle = Buffer.from(one.user.id, 'base64url');
    expect(handle).toHaveLength(32);
    expect(handle.toString()).not.toContain(email);
    const other = (await acts.creationOptions((await person()).token)).body;
    expect(other.user.id).not.toBe(one.user.id);
  });

  it('with a foreign algorithm, broken CBOR or no key is 422, and never an error of the server', async () => {
    const { token } = await person();
    const passkey = acts.passkey();
    for (const algorithm of [-35, -47, -65_535, 0]) {
      const answer = await acts.register(token, acts.passkey({ algorithm }));
      expectProblem(answer, 422, 'validation-failed');
      expect(Object.keys(violations(answer))).toEqual(['/credential/response/attestationObject']);
    }
    const credential = passkey.create((await acts.creationOptions(token)).body);
    const authData = Buffer.from(credential.response.authenticatorData, 'base64url');
    const header = Buffer.from(authData.subarray(0, 37));
    const objectOf = (data: Buffer) => cbor(new Map([['authData', data]]));
    for (const object of [
      Buffer.from('ff', 'hex'),
      Buffer.from('5fffffffffffffff', 'hex'),
      Buffer.from('9b7fffffffffffffff', 'hex'),
      cbor('text'),
      cbor(7),
      cbor(new Map()),
      cbor(new Map([['authData', 'text']])),
      objectOf(Buffer.alloc(36)),
      objectOf(header),
      objectOf(authData.subarray(0, 60)),
      objectOf(authData.subarray(0, -10)),
      objectOf(Buffer.concat([authData, Buffer.alloc(3)])),
    ]) {
      const response = { ...credential.response, attestationObject: object.toString('base64url') };
      expectProblem(await acts.confirm(token, { ...credential, response }), 422, 'validation-failed');
    }
    const nothing = passkey.create((await acts.creationOptions(token)).body, { clientDataJSON: 'null' });
    expectProblem(await acts.confirm(token, nothing), 422, 'validation-failed');
    expect(await rowsOf(passkey)).toEqual([]);
  });

  it.each<[string, readonly [number, number | Buffer][]]>([
    [
      'that is no point of the curve',
      [
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.alloc(32, 1)],
        [-3, Buffer.alloc(32, 2)],
      ],
    ],
    [
      'without coordinates',
      [
        [1, 2],
        [3, -7],
      ],
    ],
    [
      'of another type than its algorithm',
      [
        [1, 3],
        [3, -7],
        [-1, 1],
        [-2, Buffer.alloc(32, 2)],
      ],
    ],
    [
      'of Ed25519 that is too short',
      [
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, Buffer.alloc(31, 2)],
      ],
    ],
    [
      'of RSA that is small',
      [
        [1, 3],
        [3, -257],
        [-1, Buffer.alloc(64, 0xff)],
        [-2, Buffer.from('010001', 'hex')],
      ],
    ],
    [
      'of RSA that everyone can sign for',
      [
        [1, 3],
        [3, -257],
        [-1, Buffer.alloc(256, 0xff)],
        [-2, Buffer.from([1])],
      ],
    ],
    [
      'of RSA longer than OpenSSL verifies',
      [
        [1, 3],
        [3, -257],
        [-1, Buffer.alloc(20_000, 0xff)],
        [-2, Buffer.from('010001', 'hex')],
      ],
    ],
  ])('with a key %s locks no owner out: it adds no factor', async (_, key) => {
    const { token, email } = await person();
    const passkey = acts.passkey();
    const credential = passkey.create((await acts.creationOptions(token)).body);
    const authData = Buffer.from(credential.response.authenticatorData, 'base64url');
    // The header of 37 bytes, the model, and the id with its length.
    const data = Buffer.concat([authData.subarray(0, 37 + 16 + 2 + 32), cbor(new Map(key))]);
    const attestationObject = cbor(new Map([['authData', data]])).toString('base64url');
    const response = { ...credential.response, attestationObject };
    expectProblem(await acts.confirm(token, { ...credential, response }), 422, 'validation-failed');
    expect(await app.query('SELECT 1 FROM users WHERE email = $1 AND has_factor', [email])).toEqual([]);
  });

  it('with thousands of bytes of CBOR, which are slow to decode, is refused before the key is read', async () => {
    const { token } = await person();
    const passkey = acts.passkey();
    const credential = passkey.create((await acts.creationOptions(token)).body);
    const authData = Buffer.from(credential.response.authenticatorData, 'base64url');
    const header = Buffer.from(authData);
    // A list of empty lists as the extensions of a passkey that is correct otherwise.
    header.writeUInt8(header.readUInt8(32) | 0x80, 32);
    const extensions = (count: number) =>
      Buffer.concat([
        Buffer.from([0xa1, 0x61, 0x78, 0x99, count >> 8, count & 255]),
        Buffer.alloc(count, 0x80),
      ]);
    const confirm = async (count: number) => {
      const data = Buffer.concat([header, extensions(count)]);
      const attestationObject = cbor(new Map([['authData', data]])).toString('base64url');
      const response = { ...credential.response, attestationObject };
      return acts.confirm(token, { ...credential, response });
    };
    expectProblem(await confirm(4_096), 422, 'validation-failed');
    expectProblem(await confirm(20_000), 422, 'validation-failed');
    expect((await confirm(256)).status).toBe(201);
  });

  it('from another page, without verification, or with the type of a sign-in adds nothing', async () => {
    const { token } = await person();
    for (const wrong of [
      { origin: 'https://evil.test' },
      { client: { crossOrigin: true } },
      { flags: 0x01 },
      { type: 'webauthn.get' },
      { challenge: 'AAAA' },
    ])
      expectProblem(await acts.register(token, acts.passkey(), wrong), 401, 'invalid-factor');
    const { body } = await acts.creationOptions(token);
    const credential = acts.passkey().create(body);
    const { id } = acts.passkey();
    for (const ids of [{ id }, { rawId: id }, { id, rawId: id }])
      expectProblem(await acts.confirm(token, { ...credential, ...ids }), 401, 'invalid-factor');
  });

  it('with an attestation statement does not have it verified', async () => {
    const { token } = await person();
    const passkey = acts.passkey();
    const credential = passkey.create((await acts.creationOptions(token)).body);
    const authData = Buffer.from(credential.response.authenticatorData, 'base64url');
    const statement = new Map<string, number | Buffer>([
      ['alg', -7],
      ['sig', Buffer.alloc(70)],
    ]);
    const object = new Map<string, string | Buffer | typeof statement>([
      ['fmt', 'packed'],
      ['attStmt', statement],
      ['authData', authData],
    ]);
    const response = { ...credential.response, attestationObject: cbor(object).toString('base64url') };
    expect((await acts.confirm(token, { ...credential, response })).status).toBe(201);
    expect((await acts.logIn(passkey)).status).toBe(200);
  });

  it('of the same passkey twice at once, by one user and by two, adds one', async () => {
    const { token } = await person();
    const passkey = acts.passkey();
    const options = (await acts.creationOptions(token)).body;
    const same = await inParallel(4, async () => acts.confirm(token, passkey.create(options)));
    expect(same.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await rowsOf(passkey)).toHaveLength(1);
    const stolen = await acts.register((await person()).token, passkey);
    expectProblem(stolen, 409, 'conflict');
  });

  it('of a known passkey, or of the twenty-first, is 409', async () => {
    const user = await acts.enrolled();
    const token = await signedIn(user);
    const known = await acts.register(token, user.passkey);
    expectProblem(known, 409, 'conflict');
    const early = (await acts.creationOptions(token)).body;
    await app.query(
      `WITH added AS (INSERT INTO factors (id, user_id, kind, created_at)
        SELECT gen_random_uuid(), $1, 'passkey', now() FROM generate_series(2, 19) RETURNING id)
      INSERT INTO passkeys (factor_id, user_id, credential_id, public_key, sign_count, backup_eligible, backed_up, transports, aaguid, rp_id)
        SELECT id, $1, uuid_send(id), '', 0, true, true, '{}', id, 'auth.example.test' FROM added`,
      [user.id],
    );
    const twentieth = await acts.register(token, acts.passkey());
    expect([twentieth.status, twentieth.body.recoveryCodes]).toEqual([201, null]);
    expectProblem(await acts.creationOptions(token), 409, 'conflict');
    expectProblem(await acts.confirm(token, acts.passkey().create(early)), 409, 'conflict');
  });

  it('by a session that has not used the factor of its user is refused', async () => {
    const user = await acts.steps.enrolled();
    // The session that added the app has proved the password only.
    const { accessToken: token } = user.tokens;
    const refused = await acts.creationOptions(token);
    expect([refused.status, refused.body.code]).toEqual([401, 'insufficient-user-authentication']);
    expect(
      (await acts.confirm(token, acts.passkey().create({ challenge: 'AAAA', user: { id: 'AAAA' } }))).status,
    ).toBe(401);
  });

  it('with options from before a first factor adds none to a session that proved the password only', async () => {
    const someone = await acts.steps.someone();
    const { accessToken: token } = await app.signIn(someone);
    const options = (await acts.creationOptions(token)).body;
    await acts.steps.enrol(token);
    const answer = await acts.confirm(token, acts.passkey().create(options));
    expect([answer.status, answer.body.code]).toEqual([401, 'insufficient-user-authentication']);
  });

  it('of an address that is not verified is 409', async () => {
    const someone = await app.someone();
    const { accessToken: token } = await app.signIn(someone);
    expectProblem(await acts.creationOptions(token), 409, 'conflict');
  });

  it('that a reset by mail overtakes adds nothing', async () => {
    const { token, email } = await person();
    const passkey = acts.passkey();
    const credential = passkey.create((await acts.creationOptions(token)).body);
    await reset(app, await resetLink(app, email), NEW_PASSWORD);
    expectProblem(await acts.confirm(token, credential), 401, 'invalid-token');
    expect(await rowsOf(passkey)).toEqual([]);
  });

  describe('before a reset by mail', () => {
    let user: PasskeyUser;
    let planted: Authenticator;
    let before: string;

    beforeAll(async () => {
      user = await acts.enrolled();
      before = await signedIn(user);
      planted = acts.passkey();
      expect((await acts.register(before, planted)).status).toBe(201);
      await reset(app, await resetLink(app, user.email), NEW_PASSWORD);
    });

    const changed = () => ({ ...user, password: NEW_PASSWORD });

    it('leaves a passkey that signs nobody in alone and renews no session', async () => {
      expectProblem(await app.api.get('/v1/auth/principal', { token: before }), 401, 'invalid-token');
      for (const passkey of [planted, user.passkey])
        expectProblem(await acts.logIn(passkey), 401, 'invalid-credentials');
      const { mfaToken } = (await acts.steps.logIn(changed())).body;
      const codes = user.recoveryCodes;
      const { accessToken } = (await acts.steps.recover(mfaToken, codes[0] ?? '')).body;
      expectProblem(await acts.reauthenticate(accessToken, planted), 401, 'invalid-factor');
      expectProblem(await acts.reauthenticate(accessToken, user.passkey), 401, 'invalid-factor');
    });

    it('gives back to the owner the passkey that was used beside the new password, and no other', async () => {
      const { mfaToken } = (await acts.steps.logIn(changed())).body;
      expect((await acts.complete(mfaToken, user.passkey)).status).toBe(200);
      expect((await acts.logIn(user.passkey)).status).toBe(200);
      expectProblem(await acts.logIn(planted), 401, 'invalid-credentials');
    });

    it('ends a second step that began with the former password', async () => {
      const own = await acts.enrolled();
      const mfaToken = await acts.steps.pending(own);
      const credential = own.passkey.get((await acts.options(mfaToken)).body);
      await reset(app, await resetLink(app, own.email), NEW_PASSWORD);
      expect((await acts.step(mfaToken, credential)).status).toBe(401);
      expectProblem(await acts.logIn(own.passkey), 401, 'invalid-credentials');
    });
  });
});
