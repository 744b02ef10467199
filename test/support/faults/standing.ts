import { Context } from '@temporalio/activity';
import type { Mailer } from '../../../activities/ports.js';
import type { MailSender } from '../../../contracts/mail.js';
import { Database, type Sql } from '../../../store/database.js';
import type { Group } from './doomed-worker.js';
import { halveMessages } from './halve-messages.js';
import type { StandPointName } from './stand-points.js';

/** What a process whose deliveries stand still says: of which group, and the run's id on the engine. */
export type Report = { group: string; run: string; outcome?: string };

type StandingGroup = Group & { sender: MailSender };

/** Makes every delivery of this process stop at the point of its group, say so, and go on when it is told to. */
export class Standing {
  /** Of each mail composed here: its run. The callbacks of a kept connection are not in the activity’s own context. */
  private readonly runs = new Map<string, string>();
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  constructor(
    private readonly groups: readonly StandingGroup[],
    private readonly report: (report: Report) => void,
  ) {
    for (const { name, point, smtpPort } of groups) {
      if (point !== 'HALF_MESSAGE') continue;
      halveMessages(smtpPort, (deliveryId) => report({ group: name, run: this.runs.get(deliveryId) ?? '' }));
    }
  }

  /** Lets all go on; from now on nobody stops. */
  goOn(): void {
    this.release();
  }

  /** A step’s activity makes two transactions: the claim, and, once all is recorded, the look at what comes next. */
  database(url: string): Database {
    const standAt = this.standAt.bind(this);
    const seen = new WeakSet<Context>();
    class StandingDatabase extends Database {
      override async transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
        const context = sendingContext();
        if (!context) return super.transaction(work);
        const isClaim = !seen.has(context);
        seen.add(context);
        await standAt(isClaim ? 'BEFORE_CLAIM' : 'AFTER_RECORD', runOf(context));
        const result = await super.transaction(work);
        if (isClaim) await standAt('AFTER_CLAIM', runOf(context));
        return result;
      }
    }
    return new StandingDatabase(url);
  }

  mailer(real: Mailer): Mailer {
    const sender: MailSender = {
      close: () => Promise.resolve(),
      send: async (mail, marker) => {
        const run = runOf(Context.current());
        const group = this.groupOf(run);
        const outcome = await group.sender.send(mail, async () => {
          await this.standAt('BEFORE_MARKER', run);
          const granted = group.marker ? await marker() : true;
          await this.standAt('AFTER_MARKER', run);
          return granted;
        });
        await this.standAt('AFTER_ANSWER', run);
        this.report({ group: group.name, run, outcome: outcome.kind });
        return outcome;
      },
    };
    return {
      ...real,
      route: () => ({ sender }),
      compose: async (request) => {
        const mail = await real.compose(request);
        const run = runOf(Context.current());
        this.runs.set(request.deliveryId, run);
        await this.standAt('AFTER_RENDER', run);
        return mail;
      },
    };
  }

  private async standAt(here: StandPointName, run: string): Promise<void> {
    const { name, point } = this.groupOf(run);
    if (here !== point) return;
    this.report({ group: name, run });
    await this.released;
  }

  /** The engine’s id of a run names its invoice, and that its group. */
  private groupOf(run: string): StandingGroup {
    const group = this.groups.find(({ name }) => run.includes(`/${name}_`));
    if (!group) throw new Error(`No group for the run ${run}`);
    return group;
  }
}

/** The activity that sends, when this is called from one. */
function sendingContext(): Context | null {
  try {
    const context = Context.current();
    return context.info.activityType === 'sendStepEmails' ? context : null;
  } catch {
    return null; // The dispatcher and the watchdog use the database too.
  }
}

function runOf({ info }: Context): string {
  return info.workflowExecution?.workflowId ?? '';
}
