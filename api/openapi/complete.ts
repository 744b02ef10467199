import { ERROR_ANSWERS, errorBody, type ErrorAnswer, type ErrorName } from './error-answers.js';
import { isRef, operationsOf, refTo, type Answer, type OpenApi, type Operation, type Ref } from './document.js';
import { HEADERS, PARAMETERS, type HeaderName } from './shared-parts.js';

const MUTATING = ['post', 'put', 'patch', 'delete'];

/**
 * Adds what every route has and none declares: the errors, the headers of both directions. A route says only what it answers
 * when all goes well; an error with a body of its own (`/readyz`) stays as declared.
 */
export function completeOpenApi(document: OpenApi): OpenApi {
  const completed = structuredClone(document);
  for (const { method, path, operation } of operationsOf(completed)) {
    if (path.startsWith('/v1/')) complete(method, path, operation);
    for (const answer of Object.values(operation.responses ?? {})) addHeaders(answer, ['X-REQUEST-ID']);
  }
  completed.components = {
    ...completed.components,
    responses: Object.fromEntries(Object.entries(ERROR_ANSWERS).map(([name, answer]) => [name, sharedAnswer(answer)])),
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
  for (const name of errorsOf(mutating, withBody || path.includes('{'))) {
    operation.responses[ERROR_ANSWERS[name].status] = refTo('responses', name);
  }
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

function sharedAnswer(error: ErrorAnswer): Answer {
  const answer: Answer = {
    description: error.description,
    content: { 'application/json': { schema: refTo('schemas', 'ApiError'), example: errorBody(error) } },
  };
  addHeaders(answer, ['X-REQUEST-ID', ...(error.headers ?? [])]);
  return answer;
}

function addHeaders(answer: Answer | Ref, names: readonly HeaderName[]): void {
  if (isRef(answer)) return;
  for (const name of names) (answer.headers ??= {})[name] = refTo('headers', name);
}
