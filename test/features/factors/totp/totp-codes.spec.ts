import { timeStepOf, totpUri } from '../../../../src/features/factors/totp/time-step';
import { totpCode } from '../../../support/totp';

const SECRET = Buffer.from('12345678901234567890');

describe('the codes of an authenticator app', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('at %d s are those of RFC 6238, appendix B', (seconds, code) => {
    expect(totpCode(secret, seconds * 1_000, { digits: 8 })).toBe(code);
    expect(timeStepOf(SECRET, code.slice(-6), seconds * 1_000)).toBe(Math.floor(seconds / 30));
  });

  it('belong to the step before, of or after the present instant, and to no other', () => {
    const nowMs = 1_234_567_890_000;
    const steps = [-2, -1, 0, 1, 2].map((away) =>
      timeStepOf(SECRET, totpCode(secret, nowMs, { steps: away }), nowMs),
    );
    const step = Math.floor(nowMs / 30_000);
    expect(steps).toEqual([null, step - 1, step, step + 1, null]);
  });

  it.each(['', '1', '0000000', 'abcdef', '-00001', '0x1f2a'])('are never %j', (code) => {
    expect(timeStepOf(SECRET, code, 59_000)).toBeNull();
  });

  it('are set up by a URI that apps read', () => {
    expect(totpUri(SECRET, 'Gate & House', 'ada@example.com')).toBe(
      `otpauth://totp/Gate%20%26%20House:ada%40example.com?issuer=Gate%20%26%20House&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
    );
  });
});
