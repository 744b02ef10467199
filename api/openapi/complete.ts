import { ERROR_ANSWERS, errorBody, type ErrorName } from './error-answers.js';
import { isRef, operationsOf, refTo, type Answer, type OpenApi, type Operation, type Ref } from './document.js';
import { isRunContract } from '../zuora/refusal.js';
import { RUN_CONTRACT_ANSWERS, runContractBody, type RunContractAnswerName } from './run-contract-answers.js';
import { HEADERS, PARAMETERS, type HeaderName } from './shared-parts.js';

const MUTATING = ['post', 'put', 'patch', 'delete'];
/** What they are about stands in the query, and may not be there. */
const NAMED_BY_QUERY = ['/v1/explain'];

/**
 * Adds what every route has and none declares: the errors, the headers of both directions. A route says only what it answers
 * when all goes well; an error with a body of its own (`/readyz`) stays as declared.
 */
export function completeOpenApi(document: OpenApi): OpenApi {
  const completed = structuredClone(document);
  for (const { method, path, operation } of operationsOf(completed)) {
    if (path.startsWith('/v1/')) complete(method, path, operation);
    if (isRunContract(path)) completeRunContract(method, path, operation);
    for (const answer of Object.values(operation.responses ?? {})) addHeaders(answer, ['X-REQUEST-ID']);
  }
  completed.components = {
    ...completed.components,
    responses: Object.fromEntries([
      ...Object.entries(ERROR_ANSWERS).map(([name, answer]) => {
        return [name, sharedAnswer(answer, 'ApiError', errorBody(answer))] as const;
      }),
      ...Object.entries(RUN_CONTRACT_ANSWERS).map(([name, answer]) => {
        return [name, sharedAnswer(answer, 'WorkflowErrors', runContractBody(answer), TRACED)] as const;
      }),
    ]),
    headers: HEADERS,
    parameters: PARAMETERS,
  };
  return completed;
}

function complete(method: string, path: string, operation: Operation): void {
  const mutating = MUTATING.includes(method);
  const withBody = operation.requestBody !== undefined;
  if (operation.requestBody && operation['x-body-optional']) operation.requestBody.required = false;
  delete operation['x-body-optional'];
  operation.parameters = [
    ...(operation.parameters ?? []),
    refTo('parameters', 'PlatformId'),
    ...(mutating ? [refTo('parameters', 'IdempotencyKey')] : []),
  ];
  for (const [status, answer] of Object.entries(operation.responses ?? {})) {
    if (!status.startsWith('2')) continue;
    if (withBody) addHeaders(answer, ['Dunwell-Ignored-Fields']);
    if (mutating) addHeaders(answer, ['Idempotent-Replayed']);
    if (method === 'put' && status === '200') addHeaders(answer, ['Dunwell-Stale']);
  }
  operation.responses = withoutPlainErrors(operation.responses ?? {});
  for (const name of errorsOf(mutating, withBody || path.includes('{') || NAMED_BY_QUERY.includes(path))) {
    operation.responses[ERROR_ANSWERS[name].status] = refTo('responses', name);
  }
}

/** What every answer of the run contract carries (S-Z5). */
const TRACED: HeaderName[] = ['Zuora-Request-Id', 'Zuora-Track-Id'];
/** Which run a call has made, whatever shape its answer has. */
const STARTED: HeaderName[] = ['Location', 'Dunwell-Run-Id', 'Dunwell-Run-Status'];
const LIMITED: HeaderName[] = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];

/** As `complete`, for the run contract: its errors have another shape, and what a route says of one itself stays. */
function completeRunContract(method: string, path: string, operation: Operation): void {
  const mutating = MUTATING.includes(method);
  const open = path.startsWith('/oauth/');
  if (operation.requestBody && operation['x-body-optional']) operation.requestBody.required = false;
  delete operation['x-body-optional'];
  if (!open) {
    operation.parameters = [
      ...(operation.parameters ?? []),
      refTo('parameters', 'ZuoraEntityIds'),
      refTo('parameters', 'ZuoraOrgIds'),
      refTo('parameters', 'ZuoraTrackId'),
      ...(mutating ? [refTo('parameters', 'RunContractIdempotencyKey')] : []),
    ];
  }
  const answers = (operation.responses ??= {});
  for (const [status, answer] of Object.entries(answers)) {
    addHeaders(answer, [...TRACED, ...LIMITED]);
    if (mutating && !open) addHeaders(answer, ['Idempotent-Replayed']);
    if (path.endsWith('/run') && status.startsWith('2')) addHeaders(answer, STARTED);
    if (operation.requestBody && status.startsWith('2')) addHeaders(answer, ['Dunwell-Ignored-Fields']);
  }
  for (const name of open ? OPEN_ANSWERS : runContractAnswersOf(mutating, path.includes('{'))) {
    answers[RUN_CONTRACT_ANSWERS[name].status] ??= refTo('responses', name);
  }
  answers[ERROR_ANSWERS.HeadersTooLarge.status] = refTo('responses', 'HeadersTooLarge');
}

const OPEN_ANSWERS: RunContractAnswerName[] = [
  'RunContractTooManyRequests',
  'RunContractTooLarge',
  'RunContractUnsupportedMediaType',
  'RunContractInternalError',
  'RunContractUnavailable',
];

function runContractAnswersOf(mutating: boolean, named: boolean): RunContractAnswerName[] {
  return [
    'RunContractBadRequest',
    'RunContractUnauthorised',
    'RunContractNotAllowed',
    ...(named ? (['RunContractNotFound'] as const) : []),
    ...(mutating
      ? ([
          'RunContractInProgress',
          'RunContractTooLarge',
          'RunContractUnsupportedMediaType',
          'RunContractReusedKey',
        ] as const)
      : []),
    'RunContractTooManyRequests',
    'RunContractInternalError',
    'RunContractUnavailable',
  ];
}

function errorsOf(mutating: boolean, namesSomething: boolean): ErrorName[] {
  return [
    'BadRequest',
    'Unauthorised',
    'NotAllowed',
    ...(namesSomething ? (['NotFound'] as const) : []),
    ...(mutating ? (['Conflict', 'TooLarge', 'UnsupportedMediaType', 'InProgress'] as const) : []),
    'TooManyRequests',
    'HeadersTooLarge',
    'InternalError',
    'Unavailable',
  ];
}

/** What a route says of errors in general is said better here. */
function withoutPlainErrors(answers: Record<string, Answer | Ref>): Record<string, Answer | Ref> {
  return Object.fromEntries(
    Object.entries(answers).filter(([, answer]) => !JSON.stringify(answer).includes('/ApiError"')),
  );
}

function sharedAnswer(
  { description, headers = [] }: { description: string; headers?: HeaderName[] },
  schema: string,
  example: unknown,
  always: HeaderName[] = [],
): Answer {
  const answer: Answer = {
    description,
    content: { 'application/json': { schema: refTo('schemas', schema), example } },
  };
  addHeaders(answer, ['X-REQUEST-ID', ...always, ...headers]);
  return answer;
}

function addHeaders(answer: Answer | Ref, names: readonly HeaderName[]): void {
  if (isRef(answer)) return;
  for (const name of names) (answer.headers ??= {})[name] = refTo('headers', name);
}
