import { eventually } from '../support/eventually';
import type { Instance } from '../support/home';
import { Instances, principal } from '../support/instances';
import { MortalServer } from '../support/mortal-server';
import { expectProblem } from '../support/problem';
import type { TcpProxy } from '../support/tcp-proxy';

describe('a failover during which the server is a standby', () => {
  let server: MortalServer;
  let instances: Instances;
  let instance: Instance;
  let network: TcpProxy;

  beforeAll(async () => {
    server = await MortalServer.start();
    instances = new Instances(server);
    [instance, network] = await instances.startBehindProxy();
  });

  afterAll(async () => instances.clear());

  const register = async () => {
    const json = { email: `person-${Math.random()}@example.com`, password: 'teal otters juggle 7 lanterns' };
    return instance.api.post('/v1/auth/register', { json });
  };
  const ready = async () => instance.api.get('/health/ready');

  it('is not ready, lets no request through on what a standby confirms, and serves once it is promoted', async () => {
    const tokens = await instances.signIn(instance);
    expect((await ready()).status).toBe(200);
    await server.die('SIGINT');
    await server.riseAsStandby();
    await network.comeBack(server.url);
    await eventually(async () => {
      expectProblem(await principal(instance.api, tokens), 503, 'unavailable');
    });
    for (let time = 0; time < 3; time++) {
      expectProblem(await ready(), 503, 'unavailable');
      expectProblem(await register(), 503, 'unavailable');
      expectProblem(await principal(instance.api, tokens), 503, 'unavailable');
    }
    expect(await instances.ask('SELECT pg_promote() AS promoted')).toEqual([{ promoted: true }]);
    await eventually(async () => expect((await ready()).status).toBe(200));
    for (let time = 0; time < 20; time++) expect((await register()).status).toBe(202);
    expect((await principal(instance.api, tokens)).status).toBe(200);
  });
});
