import { describe, expect, it } from 'vitest';
import type { MailTemplate } from '../../contracts/mail-template.js';
import { TemplateLibrary } from '../../email/template-library.js';

describe('templates in memory', () => {
  const ref = (version: number | null) => ({ name: 'overdue', locale: 'en', version });

  function library(most?: number) {
    const asked: string[] = [];
    const kept = new TemplateLibrary((platformId, { version }) => {
      asked.push(`${platformId} ${String(version)}`);
      const template: MailTemplate = { subject: `S${String(version)}`, preheader: '', html: '', text: null };
      return Promise.resolve(version === 404 ? null : template);
    }, most);
    return { asked, kept };
  }

  it('are read once for each platform and version, however many mails ask at once', async () => {
    const { asked, kept } = library();
    await Promise.all([kept.get('a', ref(1)), kept.get('a', ref(1)), kept.get('b', ref(1))]);
    await kept.get('a', ref(1));
    expect((await kept.get('a', ref(2)))?.subject).toBe('S2');
    expect(asked).toEqual(['a 1', 'b 1', 'a 2']);
  });

  it('are asked for again when there was none, and never read when they are built in', async () => {
    const { asked, kept } = library();
    expect([await kept.get('a', ref(404)), await kept.get('a', ref(404))]).toEqual([null, null]);
    expect((await kept.get('a', ref(null)))?.subject).toContain('overdue');
    expect(asked).toEqual(['a 404', 'a 404']);
  });

  it('give way when there is no room, those used longest ago first', async () => {
    const { asked, kept } = library(150);
    for (const version of [1, 2, 1, 3, 1, 2]) await kept.get('a', ref(version));
    expect(asked).toEqual(['a 1', 'a 2', 'a 3', 'a 2']);
  });
});
