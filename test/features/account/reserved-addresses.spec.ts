import type { TestApp } from '../../support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  undoChange,
} from '../../support/email-change';
import { nextLink } from '../../support/mailbox';
import { newAddress, someoneVerified } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';
import { reset } from '../../support/password-reset';
import { ImportedUsers } from '../../../src/users';

const NEW_PASSWORD = 'nine calm badgers on a ferry';

describe('an address that is reserved for its former owner', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
  });

  /** A planter registers the victim's address unverified, moves on, and keeps an undo link to it. */
  const plantedUndoLink = async (address: string): Promise<string> => {
    const json = { email: address, password: 'seven grey herons by a lake' };
    await app.api.post('/v1/auth/register', { json });
    await nextLink(app, address, 'verification');
    const elsewhere = newAddress();
    await askForChange(app, await app.signIn(json), elsewhere, json.password);
    const undo = await nextLink(app, address, 'undo');
    await confirmChange(app, await nextLink(app, elsewhere, 'newAddress'));
    return undo;
  };

  it('is not taken by the undo link of another account, and the owner’s own undo works', async () => {
    const address = newAddress();
    const planted = await plantedUndoLink(address);
    const owner = await someoneVerified(app);
    await moveTo(app, owner, address);
    const undo = await moveTo(app, { ...owner, email: address }, newAddress());
    expectDead(await undoChange(app, planted));
    expect((await undoChange(app, undo)).status).toBe(204);
    const link = await nextLink(app, address, 'restored');
    expect((await reset(app, link, NEW_PASSWORD)).status).toBe(204);
    expect(await canSignIn(app, { email: address, password: NEW_PASSWORD })).toBe(true);
  });

  it('is taken by no registration, change, invitation or import', async () => {
    const owner = await someoneVerified(app);
    await moveTo(app, owner, newAddress());
    const { email } = owner;
    await app.api.post('/v1/auth/register', { json: { email, password: NEW_PASSWORD } });
    expect(await app.query('SELECT 1 FROM users WHERE email = $1', [email])).toEqual([]);
    const stranger = await someoneVerified(app);
    await askForChange(app, await app.signIn(stranger), email);
    expect((await app.mailFor(email, 'You already have an account at Gatehouse')).subject).toBeDefined();
    const admin = await app.as('admin', { roles: ['admin'] });
    expect((await admin.post('/v1/users', { email })).status).toBe(409);
    const added = await app.database.transaction(async () => app.nest.get(ImportedUsers).add([{ email }]));
    expect(added.size).toBe(0);
  });
});
