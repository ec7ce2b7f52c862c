import { expectProblem, startInstances, withinBound } from '../kit';

it('signs in on an instance whose registration is closed', async () => {
  const { instances, all } = await startInstances(1, { REGISTRATION: 'off' });
  try {
    const [one] = all;
    if (!one) throw new Error('there is no instance');
    const { accessToken: token } = await instances.signIn(one);
    expect((await one.api.get('/v1/users/me', { token })).status).toBe(200);
  } finally {
    await instances.clear();
  }
});

describe('a sign-out', () => {
  it('holds on another instance within a second', async () => {
    const { instances, all } = await startInstances(2);
    const [one, other] = all;
    try {
      if (!one || !other) throw new Error('there are fewer than two instances');
      const { accessToken: token } = await instances.signIn(one);
      expect((await other.api.get('/v1/users/me', { token })).status).toBe(200);
      expect((await one.api.post('/v1/auth/logout', { token })).status).toBe(204);
      await withinBound(async () =>
        expectProblem(await other.api.get('/v1/users/me', { token }), 401, 'invalid-token'),
      );
    } finally {
      await instances.clear();
    }
  });
});
