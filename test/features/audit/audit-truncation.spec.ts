import { seal } from '../../support/audit';
import { at, MOVE_HEAD, SealedTrail } from '../../support/audit-chain';

describe('an attacker who can delete from the database and does not have the key', () => {
  let trail: SealedTrail;
  /** Of all of it. */
  let checkpoint: string;

  beforeAll(async () => {
    trail = await SealedTrail.start();
    checkpoint = await trail.checkpoint();
  });

  beforeEach(async () => trail.restore());

  afterAll(async () => trail.close());

  it.each([
    ['the first', '1', 1, 1],
    ['one in the middle', '5', 5, 5],
    ['several in a row', '3, 4, 5', 3, 5],
    ['some here and there', '2, 7', 2, 2],
  ])('cannot remove %s', async (_, sequences, first, last) => {
    await trail.attack(`DELETE FROM audit_events WHERE sequence IN (${sequences})`);
    expect(await trail.found()).toEqual(at('removed', first, last));
  });

  it('cannot remove a row and close the gap', async () => {
    await trail.attack('DELETE FROM audit_events WHERE sequence = 4');
    await trail.attack('UPDATE audit_events SET sequence = -sequence WHERE sequence > 4');
    await trail.attack('UPDATE audit_events SET sequence = -sequence - 1 WHERE sequence < 0');
    expect(await trail.found()).toEqual(at('reordered', 4));
  });

  it.each([
    ['the last', SealedTrail.ROWS],
    ['the last five', 6],
    ['all', 1],
  ])('cannot cut off %s: the head knows better', async (_, first) => {
    await trail.attack(`DELETE FROM audit_events WHERE sequence >= ${first}`);
    expect(await trail.found()).toEqual(at('truncated', first, SealedTrail.ROWS));
  });

  it('cannot remove the end and hide that behind later events', async () => {
    await trail.attack('DELETE FROM audit_events WHERE sequence > 7');
    await trail.record(2);
    await seal(trail);
    expect(await trail.found()).toEqual(at('removed', 8, SealedTrail.ROWS));
  });

  it('can restore an earlier state with its head where no checkpoint is kept elsewhere', async () => {
    await trail.attack('DELETE FROM audit_events WHERE sequence > 7');
    await trail.attack(MOVE_HEAD);
    expect(await trail.found()).toBeUndefined();
    expect(await trail.found(checkpoint)).toEqual(at('truncated', 8, SealedTrail.ROWS));
  });

  it('cannot hide that from checkpoints by letting the chain grow to the same length', async () => {
    await trail.attack('DELETE FROM audit_events WHERE sequence > 7');
    await trail.attack(MOVE_HEAD);
    const early = await trail.checkpoint();
    await trail.record(5);
    await seal(trail);
    expect(await trail.found()).toBeUndefined();
    expect(await trail.found(early)).toBeUndefined();
    expect(await trail.found(checkpoint)).toEqual(at('rewritten', 1, 12));
    expect(await trail.found(checkpoint, early)).toEqual(at('rewritten', 8, 12));
  });

  it.each([
    [
      'to another row',
      'UPDATE audit_head SET (sequence, chain) = (SELECT sequence, chain FROM audit_events WHERE sequence = 7)',
    ],
    ['to another link', `UPDATE audit_head SET chain = sha256('x')`],
    ['away', 'DELETE FROM audit_head'],
  ])('cannot move the head %s', async (_, attack) => {
    await trail.attack(attack);
    expect(await trail.found()).toEqual(at('head', SealedTrail.ROWS));
  });

  it.each([
    '',
    '5',
    '5:abc',
    `0:${'A'.repeat(43)}`,
    `-1:${'A'.repeat(43)}`,
    `5:${'A'.repeat(42)}B`,
    `1e1:${'A'.repeat(43)}`,
  ])('is told in words that %j is no checkpoint', async (text) => {
    await expect(trail.found(text)).rejects.toThrow(/is no checkpoint/);
  });
});
