import { afterEach, describe, expect, it } from 'vitest';
import { sendBursts } from '../../activities/send-bursts.js';
import { sendStepEmails } from '../../activities/send-step-emails.js';
import { BURST_LANES } from '../../contracts/engine.js';
import type { MailSender } from '../../contracts/mail.js';
import type { Database } from '../../store/database.js';
import { createLedger } from '../../store/ledger.js';
import { countingPorts } from '../support/faults/counting-mailer.js';
import { sleepingRuns } from '../support/faults/sleeping-runs.js';
import type { Harness } from '../support/harness.js';

interface Run {
  id: string;
  status: string;
  next_step_id: string;
  plan_revision: number;
  lane: number;
}

describe('PostgreSQL commits for a group, and its answer is lost', { timeout: 60_000 }, () => {
  let h: Harness;
  afterEach(() => h.stop());

  const runs = (): Promise<Run[]> =>
    h.db.rows(
      `SELECT id, status, next_step_id, plan_revision, (hashtext(id) & 1073741823) % ${String(BURST_LANES)} AS lane FROM runs ORDER BY id`,
    );

  async function sleeping(count: number): Promise<Run[]> {
    h = await sleepingRuns(count);
    return runs();
  }

  /** The first call of a method for whose arguments `which` holds is carried out, and its answer lost. */
  function losing(
    name: 'rows' | 'transaction',
    which: (...given: unknown[]) => boolean,
  ): { db: Database; lost: () => number } {
    let lost = 0;
    const db = new Proxy(h.db, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...given: unknown[]) => Promise<unknown>;
        if (property !== name) return method;
        return async (...given: unknown[]) => {
          const answer = await method(...given);
          if (lost > 0 || !which(...given)) return answer;
          lost += 1;
          throw new Error('Connection terminated unexpectedly');
        };
      },
    });
    return { db, lost: () => lost };
  }

  it('of markers: nothing of the mails was written, so none is in doubt, and all are tried again', async () => {
    const all = await sleeping(4);
    const ports = countingPorts(h);
    const { db, lost } = losing('rows', (text, values) => {
      const [marks] = values as [string];
      return String(text).includes('WITH marked AS') && (JSON.parse(marks) as unknown[]).length > 1;
    });
    const good = ports.mailer.route('LIVE', [], '', null);
    if (!('sender' in good)) throw new Error('no sender');
    let here = 0;
    let gather: () => void = () => undefined;
    const gathered = new Promise<void>((resolve) => (gather = resolve));
    const sender: MailSender = {
      async send(mail, marker) {
        here += 1;
        if (here === all.length) gather();
        await gathered;
        return good.sender.send(mail, marker);
      },
      close: () => Promise.resolve(),
    };
    const own = { ...ports, db, ledger: createLedger(db), mailer: { ...ports.mailer, route: () => ({ sender }) } };
    const send = (run: Run) =>
      sendStepEmails(own, { runId: run.id, stepId: run.next_step_id, revision: run.plan_revision });
    const first = await Promise.allSettled(all.map(send));
    expect(lost()).toBe(1);
    expect(first.some(({ status }) => status === 'rejected')).toBe(true);
    const statuses = await h.db.rows<{ status: string }>('SELECT DISTINCT status FROM deliveries ORDER BY status');
    expect(statuses.map(({ status }) => status)).not.toContain('TRANSMITTING');
    expect(statuses.map(({ status }) => status)).not.toContain('IN_DOUBT');
    for (const run of (await runs()).filter(({ status }) => status === 'WAITING')) await send(run);
    expect(new Set(ports.sent).size).toBe(all.length);
    expect(ports.sent).toHaveLength(all.length);
  });

  it('of claims of a lane: it finds its own claims again, and strands nobody', async () => {
    const all = await sleeping(24);
    const ofLane = (lane: number): Run[] => all.filter((run) => run.lane === lane);
    const lane = all.map((run) => run.lane).sort((a, b) => ofLane(b).length - ofLane(a).length)[0] ?? 0;
    const theirs = ofLane(lane);
    expect(theirs.length).toBeGreaterThan(1);
    const ports = countingPorts(h);
    const { db, lost } = losing('transaction', () => true);
    await sendBursts({ ...ports, ledger: createLedger(db) }, { lane }, () => undefined, new AbortController().signal);
    expect(lost()).toBe(1);
    expect(ports.sent).toHaveLength(theirs.length);
    const left = (await runs()).filter((run) => run.lane === lane && run.status !== 'COMPLETED');
    expect(left).toEqual([]);
  });
});
