import { z } from 'zod';
import type { TokenIssuer } from '../api/tokens.js';
import { Networks } from '../contracts/networks.js';
import { parseAddress } from '../email/parse-address.js';
import { LONGEST_BOUNCE_LOCAL } from '../email/return-path.js';
import type { RateLimit } from '../contracts/rate-limit.js';
import { Vault } from '../store/vault.js';

const url = (protocols: RegExp): z.ZodString =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.test(new URL(text).protocol), 'is not a URL of the right kind');

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

const networks = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return new Networks(text.split(',').flatMap((one) => one.trim() || []));
    } catch {
      context.addIssue({ code: 'custom', message: 'must be networks such as 10.0.0.0/8,fd00::/8' });
      return z.NEVER;
    }
  });

/** The base of return paths: they add a delivery and a mark to its local part, and local parts are short. */
const bounceAddress = z.string().superRefine((text, context) => {
  const parsed = parseAddress(text);
  if ('problem' in parsed) context.addIssue({ code: 'custom', message: parsed.problem });
  else if (text.indexOf('@') > LONGEST_BOUNCE_LOCAL) {
    context.addIssue({
      code: 'custom',
      message: `has more than ${String(LONGEST_BOUNCE_LOCAL)} characters before the @`,
    });
  }
});

const listenAt = z.string().transform((text, context) => {
  const [, host = '', port = ''] =
    /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  if (host !== '' && Number(port) <= 65_535) return { host, port: Number(port) };
  context.addIssue({ code: 'custom', message: 'must be host:port, such as 0.0.0.0:2525' });
  return z.NEVER;
});

const rateLimit = z.string().transform((text, context): RateLimit => {
  const [, count = '0', unit = ''] = /^([1-9]\d{0,6})\/([smh])$/.exec(text) ?? [];
  const per = ({ s: 'SECOND', m: 'MINUTE', h: 'HOUR' } as const)[unit];
  if (per) return { count: Number(count), per };
  context.addIssue({ code: 'custom', message: 'must be a number of mails per s, m or h, such as 10/s' });
  return z.NEVER;
});

const environment = z.object({
  DATABASE_URL: url(/^postgres(ql)?:$/),
  /** API */
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Worker: liveness and readiness. 0 = any free port. */
  HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('dunwell'),
  SMTP_URL: url(/^smtps?:$/).optional(),
  /** How many mails may go through it: 10/s, 600/m, 20000/h. */
  SMTP_RATE_LIMIT: rateLimit.optional(),
  TEST_SMTP_URL: url(/^smtps?:$/).optional(),
  /** Networks in CIDR notation with commas between: the private ones that integrations may connect to. */
  SMTP_ALLOW_PRIVATE_NETWORKS: networks,
  MAIL_FROM_NAME: z.string().optional(),
  MAIL_FROM: z.string().default('reminders@localhost.localdomain'),
  /** Bounces come to `<local part>+<delivery>.<mark>@<domain>`; absent = to the sender of the mail. */
  BOUNCE_ADDRESS: bounceAddress.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** What the worker needs besides. */
const workerEnvironment = environment.extend({
  /** 32 bytes in base64, or several with commas between: the first seals, all open. */
  ENCRYPTION_KEYS: list.refine(
    (keys) => keys.every(isKey),
    'must be 32 bytes in base64, as `openssl rand -base64 32` makes them',
  ),
  /** Whether steps that are due together are sent in batches; off = each only by its run's own execution. */
  BURST_LANE: z.enum(['on', 'off']).default('on'),
  /** How long messages are kept as they went to the server; 0 = not at all. */
  MESSAGE_RETENTION_DAYS: z.coerce.number().int().min(0).max(3_650).default(90),
  /** Where the worker takes the mails that come to return paths; absent = nowhere. */
  BOUNCE_SMTP_LISTEN: listenAt.optional(),
  /** The largest PDF of an invoice that is taken, or fetched. */
  PDF_MAX_BYTES: z.coerce.number().int().min(1_024).max(52_428_800).default(10_485_760),
  /** CIDRs with commas between, which PDFs may be fetched from although they are not public. */
  PDF_ALLOW_PRIVATE_NETWORKS: networks,
  /** CIDRs with commas between, which webhooks may reach although they are not public. */
  WEBHOOK_ALLOW_PRIVATE_NETWORKS: networks,
  /** Sleeping runs that a worker keeps in memory, at 80 KB each; absent = as suits its memory. */
  WORKER_CACHED_WORKFLOWS: z.coerce.number().int().min(2).max(1_000_000).optional(),
});

const bounceEnvironment = workerEnvironment
  .pick({ DATABASE_URL: true, ENCRYPTION_KEYS: true, LOG_LEVEL: true })
  .extend({ BOUNCE_ADDRESS: bounceAddress });

/** What the API needs besides. */
const apiEnvironment = workerEnvironment.extend({
  JWT_ISSUER: url(/^https?:$/).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  /** Default: `<issuer>/.well-known/jwks.json` */
  JWT_JWKS_URL: url(/^https?:$/).optional(),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).optional(),
});

export type Config = z.infer<typeof environment>;
export type WorkerConfig = z.infer<typeof workerEnvironment>;
export type ApiConfig = z.infer<typeof apiEnvironment>;

/** Reads the environment once. Every problem is listed, values never are: they may be secrets. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  return read(environment, env);
}

/** As `readConfig`, for the worker. */
export function readWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const config = read(workerEnvironment, env);
  if (config.BOUNCE_SMTP_LISTEN && config.BOUNCE_ADDRESS === undefined) {
    throw new Error('The configuration is not complete:\n  BOUNCE_ADDRESS: is required with BOUNCE_SMTP_LISTEN');
  }
  return config;
}

