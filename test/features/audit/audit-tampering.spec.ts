import { seal, verify } from '../../support/audit';
import { at, MOVE_HEAD, SealedTrail } from '../../support/audit-chain';

/** Gives a row the number of another one, and moves everything from there on. */
const MOVE_UP = `UPDATE audit_events SET sequence = -sequence WHERE sequence > 4;
  UPDATE audit_events SET sequence = 1 - sequence WHERE sequence < 0`;
const COPY = (sequence: string) => `INSERT INTO audit_events
  SELECT gen_random_uuid(), occurred_at, type, outcome, actor_id, subject_id, session_id, request_id, details, NULL,
    seal, ${sequence}, chain FROM audit_events WHERE sequence = 3`;

describe('an attacker who can write to the database and does not have the key', () => {
  let trail: SealedTrail;

  beforeAll(async () => {
    trail = await SealedTrail.start();
  });

  beforeEach(async () => trail.restore());

  afterAll(async () => trail.close());

  it('causes no finding where they change nothing', async () => {
    expect(await trail.found(await trail.checkpoint())).toBeUndefined();
  });

  it.each([
    ['the instant', `occurred_at = occurred_at + interval '1 microsecond'`],
    ['an instant that is none', `occurred_at = 'infinity'`],
    ['the type', `type = 'order-placed'`],
    ['the outcome', `outcome = 'success'`],
    ['the actor', 'actor_id = gen_random_uuid()'],
    ['the subject', 'subject_id = gen_random_uuid()'],
    ['the session', 'session_id = gen_random_uuid()'],
    ['the request', `request_id = NULL`],
    ['the details', `details = '{"harmless":true}'`],
    ['a space in the details', `details = '{ }'`],
    ['the commitment', `commitment = sha256('x')`],
    ['the commitment away', 'commitment = NULL'],
    ['the seal', `seal = sha256('x')`],
    ['the link', `chain = sha256('x')`],
    ['the link away', 'chain = NULL'],
  ])('cannot alter %s of a row, the first and the last included', async (_, change) => {
    for (const sequence of [1, 5, SealedTrail.ROWS]) {
      await trail.attack(`UPDATE audit_events SET ${change} WHERE sequence = ${sequence}`);
      const id = await trail.idAt(sequence);
      expect((await verify(trail)).finding).toMatchObject({ ...at('altered', sequence), id });
      await trail.restore();
    }
  });

  it('cannot alter the id of a row', async () => {
    await trail.attack('DELETE FROM audit_personal');
    await trail.attack('UPDATE audit_events SET id = gen_random_uuid() WHERE sequence = 5');
    expect(await trail.found()).toEqual(at('altered', 5));
  });

  it.each([
    ['where nothing is sealed yet', COPY('NULL'), null],
    ['at the end', COPY('11'), 11],
    ['at the end, with the head', `${COPY('11')}; ${MOVE_HEAD}`, 11],
    ['before the first', COPY('0'), 0],
    ['before all that could be', COPY('-9223372036854775808'), -(2 ** 63)],
    ['in the middle', `${MOVE_UP}; ${COPY('5')}`, 5],
  ])('cannot insert a row %s', async (_, attack, sequence) => {
    await trail.attack(attack);
    expect(await trail.found()).toEqual(at('inserted', sequence));
  });

  it('cannot have a forged row sealed', async () => {
    await trail.attack(COPY('NULL'));
    await trail.record(1);
    await seal(trail);
    const { finding } = await verify(trail);
    expect(finding).toMatchObject({
      kind: 'inserted',
      message: expect.stringContaining('not written by this'),
    });
  });

  it.each([
    [
      'their places',
      'UPDATE audit_events SET sequence = -sequence WHERE sequence IN (4, 8)',
      'UPDATE audit_events SET sequence = 12 + sequence WHERE sequence < 0',
    ],
    [
      'their places and links',
      'UPDATE audit_events SET sequence = -sequence WHERE sequence IN (4, 8)',
      `UPDATE audit_events e SET sequence = 12 + e.sequence, chain = g.chain FROM genuine_audit_events g
       WHERE g.sequence = 12 + e.sequence AND e.sequence < 0`,
    ],
  ])('cannot exchange two rows, %s', async (_, aside, back) => {
    await trail.attack(aside);
    await trail.attack(back);
    expect(await trail.found()).toEqual(at('reordered', 4));
  });

  it.each([
    ['the user', 'user_id = gen_random_uuid()'],
    ['the address', `ip_address = '198.51.100.1'`],
    ['the user agent', `user_agent = 'Mozilla/5.0'`],
    ['the user agent away', 'user_agent = NULL'],
    ['the salt', `salt = sha256('x')`],
  ])('cannot alter %s in the personal data, only erase it', async (_, change) => {
    const where = 'WHERE event_id = (SELECT id FROM audit_events WHERE sequence = 6)';
    await trail.attack(`UPDATE audit_personal SET ${change} ${where}`);
    expect(await trail.found()).toEqual(at('personal-altered', 6));
    await trail.attack(`DELETE FROM audit_personal ${where}`);
    expect(await verify(trail)).toEqual({ intact: true, rows: SealedTrail.ROWS, unsealed: 0, erased: 1 });
  });

  it('has the first of several changes reported', async () => {
    await trail.attack('DELETE FROM audit_events WHERE sequence = 9');
    await trail.attack(`UPDATE audit_events SET type = 'x' WHERE sequence IN (3, 6)`);
    expect(await trail.found()).toEqual(at('altered', 3));
  });
});
