import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../contracts/refusal.js';
import { platformOf } from '../plugins/auth.js';
import type { KeyRules } from '../plugins/effects.js';
import { statusOf } from '../plugins/status.js';
import { RunRefusal, runContractAnswer } from './refusal.js';

const LONGEST_TRACK_ID = 64;
/** What a track id may not contain besides what is not US-ASCII. */
const NOT_IN_TRACK_ID = /[^\x20-\x7e]|[:;"']/;

/** S-Z5: kept 24 hours, whatever came of it; the same key on another URL or method is refused, another body is not looked at. */
export const RUN_CONTRACT_KEYS: KeyRules = {
  keptMs: 24 * 3_600_000,
  scope: () => ['run contract'],
  identity: ({ method, url }) => `${method} ${url}`,
  reused: () => RunRefusal.errors(422, ['This Idempotency-Key was used with another URL or method.']),
  inProgress: () =>
    RunRefusal.errors(409, [
      'The first request with this Idempotency-Key is still in progress: try again in a moment.',
    ]),
  refused: (refusal) => runContractAnswer(statusOf(refusal), refusal),
};

/** What every answer to the run contract carries, errors included: an id of ours, and the caller's own if it is one (S-Z5). */
export function traceHeaders({ headers }: FastifyRequest, reply: FastifyReply): void {
  void reply.header('Zuora-Request-Id', randomUUID());
  const trackId = headers['zuora-track-id'];
  if (typeof trackId === 'string' && trackId !== '' && isTrackId(trackId)) void reply.header('Zuora-Track-Id', trackId);
}

/** Refuses what a header says wrongly. After authentication and the rate limit, before anything else (S-Z3). */
export function registerRunContractHeaders(app: FastifyInstance): void {
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    checkTrackId(request);
    checkOrganisations(request);
    done();
  });
}

function checkTrackId({ headers }: FastifyRequest): void {
  const trackId = headers['zuora-track-id'];
  if (trackId === undefined || (typeof trackId === 'string' && isTrackId(trackId))) return;
  const message = `A Zuora-Track-Id has at most ${String(LONGEST_TRACK_ID)} characters of US-ASCII, without : ; " and '.`;
  throw Refusal.invalid('Zuora-Track-Id', message);
}

function isTrackId(text: string): boolean {
  return text.length <= LONGEST_TRACK_ID && !NOT_IN_TRACK_ID.test(text);
}

/** Organisations are a setting of the platform, `org_ids`: here they only have to be among them. */
function checkOrganisations(request: FastifyRequest): void {
  const header = request.headers['zuora-org-ids'];
  if (header === undefined || header === '') return;
  const own = platformOf(request).org_ids;
  const others = String(header)
    .split(',')
    .map((id) => id.trim())
    .filter((id) => !own.includes(id));
  if (others.length === 0) return;
  throw new Refusal([
    {
      code: 'USER_NOT_ALLOWED',
      field: 'Zuora-Org-Ids',
      message: `This platform has no organisation ${others.join(', ').slice(0, 200)} (its org_ids).`,
    },
  ]);
}
