import type { Header, Parameter } from './document.js';

const text = { type: 'string' };
const flag = { type: 'string', enum: ['true'] };
const seconds = { type: 'string', pattern: '^[0-9]+$', examples: ['1'] };

/** Headers of requests, by the name that operations refer to. */
export const PARAMETERS = {
  PlatformId: {
    name: 'x-platform-id',
    in: 'header',
    description: 'The platform that is meant, where the credential may use several.',
    schema: { type: 'string', maxLength: 255 },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Makes it safe to send the same request again: for 48 hours the first 2xx answer is given again, and nothing is done twice.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  ZuoraEntityIds: {
    name: 'Zuora-Entity-Ids',
    in: 'header',
    description: 'The platform that is meant, where the credential may use several; `x-platform-id` is taken as well.',
    schema: { type: 'string', maxLength: 255 },
  },
  ZuoraOrgIds: {
    name: 'Zuora-Org-Ids',
    in: 'header',
    description:
      'Organisations of the platform (its `org_ids`), separated by commas. They change nothing but this check.',
    schema: { type: 'string', maxLength: 4_000 },
  },
  ZuoraTrackId: {
    name: 'Zuora-Track-Id',
    in: 'header',
    description: 'The caller’s own name for the request, given back.',
    schema: { type: 'string', maxLength: 64, pattern: '^[ !#-&(-9<-~]*$' },
  },
  RunContractIdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Makes it safe to send the same request again: for 24 hours the first answer is given again, a refusal as well, and nothing is done twice.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
} satisfies Record<string, Parameter>;

/** Headers of answers. `required` = it is always there. */
export const HEADERS = {
  'X-REQUEST-ID': {
    description: 'Names this request in our logs.',
    required: true,
    schema: { type: 'string', pattern: '^reqr_[A-Za-z0-9]{20}$', examples: ['reqr_8fQ2mZx1LrT0bYcVn3Wd'] },
  },
  'Dunwell-Ignored-Fields': {
    description: 'Fields of the body that are not known and were ignored, separated by commas.',
    schema: { ...text, examples: ['invoice.overdue.peroids'] },
  },
  Location: {
    description: 'The run that the call has made.',
    required: true,
    schema: { ...text, examples: ['/workflows/workflow_runs/400'] },
  },
  'Dunwell-Run-Id': {
    description: 'The id that this run has in `/v1`.',
    required: true,
    schema: { ...text, examples: ['run_8fQ2mZx1LrT0bYcVn3Wd'] },
  },
  'Dunwell-Run-Status': {
    description: 'The status that this run has in `/v1`: one with nothing to send has ended already.',
    required: true,
    schema: { ...text, examples: ['ACCEPTED'] },
  },
  'Dunwell-Stale': {
    description: '`true`: the fact sent was older than the one stored, which stays.',
    schema: flag,
  },
  'Idempotent-Replayed': {
    description: '`true`: the answer to an earlier request with the same `Idempotency-Key`, given again.',
    schema: flag,
  },
  'Idempotency-Retryable': {
    description: '`true`: nothing was changed, and the same `Idempotency-Key` may be sent again.',
    schema: flag,
  },
  'Retry-After': {
    description: 'Seconds to wait before the same request is sent again.',
    required: true,
    schema: seconds,
  },
  'Transient-error': {
    description: '`true`: it is expected to pass without anybody doing something.',
    required: true,
    schema: flag,
  },
  'WWW-Authenticate': {
    description: 'How to authenticate.',
    required: true,
    schema: { ...text, examples: ['Bearer realm="dunwell"'] },
  },
  'Zuora-Request-Id': {
    description: 'Names this request for the caller.',
    required: true,
    schema: { type: 'string', format: 'uuid', examples: ['6f1c2b1e-0b0a-4a53-9a55-0a0d4c6a0c3e'] },
  },
  'Zuora-Track-Id': {
    description: 'The one of the request.',
    schema: { ...text, examples: ['order-2026-0042'] },
  },
  'RateLimit-Limit': { description: 'Requests that are allowed in a minute.', schema: seconds },
  'RateLimit-Remaining': { description: 'Those that are left of them.', schema: seconds },
  'RateLimit-Reset': { description: 'Seconds until they are all there again.', schema: seconds },
} satisfies Record<string, Header>;

export type HeaderName = keyof typeof HEADERS;
