import { openPage } from '../support/browser';
import { Stage } from '../support/stage';

describe('in Chromium', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.behindTls();
  });
  afterAll(async () => stage?.close());

  it.each(['/docs', '/openapi.json', '/v1/users/me', '/health/live'])(
    '%s is shown in no frame, of whatever origin',
    async (path) => {
      const { profile } = await stage.victim();
      for (const origin of [stage.sites.app, stage.sites.sibling, stage.sites.stranger, stage.sites.home]) {
        const page = await openPage(profile, origin);
        const refused = page.waitForEvent('console', (line) => line.text().includes('frame-ancestors'));
        await page.evaluate(
          `document.body.append(Object.assign(document.createElement('iframe'), { src: '${stage.sites.own}${path}' }))`,
        );
        expect((await refused).type()).toBe('error');
        await page.close();
      }
      await profile.close();
    },
  );

  it('the documents page works, and its console is silent', async () => {
    const profile = await stage.profile();
    const page = await profile.newPage();
    const said: string[] = [];
    page.on('console', (line) => said.push(line.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(`${stage.sites.own}/docs`);
    const live = page.locator('.opblock', { hasText: '/health/live' });
    await live.locator('.opblock-summary-control').click();
    await live.getByRole('button', { name: 'Try it out' }).click();
    const answered = page.waitForResponse(`${stage.sites.own}/health/live`);
    await live.getByRole('button', { name: 'Execute' }).click();
    expect((await answered).status()).toBe(200);
    await live.locator('.live-responses-table').waitFor();
    expect(said).toEqual([]);
    await profile.close();
  });
});
