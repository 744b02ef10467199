import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKey, createPlatformCommand, listPlatformsCommand } from '../../cli/admin.js';
import { createPlatform } from '../../store/platforms.js';
import { createApi, type Api } from '../api/api.js';

describe('the command line', () => {
  let h: Api;
  let printed: string[];
  beforeAll(async () => {
    h = await createApi();
  });
  beforeEach(() => {
    printed = [];
    vi.stubEnv('DATABASE_URL', h.databaseUrl);
    vi.spyOn(console, 'log').mockImplementation((line: string) => {
      printed.push(line);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  afterAll(() => h.stop());

  it('says its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    const said = execFileSync(process.execPath, ['cli/dunwell.js', '--version'], { encoding: 'utf8' });
    expect(said.trim()).toBe(version);
  }, 60_000);

  it('makes a platform, and none without a name', async () => {
    await createPlatformCommand(' Acme ', { environment: 'LIVE' });
    const [id = ''] = printed;
    expect(id).toMatch(/^plat_\w{20}$/);
    for (const name of ['', '  ', 'a\nb', 'x'.repeat(256)]) {
      await expect(createPlatformCommand(name, { environment: 'LIVE' })).rejects.toThrow('1–255');
    }
    await listPlatformsCommand();
    expect(printed.slice(1).filter((line) => line.includes('LIVE'))).toEqual([`${id}  LIVE  Acme`]);
  });

  it.each([
    ['READ_ONLY', 403],
    ['ADMINISTRATOR', 200],
  ] as const)('makes a key that is %s', async (role, status) => {
    await createKey({ platform: [h.platformId, h.platformId], role });
    const headers = { 'x-api-key': printed[0] ?? '' };
    expect((await h.call('GET', '/v1/platform', undefined, headers)).status).toBe(200);
    expect((await h.call('PATCH', '/v1/platform', {}, headers)).status).toBe(status);
  });

  it('makes no key of an unknown platform, of TEST and LIVE at once, or described in two lines', async () => {
    const count = () => h.db.row('SELECT count(*) FROM api_keys');
    const before = await count();
    const live = (await createPlatform(h.db, 'Other', 'LIVE')).id;
    const key = { platform: [h.platformId], role: 'ADMINISTRATOR' } as const;
    const make = (...ids: string[]) => createKey({ ...key, platform: ids });
    await expect(make(h.platformId, 'plat_unknown')).rejects.toThrow('There is no platform plat_unknown.');
    await expect(make(h.platformId, live)).rejects.toThrow('TEST platforms or LIVE ones');
    await expect(createKey({ ...key, platform: [h.platformId], description: 'a\nb' })).rejects.toThrow('one line');
    expect([printed, await count()]).toEqual([[], before]);
  });
});
