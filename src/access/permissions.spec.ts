import { KnownPermissions, type Permission } from './permissions';

describe('a permission', () => {
  it.each(['users:read', 'a:b', 'audit-events:read-all', 'v2:x9'])('is written as %s', (word) => {
    const known = new KnownPermissions();
    known.declare({ [word]: 'It is described' });
    expect(known.has(word)).toBe(true);
    expect(known.all()).toEqual([[word, 'It is described']]);
  });

  it.each([
    'Users:read',
    'users:Read',
    ':read',
    'users:',
    ':',
    'users:*',
    '*:read',
    'users:read:all',
    ' users:read',
    'users:read ',
    'users:read\n',
    'users:read users:write',
    'users:read"',
    '1a:read',
    '-a:read',
    'users:-a',
    'üsers:read',
    '__proto__:x',
  ])('is not written as %j', (word) => {
    const known = new KnownPermissions();
    expect(() => known.declare({ [word as Permission]: 'It is described' })).toThrow(
      `"${word}" is no permission: write it as resource:action`,
    );
    expect(known.all()).toEqual([]);
  });

  it('is declared by one module, whatever the other means by it', () => {
    const known = new KnownPermissions();
    known.declare({ 'notes:read': 'Read notes' });
    expect(() => known.declare({ 'notes:write': 'Write', 'notes:read': 'Read notes' })).toThrow(
      'the permission "notes:read" is declared twice',
    );
  });

  it.each(['constructor', 'toString', 'has'])('is nothing that an object has by itself: %s', (word) => {
    expect(new KnownPermissions().has(word)).toBe(false);
  });

  it('is listed in alphabetical order', () => {
    const known = new KnownPermissions();
    known.declare({ 'b:b': '2', 'a:z': '1' });
    known.declare({ 'a:a': '0' });
    expect(known.all().map(([word]) => word)).toEqual(['a:a', 'a:z', 'b:b']);
  });
});
