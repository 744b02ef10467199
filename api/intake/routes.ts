import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ProviderAuthentication } from '../../contracts/email-provider.js';
import { Refusal } from '../../contracts/refusal.js';
import { parseAddress } from '../../email/parse-address.js';
import { recordReports, type MailReport } from '../../store/delivery-events.js';
import { findIntegration, newEvents, useToken } from '../../store/integrations.js';
import type { Sql } from '../../store/database.js';
import type { ApiContext, ZodApp } from '../context.js';
import { apiError } from '../schemas/wire.js';
import { openCredentials } from '../solvimon/integration-fields.js';
import { mailgunReport } from './mailgun-event.js';
import { sendgridReport } from './sendgrid-event.js';
import { mailgunSigned, record, sendgridSigned, type Signed } from './signed.js';

const params = z.object({ integrationId: z.string() });
const answer = z
  .object({
    recorded: z.int().meta({ description: 'Events that were understood; others are ignored.', examples: [1] }),
  })
  .meta({ id: 'IntakeAnswer' });
const errors = { 400: apiError, 401: apiError, 413: apiError, 415: apiError };
const body = (name: string, example: unknown) =>
  z.unknown().meta({ id: `${name}Webhook`, description: `As ${name} sends it; at most 1 MiB.`, examples: [example] });

interface Signer {
  integrationId: string;
  platformId: string;
  keys: ProviderAuthentication;
}

/**
 * `/intake/…`: where providers report bounces and complaints (S-E6). Open to the world: whoever signs with the key that is kept
 * with the integration is believed, for its platform. Told twice is told once, because providers repeat themselves.
 */
export function intakeRoutes(app: ZodApp, { db, vault }: Pick<ApiContext, 'db' | 'vault'>): void {
  // The signature is over the bytes that came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    done(null, bytes);
  });
  const open = { tags: ['intake'], security: [], params, response: { 200: answer, ...errors } };

  app.post(
    '/intake/mailgun/:integrationId',
    {
      schema: {
        ...open,
        summary: 'Take an event of Mailgun',
        body: body('Mailgun', {
          signature: { timestamp: '…', token: '…', signature: '…' },
          'event-data': { event: 'complained' },
        }),
      },
    },
    async (request) => {
      const signer = await signerOf(request.params.integrationId);
      const { raw, told } = read(request);
      const { signature, 'event-data': event } = record(told);
      const token = signed(signer.keys.webhook_signing_key, (key) => mailgunSigned(record(signature), key, Date.now()));
      return db.transaction(async (tx) => {
        if (!(await useToken(tx, signer.integrationId, token, raw))) throw unsigned('used for something else');
        return { recorded: await keep(tx, signer, [mailgunReport(record(event), Date.now())]) };
      });
    },
  );

  app.post(
    '/intake/sendgrid/:integrationId',
    {
      schema: {
        ...open,
        summary: 'Take a batch of events of SendGrid',
        body: body('SendGrid', [{ event: 'spamreport', email: 'ap@acme.example' }]),
      },
    },
    async (request) => {
      const signer = await signerOf(request.params.integrationId);
      const { raw, told } = read(request);
      signed(signer.keys.webhook_verification_key, (key) => sendgridSigned(request.headers, raw, key, Date.now()));
      const events = Array.isArray(told) ? told : [];
      const reports = events.map((event) => sendgridReport(record(event), Date.now()));
      return db.transaction(async (tx) => ({ recorded: await keep(tx, signer, reports) }));
    },
  );

  /** One that does not exist has no key, and is answered like one whose key is another. */
  async function signerOf(id: string): Promise<Signer> {
    const row = await findIntegration(db, id);
    return { integrationId: id, platformId: row?.platform_id ?? '', keys: (row && openCredentials(row, vault)) ?? {} };
  }
}

/** The token that was signed. */
function signed(key: string | null | undefined, check: (key: string) => Signed): string {
  const result = key == null ? ({ refused: 'wrong' } as const) : check(key);
  if ('token' in result) return result.token;
  throw unsigned(result.refused === 'old' ? 'too old' : 'not right');
}

function unsigned(what: string): Refusal {
  return new Refusal([{ code: 'UNAUTHORISED', field: null, message: `The signature of this webhook is ${what}.` }]);
}

function read(request: FastifyRequest): { raw: Buffer; told: unknown } {
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  try {
    return { raw, told: JSON.parse(raw.toString('utf8')) };
  } catch {
    throw new Refusal([{ code: 'BAD_REQUEST', field: null, message: 'The body is not JSON.' }]);
  }
}

/** Answers how many of them were understood. */
async function keep(tx: Sql, signer: Signer, reports: readonly (MailReport | null)[]): Promise<number> {
  const known = reports.filter((report) => report !== null).filter(({ email }) => 'email' in parseAddress(email));
  const suppressing = known.filter(({ suppress }) => suppress !== null).map(({ sourceId }) => sourceId);
  // Also of mails that are not ours, where nothing else is kept: who removes a suppression is not overruled by a repetition.
  const fresh = await newEvents(tx, signer.integrationId, suppressing);
  const told = known.map((report) => (fresh.has(report.sourceId) ? report : { ...report, suppress: null }));
  await recordReports(tx, signer.platformId, told);
  return known.length;
}
