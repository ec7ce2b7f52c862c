import { Stage } from '../support/stage';

const TOKEN = `in_${'a'.repeat(43)}`;

describe('the development page of the links in mails, in Chromium', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.onLocalhost();
  });
  afterAll(async () => stage?.close());

  it('takes the token out of the address, shows the request, and sends it at a click alone', async () => {
    const profile = await stage.profile();
    const page = await profile.newPage();
    const [said, sent]: [string[], string[]] = [[], []];
    page.on('console', (line) => line.type() === 'error' && said.push(line.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => sent.push(`${request.method()} ${request.url()}`));
    const address = `${stage.sites.own}/account`;
    await page.goto(`${address}#token=${TOKEN}`);
    await page.locator('#call', { hasText: TOKEN }).waitFor();
    expect(page.url()).toBe(address);
    expect(await page.locator('#call').textContent()).toContain(
      `curl -i ${stage.sites.own}/v1/auth/invitations/accept`,
    );
    expect(said).toEqual([]);
    expect(sent.filter((line) => line.startsWith('POST'))).toEqual([]);

    await page.getByLabel('Password').fill('teal otters juggle 7 lanterns');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('#outcome', { hasText: '422 invalid-or-expired-token' }).waitFor();
    expect(sent.filter((line) => line.startsWith('POST'))).toEqual([
      `POST ${stage.sites.own}/v1/auth/invitations/accept`,
    ]);
    expect(new Set(sent.map((line) => new URL(line.split(' ')[1] ?? '').origin))).toEqual(
      new Set([stage.sites.own]),
    );
    await profile.close();
  });

  it.each([
    ['', 'This address has none.'],
    ['#token=xx_unknown', 'This page does not know links of this kind.'],
  ])('shows no form at %j', async (fragment, words) => {
    const profile = await stage.profile();
    const page = await profile.newPage();
    await page.goto(`${stage.sites.own}/account${fragment}`);
    await page.getByText(words).waitFor();
    expect(await page.locator('form').isVisible()).toBe(false);
    await profile.close();
  });
});
