import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allows, covers, PERMISSIONS } from '../../api/permissions.js';
import { createApiKey } from '../../store/api-keys.js';
import { startTestIssuer, type TestIssuer } from '../support/token-issuer.js';
import { createApi, type Api } from './api.js';
import { expectRefusal, type Json } from './support.js';

/** What may be asked without a credential. Whoever adds to this list opens a door. */
const OPEN = [
  '/healthz',
  '/readyz',
  '/oauth/token',
  '/metrics',
  // Signed by the providers that call them.
  '/intake/mailgun/{integrationId}',
  '/intake/sendgrid/{integrationId}',
];

/** What stands before the action in a route's permission, by the first part of its path; others are not looked at here. */
const RESOURCES: Partial<Record<string, string>> = {
  alerts: 'ALERT',
  'alert-rules': 'ALERT_RULE',
  'api-keys': 'USER.API',
  contacts: 'CONTACT',
  customers: 'CUSTOMER',
  deliveries: 'DELIVERY',
  'email-templates': 'EMAIL_TEMPLATE',
  holds: 'HOLD',
  integrations: 'INTEGRATION',
  invoices: 'INVOICE',
  payments: 'PAYMENT',
  platform: 'PLATFORM',
  'pricing-plan-schedules': 'PRICING_PLAN_SCHEDULE',
  'pricing-plan-subscriptions': 'PRICING_PLAN_SUBSCRIPTION',
  suppressions: 'SUPPRESSION',
  'test-clocks': 'TEST_CLOCK',
  wallets: 'WALLET',
  'wallet-types': 'WALLET_TYPE',
  webhooks: 'WEBHOOK',
  workflows: 'WORKFLOW',
  'workflow-actions': 'WORKFLOW_ACTION',
  'workflow-runs': 'WORKFLOW_RUN',
  'workflow-triggers': 'WORKFLOW_TRIGGER',
};

const WRONG: Record<string, string>[] = [
  {},
  { 'x-api-key': 'dw_wrong' },
  { authorization: 'Bearer dw_wrong' },
  { authorization: 'Basic eDp5' },
];

interface Route {
  method: string;
  path: string;
  open: boolean;
}

interface Asked {
  status: number;
  text: string;
  body: Json;
  headers: Record<string, unknown>;
}

// The table is what the running app says of itself, so that a route added later is in it too.
const listing = await createApi();
const document = (await listing.call('GET', '/openapi.json')).body as {
  paths: Record<string, Record<string, { security?: unknown[] }>>;
};
await listing.stop();
const ROUTES: Route[] = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, { security }]) => ({
    method: method.toUpperCase(),
    path,
    open: security?.length === 0,
  })),
);
const CLOSED = ROUTES.filter(({ open }) => !open).map(({ method, path }) => [method, path] as const);

