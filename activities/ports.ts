import type { MailProvider } from '../contracts/email-provider.js';
import type { ComposedMail, MailParty, MailRequest, MailSender } from '../contracts/mail.js';
import type { FetchedPdf } from '../contracts/fetched-pdf.js';
import type { Pace } from '../contracts/rate-limit.js';
import type { ToldEvent } from '../contracts/engine.js';
import type { Logger } from '../contracts/logger.js';
import type { WebhookOutcome } from '../contracts/webhook-events.js';
import type { Reason } from '../domain/reasons.js';
import type { Database } from '../store/database.js';
import type { Ledger } from '../store/ledger.js';
import type { MessageKeeping } from '../store/messages.js';
import type { PdfSource, Platform } from '../store/platforms.js';
import type { RunView } from '../store/runs.js';
import type { WebhookRow } from '../store/webhooks.js';

/** The way out for a mail, with the paces it has to keep (absent = none), or why there is none. */
export type Route = { sender: MailSender; paces?: readonly Pace[] } | { blocked: Reason };

/** The right to send one mail at a pace. One that is not needed after all is given back for the next. */
export interface Turn {
  key: string;
  giveBack(): void;
}

export interface SendPace {
  /** One turn at each pace; nothing may be claimed while this waits. Throws PaceExceeded when it would take too long. */
  take(paces: readonly Pace[]): Promise<Turn[]>;
}

/** More mails than a provider's limit lets through: come back later. */
export class PaceExceeded extends Error {
  constructor(readonly retryAfterMs: number) {
    super('More mails are due than the provider’s rate limit lets through.');
    this.name = 'PaceExceeded';
  }
}

export interface Mailer {
  /**
   * Mail of a TEST platform goes to the test mailbox, unless the recipient is on the platform's allow list; it never falls
   * through to a live provider (S-E7). All other mail goes through `via`, or the operator's own provider when that is null.
   */
  route(environment: 'TEST' | 'LIVE', allowList: readonly string[], to: string, via: MailProvider | null): Route;
  /** Throws `MailRefused` when the mail cannot be made. */
  compose(request: MailRequest): Promise<ComposedMail>;
  /** The sender of platforms that have none of their own. */
  defaultSender: MailParty;
}

/** A mail that cannot be made: the step is BLOCKED with this reason until somebody repairs it. */
export class MailRefused extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
    this.name = 'MailRefused';
  }
}

/** What became of a run, and whom it is told to. */
interface RunEventPost {
  webhook: WebhookRow;
  platform: Platform;
  event: ToldEvent;
  run: RunView;
}

export interface ActivityPorts {
  db: Database;
  ledger: Ledger;
  mailer: Mailer;
  messages: MessageKeeping;
  /** Asks the platform's billing source for the PDF of an invoice; settles within seconds, whatever the source does. */
  fetchPdf: (platformId: string, source: PdfSource, invoiceId: string) => Promise<FetchedPdf>;
  /** Posts what became of a run to a webhook, once; settles within seconds, whatever the webhook does. */
  postRunEvent: (post: RunEventPost) => Promise<WebhookOutcome>;
  /** How long a webhook is left alone that did not take an event, the first time (default: 2 minutes). */
  webhookRetryMs?: number | undefined;
  pace: SendPace;
  /** The worker is to stop: nothing new is begun. */
  stopping?: AbortSignal;
  /** Tells the engine of runs that changed besides the one at work. */
  tellSoon: (kind: 'RUN', ids: readonly string[]) => void;
  log: Logger;
}