/** For `dunwell bounce`. */
export function readBounceConfig(env: NodeJS.ProcessEnv): z.infer<typeof bounceEnvironment> {
  return read(bounceEnvironment, env);
}

/** As `readConfig`, for the API. */
export function readApiConfig(env: NodeJS.ProcessEnv): ApiConfig {
  return read(apiEnvironment, env);
}

/** Whose JWTs are taken, or nobody's. An audience is asked for: a token made for somebody else must not open this door. */
export function tokenIssuerOf({ JWT_ISSUER, JWT_AUDIENCE, JWT_JWKS_URL }: ApiConfig): TokenIssuer | undefined {
  if (JWT_ISSUER === undefined) return undefined;
  if (JWT_AUDIENCE === undefined) throw new Error('The configuration is not complete:\n  JWT_AUDIENCE: is required');
  return {
    issuer: JWT_ISSUER,
    audience: JWT_AUDIENCE,
    jwksUrl: JWT_JWKS_URL ?? `${JWT_ISSUER.replace(/\/$/, '')}/.well-known/jwks.json`,
  };
}

/** The vault that these keys open. */
export function vaultOf(keys: readonly string[]): Vault {
  const [newest = '', ...older] = keys;
  return new Vault([newest, ...older]);
}

function read<Schema extends z.ZodObject>(schema: Schema, env: NodeJS.ProcessEnv): z.infer<Schema> {
  // An empty variable is one that was not set: compose files write `SMTP_URL=`.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `  ${name}: ${given[name] === undefined ? 'is required' : issue.message}`;
  });
  throw new Error(`The configuration is not complete:\n${lines.join('\n')}`);
}

/** For commands that need nothing but the database. */
export function readDatabaseUrl(env: NodeJS.ProcessEnv): string {
  return readConfig({ DATABASE_URL: env.DATABASE_URL }).DATABASE_URL;
}

/** For commands that need nothing but the engine. */
export function readTaskQueue(env: NodeJS.ProcessEnv): string {
  return read(environment.pick({ TEMPORAL_TASK_QUEUE: true }), env).TEMPORAL_TASK_QUEUE;
}

function isKey(text: string): boolean {
  return Buffer.from(text, 'base64').length === 32;
}
