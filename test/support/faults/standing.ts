import { Context } from '@temporalio/activity';
import type { Mailer } from '../../../activities/ports.js';
import type { MailSender } from '../../../contracts/mail.js';
import type { Ledger } from '../../../store/ledger.js';
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

  /** A step’s activity claims, and, once all is recorded, looks at what comes next. */
  ledger(real: Ledger): Ledger {
    return {
      ...real,
      claim: async (request) => {
        const run = runOf(Context.current());
        await this.standAt('BEFORE_CLAIM', run);
        const claim = await real.claim(request);
        await this.standAt('AFTER_CLAIM', run);
        return claim;
      },
      review: async (runId) => {
        const context = Context.current();
        if (context.info.activityType === 'sendStepEmails') await this.standAt('AFTER_RECORD', runOf(context));
        return real.review(runId);
      },
    };
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

function runOf({ info }: Context): string {
  return info.workflowExecution?.workflowId ?? '';
}
