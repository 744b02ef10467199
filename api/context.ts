import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { MailConnections } from '../contracts/email-provider.js';
import type { Networks } from '../contracts/networks.js';
import type { Instant } from '../domain/types.js';
import type { RunContext } from '../domain/run.js';
import type { LoadedAction } from '../store/loaded-actions.js';
import type { PlatformRow } from '../store/run-context.js';
import type { Database } from '../store/database.js';
import type { Vault } from '../store/vault.js';
import type { WebhookSenderOptions } from '../webhooks/send-webhook.js';
import type { TokenIssuer } from './tokens.js';

/** The attempt to tell the engine right after a commit; nobody waits for it. */
export type TellSoon = (kind: 'RUN' | 'CLOCK', ids: readonly string[]) => void;

/** A mail as it would be made at this moment. */
interface PreviewInput {
  context: RunContext;
  platform: PlatformRow;
  action: Pick<LoadedAction, 'email' | 'via' | 'fallbackToContacts'>;
}

/** What a mail says, or why it cannot be made. */
export type MailPreview = { subject: string; html: string | null; text: string | null } | { problem: string };

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
