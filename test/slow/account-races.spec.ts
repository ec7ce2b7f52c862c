import { PASSWORD, startApp, type TestApp } from '../support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead as expectAllDead,
  moveTo,
  undoChange,
} from '../support/email-change';
import { countMails, nextLink } from '../support/mailbox';
import { inParallel } from '../support/parallel';
import { reset, resetLink } from '../support/password-reset';
import { expectProblem } from '../support/problem';
import {
  attemptsOf,
  expectDead,
  expectOwnedBy,
  expectUsedOnce,
  linkOf,
  logIn,
  newAddress,
  nextLinks,
  register,
  resend,
  someoneVerified,
  subjectsFor,
  verify,
} from '../support/registrations';
import { expectOpen, expectOver } from '../support/sessions';

const MANY = 20;
const ROUNDS = 5;
const OTHER = 'nine calm badgers on a ferry';

let app: TestApp;
let email: string;

beforeAll(async () => {
  app = await startApp({ smtp: true });
});

beforeEach(() => {
  email = newAddress();
});

afterAll(async () => app.close());

const numbered = (index: number) => ({
  email,
  password: `${OTHER}, no. ${index}`,
  displayName: `No. ${index}`,
});

describe('registrations of one address at once', () => {
  it('make one account, of one of them, and five attempts at most', async () => {
    await inParallel(MANY, async (index) => register(app, numbered(index)));
    expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toHaveLength(1);
    expect(await attemptsOf(app, email)).toHaveLength(4);
    const signIns = await inParallel(MANY, async (index) => logIn(app, numbered(index)));
    expect(signIns.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('that are two are an account and an attempt, and either can be picked', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      email = newAddress();
      await inParallel(2, async (index) => register(app, numbered(index)));
      expect(await attemptsOf(app, email)).toHaveLength(1);
      const [link] = await nextLinks(app, email, 2);
      expectProblem(await verify(app, link), 422, 'password-required');
      const [picked, other] = [numbered(round % 2), numbered(1 - (round % 2))];
      expect((await verify(app, link, picked.password)).status).toBe(204);
      await expectOwnedBy(app, picked, other.password);
    }
  });

  it.each([
    ['without a password', undefined],
    ['with one', PASSWORD],
  ])('as a verification %s leave the account to its owner', async (_, password) => {
    for (let round = 0; round < ROUNDS; round++) {
      email = newAddress();
      const owner = { email, password: PASSWORD, displayName: 'Ada' };
      const link = await linkOf(app, owner);
      const [verified] = await Promise.all([verify(app, link, password), register(app, numbered(round))]);
      if (verified.status !== 204) {
        expectProblem(verified, 422, 'password-required');
        expect(await attemptsOf(app, email)).toHaveLength(1);
        expect((await verify(app, link, PASSWORD)).status).toBe(204);
      }
      await expectOwnedBy(app, owner, numbered(round).password);
      await expectDead(app, link);
    }
  });
});

describe('verification links', () => {
  it('are five, however many are asked for at once', async () => {
    await register(app, { email, password: PASSWORD });
    await inParallel(MANY, async () => resend(app, email));
    expect(await subjectsFor(app, email)).toHaveLength(5);
  });

  it('work once when all are used several times at once', async () => {
    await register(app, { email, password: PASSWORD });
    await inParallel(4, async () => resend(app, email));
    const links = await nextLinks(app, email, 5);
    expectUsedOnce(await inParallel(MANY, async (index) => verify(app, links[index % 5])));
  });
});

describe('an attacker who signs in while the owner proves the mailbox', () => {
  it('is not admitted', async () => {
    const eve = { email, password: OTHER, displayName: 'Eve' };
    const ada = { email, password: PASSWORD, displayName: 'Ada' };
    await linkOf(app, eve);
    const link = await linkOf(app, ada);
    const signIns = inParallel(MANY, async () => logIn(app, eve));
    expect((await verify(app, link, ada.password)).status).toBe(204);
    for (const { status, body } of await signIns) if (status === 200) await expectOver(app, body);
    await expectOwnedBy(app, ada, eve.password);
  });
});

describe('a reset link used many times at once', () => {
  it('sets one password, that of the request that is answered 204', async () => {
    const person = await app.someone();
    const token = await resetLink(app, person.email);
    const answers = await inParallel(MANY, async (index) => reset(app, token, `${OTHER} no. ${index}`));
    const done = answers.flatMap(({ status }, index) => (status === 204 ? [index] : []));
    expect(done).toHaveLength(1);
    expectAllDead(...answers.filter(({ status }) => status !== 204));
    const signIns = await inParallel(MANY, async (index) =>
      logIn(app, { ...person, password: `${OTHER} no. ${index}` }),
    );
    expect(signIns.flatMap(({ status }, index) => (status === 200 ? [index] : []))).toEqual(done);
    expect(await countMails(app, person.email, 'changed')).toBe(1);
  });
});

describe('changes of address', () => {
  it('ten times at once leave five that wait, each with its warning', async () => {
    const person = await someoneVerified(app);
    const tokens = await app.signIn(person);
    const boxes = Array.from({ length: 10 }, newAddress);
    await inParallel(10, async (index) => askForChange(app, tokens, boxes[index] ?? ''));
    await app.mailsSent();
    expect(app.smtp.for(person.email)).toHaveLength(5);
    expect(boxes.filter((box) => app.smtp.for(box).length === 1)).toHaveLength(5);
  });

  it('are undone once, of many times at once', async () => {
    const person = await someoneVerified(app);
    const link = await moveTo(app, person, newAddress());
    const answers = await inParallel(MANY, async () => undoChange(app, link));
    const failed = answers.filter(({ status }) => status !== 204);
    expect(failed).toHaveLength(MANY - 1);
    expectAllDead(...failed);
    expect((await reset(app, await nextLink(app, person.email), OTHER)).status).toBe(204);
    expect(await canSignIn(app, { ...person, password: OTHER })).toBe(true);
  });

  it('are confirmed once, of many times at once', async () => {
    const person = await someoneVerified(app);
    const to = newAddress();
    await askForChange(app, await app.signIn(person), to);
    const link = await nextLink(app, to);
    expectUsedOnce(await inParallel(MANY, async () => confirmChange(app, link)));
    expect(await canSignIn(app, { ...person, email: to })).toBe(true);
  });
});

describe('a deletion of an account', () => {
  it('is done once, of many times at once', async () => {
    const person = await someoneVerified(app);
    const { accessToken: token } = await app.signIn(person);
    const other = await app.signIn();
    const json = { password: PASSWORD };
    const answers = await inParallel(MANY, async () => app.api.post('/v1/users/me/delete', { token, json }));
    const refused = answers.filter(({ status }) => status !== 204);
    expect(refused.map(({ status }) => status)).toEqual(Array(MANY - 1).fill(401));
    await expectOpen(app, other);
  });
});
