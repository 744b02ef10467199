import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { MailConnections, MailProvider } from '../contracts/email-provider.js';
import type { Networks } from '../contracts/networks.js';
import type { StoredLocale } from '../contracts/mail.js';
import type { MailTemplate } from '../contracts/mail-template.js';
import type { DueDates } from '../domain/anchor.js';
import type { Instant, Variant } from '../domain/types.js';
import type { Run, RunContext } from '../domain/run.js';
import type { LoadedAction } from '../store/loaded-actions.js';
import type { PlatformRow } from '../store/run-context.js';
import type { Database } from '../store/database.js';
import type { Vault } from '../store/vault.js';
import type { WebhookSenderOptions } from '../webhooks/send-webhook.js';
import type { TokenIssuer } from './tokens.js';
import type { RunEnds } from './zuora/run-ends.js';

/** The attempt to tell the engine right after a commit; nobody waits for it. */
export type TellSoon = (kind: 'RUN' | 'CLOCK', ids: readonly string[]) => void;

/** A mail as it would be made at this moment. */
interface PreviewInput {
  context: RunContext;
  platform: PlatformRow;
  action: Pick<LoadedAction, 'email' | 'via' | 'fallbackToContacts' | 'templates'>;
}

/** What a mail says, or why it cannot be made. */
export type MailPreview = { subject: string; html: string | null; text: string | null } | { problem: string };

/** What a mail is made from that is only looked at: a run's facts, or a resource's. */
export interface TrialFacts {
  context: Pick<RunContext, 'now' | 'customer' | 'facts'> & { run: Pick<Run, 'anchorAt'> };
  row: { zone: string | null; variant: Variant; due_dates: DueDates; variables?: Record<string, unknown> | null };
}

/** A mail made from a template, to be looked at. */
export interface TrialMail {
  platform: PlatformRow;
  name: string;
  stored: readonly StoredLocale[];
  /** Takes the place of what is stored. */
  draft: MailTemplate | null;
  /** null = example facts of this variant, or of all at once. */
  facts: TrialFacts | { exampleOf: Variant | null };
  /** Take the place of those that the run was given; null = they stay. */
  parameters: Record<string, unknown> | null;
  /** null = as the customer and the platform have it. */
  locale: string | null;
}

/** A made mail; `missing` are the variables that had no value, `problem` is why it would not be sent. */
interface TriedMail {
  subject: string;
  html: string;
  text: string;
  locale: string;
  version: number | null;
  missing: string[];
  problem: string | null;
}

/** Makes mails of templates, and sends them to somebody who tries them. No delivery is written. */
export interface TemplateTrials {
  look(mail: TrialMail): Promise<TriedMail | { problem: string }>;
  /** By the way that mail of this platform to this address takes (S-E7); `via` null = the operator's own provider. */
  send(
    mail: TrialMail,
    to: string,
    via: MailProvider | null,
  ): Promise<{ sent: boolean; subject: string; message: string }>;
}

/** What routes need of the world. */
export interface ApiContext {
  db: Database;
  tellSoon: TellSoon;
  vault: Vault;
  mail: MailConnections;
  /** How long `advance` waits for the clock to come to rest before it answers 202. */
  advanceWaitMs: number;
  /** Whose JWTs are taken; absent = only API keys are. */
  tokenIssuer?: TokenIssuer | undefined;
  /** Requests per minute and credential; absent = no limit. */
  rateLimit?: number | undefined;
  /** How webhooks are called, and which networks besides the public internet (default: none). */
  webhooks?: WebhookSenderOptions | undefined;
  /** Which private networks invoice PDFs may be fetched from (default: none). */
  pdfNetworks?: Networks | undefined;
  /** The largest PDF that is taken (default: 10 MiB). */
  pdfMaxBytes?: number | undefined;
  /** Makes a mail without sending it; absent = simulations cannot be rendered. */
  preview?: ((input: PreviewInput) => Promise<MailPreview>) | undefined;
  /** Tries templates; absent = this process makes no mails. */
  trials?: TemplateTrials | undefined;
  /** Waits for the end of runs; absent = nobody waits here, and every answer comes at once. */
  ends?: RunEnds | undefined;
  /** The age of idempotency keys is told by it (default: the host's clock). */
  keyClock?: () => Instant;
}

/** Fastify with schemas in Zod. */
export type ZodApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
