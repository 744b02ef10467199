import { z } from 'zod';

const url = (protocols: RegExp): z.ZodString =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.test(new URL(text).protocol), 'is not a URL of the right kind');

const environment = z.object({
  DATABASE_URL: url(/^postgres(ql)?:$/),
  /** API */
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Worker: liveness and readiness. 0 = any free port. */
  HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('dunwell'),
  SMTP_URL: url(/^smtps?:$/).optional(),
  TEST_SMTP_URL: url(/^smtps?:$/).optional(),
  MAIL_FROM_NAME: z.string().optional(),
  MAIL_FROM: z.string().default('reminders@localhost.localdomain'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Config = z.infer<typeof environment>;

/** Reads the environment once. Every problem is listed, values never are: they may be secrets. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  // An empty variable is one that was not set: compose files write `SMTP_URL=`.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = environment.safeParse(given);
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
