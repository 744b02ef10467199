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
});
