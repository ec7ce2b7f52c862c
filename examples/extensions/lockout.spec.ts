import { startApp, type Person, type TestApp } from '../../test/support/app';
import { expectProblem } from '../../test/support/problem';
import { newAddress } from '../../test/support/registrations';
import { LockoutModule } from './lockout';

describe('a lockout that a module adds', () => {
  let app: TestApp;
  let person: Person;

  beforeAll(async () => {
    app = await startApp({ modules: [LockoutModule] });
  });

  afterAll(async () => app.close());

  beforeEach(async () => {
    person = await app.someone();
  });

  const logIn = async (email: string, password: string) =>
    app.api.post('/v1/auth/login', { json: { email, password } });
  const fail = async (email: string, times: number) => {
    for (let time = 0; time < times; time++)
      expectProblem(await logIn(email, 'wrong'), 401, 'invalid-credentials');
  };
  const expectLocked = async (email: string, password = person.password) =>
    expectProblem(await logIn(email, password), 403, 'address-locked');

  it('refuses right and wrong passwords alike after five failures, for 15 minutes', async () => {
    await fail(person.email, 5);
    await expectLocked(person.email);
    await expectLocked(person.email, 'wrong');
    app.clock.advance({ minutes: 15 });
    expect((await logIn(person.email, person.password)).status).toBe(200);
  });

  it('does not reveal which addresses have an account', async () => {
    const unknown = newAddress();
    await fail(unknown, 5);
    await expectLocked(unknown);
  });

  it('starts again after a sign-in', async () => {
    await fail(person.email, 4);
    expect((await logIn(person.email, person.password)).status).toBe(200);
    await fail(person.email, 5);
    await expectLocked(person.email);
  });

  it('is recorded with the name of the check when it refuses', async () => {
    const refused = async () =>
      (
        await app.query(
          `SELECT id FROM audit_events WHERE type = 'sign-in-failed' AND details->>'check' = 'Lockout'`,
        )
      ).length;
    await fail(person.email, 5);
    const before = await refused();
    await expectLocked(person.email);
    expect(await refused()).toBe(before + 1);
  });
});