describe('permissions (S-W1)', () => {
  let issuer: TestIssuer;
  let h: Api;
  let reader: Record<string, string>;
  beforeAll(async () => {
    issuer = await startTestIssuer();
    h = await createApi('TEST', { tokenIssuer: issuer });
    reader = { 'x-api-key': await createApiKey(h.db, [h.platformId], 'reader', 'READ_ONLY') };
  });
  afterAll(async () => {
    await h.stop();
    await issuer.stop();
  });

  const ask = async (method: string, path: string, headers: Record<string, string>): Promise<Asked> => {
    const url = path.replace(/\{\w+\}/g, 'unknown');
    const answer = await h.app.inject({ method: method as 'GET', url, headers });
    const json = String(answer.headers['content-type']).startsWith('application/json');
    const { statusCode: status, body: text, headers: given } = answer;
    return { status, text, headers: given, body: json ? answer.json<Json>() : {} };
  };
  const bearer = async (permissions: readonly string[]): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await issuer.sign({ platform_ids: [h.platformId], permissions })}`,
  });
  /** The permission that somebody without any is told they lack. */
  const needed = async (method: string, path: string): Promise<string> => {
    const { text } = await ask(method, path, await bearer([]));
    const named = /needs the permission ([A-Z_.]+)\./.exec(text)?.[1];
    expect(PERMISSIONS, `${method} ${path} answered ${text}`).toContain(named);
    return named ?? '';
  };

  it('control: the table has the routes of the app', () => {
    expect(CLOSED.length).toBeGreaterThan(30);
    expect(CLOSED).toContainEqual(['GET', '/v1/api-keys/{resourceId}/decrypt']);
  });

  it('are asked for by every route but the few that are open to all', () => {
    const open = ROUTES.filter((route) => route.open).map(({ path }) => path);
    expect(open.filter((path) => !OPEN.includes(path))).toEqual([]);
  });

  describe.each(CLOSED)('%s %s', (method, path) => {
    it('answers 401 without a credential, and with a wrong one', async () => {
      for (const headers of WRONG) {
        const answer = await ask(method, path, headers);
        expect(answer.status, answer.text).toBe(401);
        if (path.startsWith('/v1/')) expectRefusal(answer, 401, 'UNAUTHORISED');
      }
    });

    it('answers 403 naming the permission to whoever has all others', async () => {
      const permission = await needed(method, path);
      const answer = await ask(method, path, await bearer(PERMISSIONS.filter((one) => one !== permission)));
      expect(answer.status, answer.text).toBe(403);
      expect(answer.text).toContain(permission);
      if (path.startsWith('/v1/')) expectRefusal(answer, 403, 'USER_NOT_ALLOWED');
    });

    it('lets in whoever has that one permission', async () => {
      const answer = await ask(method, path, await bearer([await needed(method, path)]));
      expect(answer.text).not.toContain('needs the permission');
      expect(answer.status, answer.text).not.toBe(401);
      expect(answer.status, answer.text).not.toBe(500);
    });

    it('asks for what its path and method say', async () => {
      const permission = await needed(method, path);
      const [, , first = '', ...rest] = path.split('/');
      const resource = path.startsWith('/v1/') ? RESOURCES[first] : undefined;
      if (resource !== undefined && rest.length === 0) expect(permission).toMatch(new RegExp(`^${resource}\\.[A-Z]+$`));
      if (method === 'GET' || path.endsWith('/search')) expect(permission).toMatch(/\.VIEW$/);
      if (['PUT', 'PATCH', 'DELETE'].includes(method)) expect(permission).toMatch(/\.(UPDATE|DELETE)$/);
    });

    it('is open to READ_ONLY exactly when it only looks', async () => {
      const permission = await needed(method, path);
      const answer = await ask(method, path, reader);
      if (permission.endsWith('.VIEW')) {
        expect(answer.text).not.toContain('needs the permission');
        expect([200, 400, 404, 501], answer.text).toContain(answer.status);
      } else {
        expect(answer.status, answer.text).toBe(403);
        expect(answer.text).toContain(permission);
      }
    });
  });

  describe('who covers whom', () => {
    it.each<[Parameters<typeof covers>[0], Parameters<typeof covers>[1], boolean]>([
      ['ADMINISTRATOR', 'ADMINISTRATOR', true],
      ['ADMINISTRATOR', 'READ_ONLY', true],
      ['READ_ONLY', 'ADMINISTRATOR', false],
      ['READ_ONLY', 'READ_ONLY', true],
      [['*'], 'ADMINISTRATOR', true],
      [['USER.API.*'], 'READ_ONLY', false],
      ['READ_ONLY', ['WORKFLOW.VIEW'], true],
      ['READ_ONLY', ['WORKFLOW.*'], false],
      [[], [], true],
    ])('%j covers %j: %s', (grant, other, expected) => {
      expect(covers(grant, other)).toBe(expected);
    });

    it('does not take one resource for another that begins alike', () => {
      expect(allows(['WORKFLOW.*'], 'WORKFLOW_ACTION.VIEW')).toBe(false);
      expect(allows(['USER.*'], 'USER.API.VIEW')).toBe(false);
      expect(allows(['USER.API.*'], 'USER.API.VIEW')).toBe(true);
    });
  });
});
