import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pullTemplates, pushTemplates } from '../../cli/templates.js';
import { createApi, type Api } from '../api/api.js';
import { stored } from '../api/support.js';

const FILES = {
  'overdue/nl.mjml':
    '---\nsubject: "Factuur {{ invoice.number }}"\nrequired: [invoice.number]\n---\n<mjml><mj-body><mj-section><mj-column><mj-text>Hoi</mj-text></mj-column></mj-section></mj-body></mjml>\n',
  'letter/en.html': '---\nsubject: Hello\ndefault: true\n---\n<p>{% render "_z" %}</p>\n',
  'letter/en.txt': '{% render "_z" %}\n',
  '_a/en.html': '<i>a</i>\n',
  '_z/en.html': '{% render "_a" %}',
  '_z/en.txt': 'z\n',
};

describe('templates as files', () => {
  let h: Api;
  let dir: string;
  let printed: string;
  beforeAll(async () => {
    h = await createApi();
    dir = await mkdtemp(join(tmpdir(), 'dunwell-templates-'));
    for (const [path, content] of Object.entries(FILES)) await write(path, content);
  });
  beforeEach(() => {
    printed = '';
    vi.stubEnv('DATABASE_URL', h.databaseUrl);
    vi.spyOn(console, 'log').mockImplementation((line: string) => {
      printed += `${line}\n`;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  afterAll(async () => {
    await h.stop();
    await rm(dir, { recursive: true });
  });

  async function write(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }

  it('are stored all or none, with the checks of the API, and told by file', async () => {
    const before = await stored(h);
    await pushTemplates(dir, { dryRun: true });
    expect(printed).toContain('new        overdue nl  version 1\n');
    expect(await stored(h)).toEqual(before);
    await write('wrong/en.html', '---\nsubject: S\n---\n{{ zap }}');
    await expect(pushTemplates(dir, {})).rejects.toThrow(
      `${join(dir, 'wrong/en.html')}: html: Line 1: there is no variable zap.`,
    );
    expect(await stored(h)).toEqual(before);
    await rm(join(dir, 'wrong'), { recursive: true });
    await pushTemplates(dir, {});
    expect(printed.split('\n').slice(-5)).toEqual([
      'new        _a en  version 1',
      'new        _z en  version 1',
      'new        letter en  version 1',
      'new        overdue nl  version 1',
      '',
    ]);
  });

  it('tell what changed', async () => {
    await write('overdue/nl.mjml', FILES['overdue/nl.mjml'].replace('Hoi', 'Dag'));
    await pushTemplates(dir, {});
    expect(printed.split('\n').slice(-3)).toEqual([
      'unchanged  letter en  version 1',
      'changed    overdue nl  version 2',
      '',
    ]);
  });

  it('come back as they were pushed', async () => {
    const other = join(dir, 'pulled');
    await pullTemplates(other, {});
    const withoutSettings = (text: string): string => text.replace(/^---\n[\s\S]*?\n---\n/, '');
    for (const [path, content] of Object.entries(FILES)) {
      const pulled = await readFile(join(other, path), 'utf8');
      expect(withoutSettings(pulled)).toBe(withoutSettings(content.replace('Hoi', 'Dag')));
    }
    expect(await readFile(join(other, 'overdue/nl.mjml'), 'utf8')).toMatch(
      '---\nsubject: Factuur {{ invoice.number }}\nrequired:\n  - invoice.number\n---\n<mjml>',
    );
    await pushTemplates(other, {});
    expect(printed).not.toMatch(/^(new|changed)/m);
  });

  it('are pulled over what lies there: the other format goes, what is stored nowhere stays, and both are said', async () => {
    const place = join(dir, 'pulled');
    await write('pulled/letter/en.html', '---\ndefault: true\nsubject: "Hello"\n---\n<p>{% render "_z" %}</p>\n');
    await write('pulled/overdue/nl.mjml', 'mine');
    await write('pulled/overdue/nl.html', 'was stored as HTML once');
    await write('pulled/overdue/fr.html', '---\nsubject: Facture\n---\n<p>Bonjour</p>');
    await pullTemplates(place, {});
    expect(printed.split('\n').map((line) => line.replace(place, ''))).toEqual([
      '/_a/en.html',
      '/_z/en.html',
      '/_z/en.txt',
      '/letter/en.html',
      '/letter/en.txt',
      '/overdue/nl.mjml  overwritten: it was not as it is stored',
      '/overdue/nl.html  removed: it is not stored in this format any more',
      '/overdue/fr.html  not in Dunwell, or not any more; left as it is',
      '',
    ]);
    expect(await readFile(join(place, 'letter/en.html'), 'utf8')).toContain('subject: "Hello"');
    await rm(join(place, 'overdue/fr.html'));
    printed = '';
    await pushTemplates(place, { dryRun: true });
    expect(printed).not.toMatch(/^(new|changed)/m);
  });

  it('are refused with all that is wrong in all of them', async () => {
    const place = await mkdtemp(join(tmpdir(), 'dunwell-wrong-'));
    const files = {
      'README.txt': 'About these',
      '_a/en.html': '{{ zap }}',
      'b/en.html': '---\nsubject: S\nrequird: [invoice.number]\n---\nx',
      'c/en.html': '---\nsubject: "{{ zip }}"\n---\n{{ zup }}',
      'd/en.html': '---\nsubject: S\n---\n{% render "_a" %}',
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(place, path)), { recursive: true });
      await writeFile(join(place, path), content);
    }
    const before = await stored(h);
    const error = await pushTemplates(place, {}).catch((thrown: unknown) => thrown as Error);
    expect(error?.message.replaceAll(`${place}/`, '').split('\n')).toEqual([
      'README.txt: README is no locale, and templates are files such as overdue/nl.mjml. What is no template lies elsewhere.',
      '_a/en.html: html: Line 1: there is no variable zap.',
      'b/en.html: there is no setting requird; there are subject, preheader, required, default.',
      'c/en.html: subject: Line 1: there is no variable zip.',
      'c/en.html: html: Line 1: there is no variable zup.',
      'd/en.html: not looked at, because _a is refused.',
    ]);
    expect(await stored(h)).toEqual(before);
    await rm(place, { recursive: true });
    await expect(pushTemplates(place, {})).rejects.toThrow(`There is no directory ${place}.`);
  });
});
