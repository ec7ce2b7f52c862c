import { Module } from '@nestjs/common';
import { EmailVerified } from '../../src/features/email-verification';
import { OnDomainEvent } from '../../src/platform/events';
import { expectProblem, startApp, type TestApp, type TestUser, tokenIn } from '../../test/kit';
import { ContactsModule, CustomerRelations } from './contacts';

/** A second listener, which may fail. */
@Module({})
class Auditor {
  broken = false;

  @OnDomainEvent(EmailVerified, 'inTransaction')
  async hear(): Promise<void> {
    if (this.broken) throw new Error('the write failed');
  }
}

describe('data that a module stores about a user', () => {
  let app: TestApp;
  let ada: TestUser;

  beforeAll(async () => {
    app = await startApp({ modules: [ContactsModule, Auditor], smtp: true });
    ada = await app.as('ada');
  });

  afterAll(async () => app.close());

  const contacts = async (email: string) =>
    app.query('SELECT phone FROM contacts JOIN users ON id = user_id WHERE email = $1', [email]);

  const verify = async (email: string) =>
    app.api.post('/v1/auth/email/verify', { json: { token: tokenIn(await app.mailFor(email)) } });

  it('can be read and changed by the user', async () => {
    expectProblem(await ada.get('/v1/contact'), 404, 'not-found');
    const phone = '+441632960961';
    expect((await ada.put('/v1/contact', { phone })).body).toEqual({ phone });
    expect((await ada.get('/v1/contact')).body).toEqual({ phone });
    expectProblem(await ada.put('/v1/contact', { phone: 'ring me' }), 422, 'validation-failed');
    expectProblem(await (await app.as('eve')).get('/v1/contact'), 404, 'not-found');
    expectProblem(await app.api.get('/v1/contact'), 401, 'authentication-required');
  });

  describe('written by an event listener', () => {
    it('is committed with the change', async () => {
      const { email } = await app.registers();
      expect((await verify(email)).status).toBe(204);
      expect(await contacts(email)).toEqual([{ phone: null }]);
    });

    it('is rolled back with the change, which a failing listener rolls back too', async () => {
      const { email } = await app.registers();
      app.nest.get(Auditor).broken = true;
      expectProblem(await verify(email), 500, 'internal-error');
      app.nest.get(Auditor).broken = false;
      expect(await contacts(email)).toEqual([]);
      expect(
        await app.query('SELECT email_verified AS "isVerified" FROM users WHERE email = $1', [email]),
      ).toEqual([{ isVerified: false }]);
    });
  });

  it.each([false, true])(
    'is taken along and forgotten, also where another system is away: %s',
    async (isAway) => {
      const relations = app.nest.get(CustomerRelations);
      relations.isAway = isAway;
      relations.forgotten.length = 0;
      const bob = await app.as(`bob ${isAway}`);
      await bob.put('/v1/contact', { phone: '+441632960962' });
      const { body } = await bob.get<{ data: object }>('/v1/users/me/export');
      expect(body.data).toMatchObject({ contact: { userId: bob.id, phone: '+441632960962' } });
      expect((await bob.post('/v1/users/me/delete', { password: bob.password })).status).toBe(204);
      expect(await app.query('SELECT phone FROM contacts WHERE user_id = $1', [bob.id])).toEqual([]);
      expect(relations.forgotten).toEqual(isAway ? [] : [bob.id]);
    },
  );
});
