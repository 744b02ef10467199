import { describe, expect, it } from 'vitest';
import { createWorkflow } from '../support/scenario.js';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

describe('wallets that are watched', () => {
  const euros = (quantity: string) => ({ amount: { quantity, currency: 'EUR' } });
  const credits = (quantity: string) => ({ credits: { quantity, credit_type_id: 'api_calls' } });
  const open = (): Promise<Diary> => openDiary('2026-03-01T08:00:00Z', 'UTC');
  const watch = (diary: Diary, reference: string, threshold: Json, more: Json = {}): Promise<string> =>
    createWorkflow(diary.h, {
      type: 'WALLET',
      reference,
      wallet: { variant: 'WALLET_BALANCE', wallet_balance: { comparator: 'LESS_THAN', threshold } },
      ...more,
    });
  const balance = (diary: Diary, open_balance: Json, more: Json = {}) =>
    diary.put('wallets/wall_1', { customer_id: 'cust_1', open_balance, ...more });

  it('for a share of what was granted: the grant moves the threshold too', async () => {
    const diary = await open();
    await watch(diary, 'low', { percentage: '20' });
    const of100 = { granted: euros('100') };
    await balance(diary, euros('25'), of100);
    await diary.on('2026-03-02', '20 of 100', () => balance(diary, euros('20'), of100));
    await diary.on('2026-03-03', '19.99 of 100', () => balance(diary, euros('19.99'), of100));
    await diary.on('2026-03-05', '19.99 of 90', () => balance(diary, euros('19.99'), { granted: euros('90') }));
    await diary.on('2026-03-06', '19.99 of 100', () => balance(diary, euros('19.99'), of100));
    await diary.on('2026-03-07', 'nothing was granted', () => balance(diary, euros('1')));
    await diary.until('2026-05-01');
    expect((await diary.story()).map((line) => line.replace(' wall_1', ''))).toEqual([
      '2026-03-02T00:00 * 20 of 100',
      '2026-03-03T00:00 * 19.99 of 100',
      '2026-03-03T00:00 mail anchor',
      '2026-03-03T00:00 completed',
      '2026-03-05T00:00 * 19.99 of 90',
      '2026-03-06T00:00 * 19.99 of 100',
      '2026-03-06T00:00 mail anchor',
      '2026-03-06T00:00 completed',
      '2026-03-07T00:00 * nothing was granted',
    ]);
  });

  it('by two workflows with two thresholds: each tells of its own', async () => {
    const diary = await open();
    await watch(diary, 'below-10', euros('10'));
    await watch(diary, 'below-5', euros('5'));
    await balance(diary, euros('20'));
    await diary.on('2026-03-02', '9 left', () => balance(diary, euros('9')));
    await diary.on('2026-03-04', '4 left', () => balance(diary, euros('4')));
    await diary.on('2026-03-06', '20 again', () => balance(diary, euros('20')));
    await diary.on('2026-03-08', '1 left', () => balance(diary, euros('1')));
    await diary.until('2026-05-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T00:00 * 9 left',
      '2026-03-02T00:00 mail anchor wall_1 below-10',
      '2026-03-02T00:00 completed wall_1 below-10',
      '2026-03-04T00:00 * 4 left',
      '2026-03-04T00:00 mail anchor wall_1 below-5',
      '2026-03-04T00:00 completed wall_1 below-5',
      '2026-03-06T00:00 * 20 again',
      '2026-03-08T00:00 * 1 left',
      '2026-03-08T00:00 mail anchor wall_1 below-10',
      '2026-03-08T00:00 completed wall_1 below-10',
      '2026-03-08T00:00 mail anchor wall_1 below-5',
      '2026-03-08T00:00 completed wall_1 below-5',
    ]);
  });

  it('that recovered before the mail could go: it does not', async () => {
    const diary = await open();
    await watch(diary, 'low', euros('10'));
    await diary.ok('POST', '/v1/holds', { customer_id: 'cust_1', reason: 'SNOOZE', until: '2026-03-10T00:00:00Z' });
    await diary.on('2026-03-02', 'down', () => balance(diary, euros('9')));
    await diary.on('2026-03-02', 'and up', () => balance(diary, euros('11')));
    await diary.until('2026-05-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T00:00 * down',
      '2026-03-02T00:00 waits held',
      '2026-03-02T00:00 * and up',
      '2026-03-02T00:00 stopped recovered',
      '2026-03-02T00:00 skipped anchor recovered',
    ]);
  });

  it('down, up and down at one instant before the mail could go: one mail, for the last crossing', async () => {
    const diary = await open();
    await watch(diary, 'low', euros('10'));
    const { id } = await diary.ok('POST', '/v1/holds', { customer_id: 'cust_1', reason: 'SNOOZE' });
    await diary.on('2026-03-02', 'down, up and down', async () => {
      for (const quantity of ['9', '11', '8']) await balance(diary, euros(quantity));
    });
    await diary.on('2026-03-03', 'the hold ends', () => diary.ok('DELETE', `/v1/holds/${String(id)}`));
    await diary.until('2026-05-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T00:00 * down, up and down',
      '2026-03-02T00:00 waits held wall_1',
      '2026-03-02T00:00 stopped recovered wall_1',
      '2026-03-02T00:00 skipped anchor recovered wall_1',
      '2026-03-02T00:00 waits held wall_1',
      '2026-03-03T00:00 * the hold ends',
      '2026-03-03T00:00 mail anchor wall_1',
      '2026-03-03T00:00 completed wall_1',
    ]);
  });

  it('again within the cooldown, archived before that ends: no second mail', async () => {
    const diary = await open();
    await watch(diary, 'low', euros('10'), { cooldown: { type: 'WEEK', value: 1 } });
    await diary.on('2026-03-02', '9 left', () => balance(diary, euros('9')));
    await diary.on('2026-03-03', '30', () => balance(diary, euros('30')));
    await diary.on('2026-03-04', '8 left', () => balance(diary, euros('8')));
    await diary.on('2026-03-08', 'archived', () => balance(diary, euros('8'), { status: 'ARCHIVED' }));
    await diary.until('2026-05-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T00:00 * 9 left',
      '2026-03-02T00:00 mail anchor wall_1',
      '2026-03-02T00:00 completed wall_1',
      '2026-03-03T00:00 * 30',
      '2026-03-04T00:00 * 8 left',
      '2026-03-08T00:00 * archived',
      '2026-03-08T00:00 stopped archived wall_1',
      '2026-03-08T00:00 skipped anchor archived wall_1',
    ]);
  });

  it('for credits of one kind, and no other', async () => {
    const diary = await open();
    await watch(diary, 'low', credits('100'));
    await diary.on('2026-03-02', '50 euros', () => balance(diary, euros('50')));
    await diary.on('2026-03-03', '99 credits', () => balance(diary, credits('99')));
    await diary.until('2026-05-01');
    expect(await diary.story()).toEqual([
      '2026-03-02T00:00 * 50 euros',
      '2026-03-03T00:00 * 99 credits',
      '2026-03-03T00:00 mail anchor',
      '2026-03-03T00:00 completed',
    ]);
  });
});
