import { describe, expect, it } from 'vitest';
import { createReturnPaths, LONGEST_BOUNCE_LOCAL } from '../../email/return-path.js';
import { newId } from '../../store/ids.js';
import { newEncryptionKey, Vault } from '../../store/vault.js';

const [older, newer] = [newEncryptionKey(), newEncryptionKey()];
const paths = (...keys: [string, ...string[]]) => {
  const vault = new Vault(keys);
  return createReturnPaths('bounces@mail.example', (text) => vault.marks(text));
};
const delivery = newId('dlv');

describe('a return path (RFC 5321 §4.4)', () => {
  it('names its delivery, in a local part that mail servers take', () => {
    const path = paths(older).of(delivery);
    expect(path).toMatch(new RegExp(`^bounces\\+${delivery}\\.[0-9a-f]{16}@mail\\.example$`));
    expect(paths(older).read(path)).toBe(delivery);
    expect(paths(older).read(path.replace('@mail.example', '@MAIL.example'))).toBe(delivery);
    const longest = createReturnPaths(`${'x'.repeat(LONGEST_BOUNCE_LOCAL)}@mail.example`, (text) =>
      new Vault([older]).marks(text),
    );
    expect(longest.of(delivery).indexOf('@')).toBe(64);
  });

  it('is still known after a new key was put in front', () => {
    const path = paths(older).of(delivery);
    expect(paths(newer, older).of(delivery)).not.toBe(path);
    expect(paths(newer, older).read(path)).toBe(delivery);
    expect(paths(newer).read(path)).toBeNull();
  });

  it('cannot be made up: another delivery, mark, name or domain is none', () => {
    const path = paths(older).of(delivery);
    const mark = /\.([0-9a-f]{16})@/.exec(path)?.[1] ?? '';
    for (const made of [
      path.replace(delivery, newId('dlv')),
      path.replace(mark, mark.startsWith('0') ? `1${mark.slice(1)}` : `0${mark.slice(1)}`),
      path.replace('bounces+', 'other+'),
      path.replace('mail.example', 'evil.example'),
      path.replace(`.${mark}`, ''),
      'bounces@mail.example',
      '',
      '@',
    ]) {
      expect(paths(older).read(made), made).toBeNull();
    }
  });
});
