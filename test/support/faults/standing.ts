import { Context } from '@temporalio/activity';
import type { Mailer } from '../../../activities/ports.js';
import type { MailSender } from '../../../contracts/mail.js';
import { Database, type Sql } from '../../../store/database.js';
import { halveMessages } from './halve-messages.js';
import type { StandPointName } from './stand-points.js';

/** What a process whose deliveries stand still says: `run` is the run's id on the engine. */
export type Report = { stands: string } | { run: string; outcome: string };

/** Makes every delivery of this process stop at one point, say so, and go on when it is told to. */
export class Standing {
  /** Of each mail composed here: its run. A kept connection's callbacks are not in the activity's own context. */
  private readonly runs = new Map<string, string>();
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  constructor(
    private readonly point: StandPointName,
    /** false = for controls: nothing is marked, and a fence stops nobody. */
    private readonly marker: boolean,
    private readonly report: (report: Report) => void,
  ) {}

  /** Lets all go on; from now on nobody stops. */
  goOn(): void {
    this.release();
  }

  /** A step's activity makes two transactions: the claim, and, once all is recorded, the look at what comes next. */
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
    // Many such processes share one server: each makes do with few connections.
    return new StandingDatabase(url, { maxConnections: 6 });
  }

  mailer(real: Mailer, sender: MailSender): Mailer {
    const standing = this.sender(sender);
    return {
      ...real,
      route: () => ({ sender: standing }),
      compose: async (request) => {
        const mail = await real.compose(request);
        const run = runOf(Context.current());
        this.runs.set(request.deliveryId, run);
        await this.standAt('AFTER_RENDER', run);
        return mail;
      },
    };
  }

  /** From now on no message leaves this process but its first half. */
  halve(port: number): void {
    halveMessages(port, (deliveryId) => this.report({ stands: this.runs.get(deliveryId) ?? '' }));
  }

  private sender(real: MailSender): MailSender {
    return {
      close: () => real.close(),
      send: async (mail, marker) => {
        const run = runOf(Context.current());
        const outcome = await real.send(mail, async () => {
          await this.standAt('BEFORE_MARKER', run);
          const granted = this.marker ? await marker() : true;
          await this.standAt('AFTER_MARKER', run);
          return granted;
        });
        await this.standAt('AFTER_ANSWER', run);
        this.report({ run, outcome: outcome.kind });
        return outcome;
      },
    };
  }

  private async standAt(here: StandPointName, run: string): Promise<void> {
    if (here !== this.point) return;
    this.report({ stands: run });
    await this.released;
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
