import { readFile } from 'node:fs/promises';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeRoute } from '../../api/openapi/describe-route.js';
import { openApiText } from '../../api/openapi/text.js';
import { createApi, type Api } from './api.js';
import type { Json } from './support.js';

const WITHOUT_BODY =
  /\/(deactivate|integrations\/\{resourceId\}\/activate|deprecate|archive|send-test|send-penalty-box-payload|stop|rerun)$/;

describe('/openapi.json', () => {
  let h: Api;
  let document: Json;
  const routes: string[] = [];
  let operations: { name: string; operation: Json }[];

  beforeAll(async () => {
    h = await createApi();
    document = (await h.call('GET', '/openapi.json')).body;
    for (const line of flatRoutes(h.app.printRoutes({ commonPrefix: false }))) routes.push(line);
    operations = Object.entries(document.paths as Json).flatMap(([path, item]) =>
      Object.entries(item as Json).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation: operation as Json,
      })),
    );
  });
  afterAll(() => h.stop());

  const resolve = (part: Json): Json =>
    typeof part.$ref === 'string'
      ? part.$ref
          .slice(2)
          .split('/')
          .reduce<Json>((at, key) => at[key] as Json, document)
      : part;
  const answersOf = (operation: Json): [string, Json][] =>
    Object.entries(operation.responses as Json).map(([status, answer]) => [status, resolve(answer as Json)]);

  it('is OpenAPI 3.1 with a title, tags and two ways to authenticate', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\./),
      info: { title: 'Dunwell API', version: '1' },
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-KEY' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ apiKey: [] }, { bearer: [] }],
    });
  });

  it('describes every route there is', () => {
    expect(operations.map(({ name }) => name.replace(/\{(\w+)\}/g, ':$1')).sort()).toEqual([...routes].sort());
    expect(routes.length).toBeGreaterThan(25);
  });

  it('gives every operation a summary, a known tag and its answers', () => {
    const tags = (document.tags as Json[]).map(({ name }) => name as string);
    for (const { name, operation } of operations) {
      expect(operation.summary, name).toMatch(/^[A-Z]/);
      expect(tags, name).toContain(operation.tags[0]);
      for (const [status, response] of answersOf(operation)) {
        expect(response.description, `${name} ${status}`).not.toBe('Default Response');
        expect(Object.values(response.content as Record<string, Json>)[0]?.schema, `${name} ${status}`).toBeDefined();
        expect(Object.keys(response.headers as Json), `${name} ${status}`).toContain('X-REQUEST-ID');
      }
    }
  });

  it('gives every write its body', () => {
    for (const { name, operation } of operations) {
      const writes = /^(POST|PUT|PATCH) /.test(name) && !WITHOUT_BODY.test(name);
      expect(operation.requestBody !== undefined, name).toBe(writes);
    }
  });

  it('gives every closed route every error it can answer, and open routes none of them', () => {
    for (const { name, operation } of operations) {
      const errors = answersOf(operation).flatMap(([status]) => (status < '400' ? [] : [status]));
      if (operation.tags[0] === 'health') {
        expect(operation.security, name).toEqual([]);
        expect(errors.filter((status) => status !== '503')).toEqual([]);
        continue;
      }
      if (operation.tags[0] === 'intake') {
        expect(operation.security, name).toEqual([]);
        expect(errors, name).toEqual(['400', '401', '413', '415']);
        continue;
      }
      const writes = !name.startsWith('GET ');
      if (operation.tags[0] === 'run-contract') {
        const token = ['400', '401', '413', '415', '429', '431', '500', '503'];
        const named = name.includes('{') ? ['404'] : [];
        const wanted = [
          ...['400', '401', '403', ...named],
          ...(writes ? ['409', '413', '415', '422'] : []),
          ...['429', '431', '500', '503'],
        ];
        const own = ['406', '501'];
        const common = errors.filter((status) => !own.includes(status));
        expect(common, name).toEqual(name.includes('/oauth/') ? token : wanted);
        continue;
      }
      const refers = name.includes('{') || name === 'GET /v1/explain' || operation.requestBody !== undefined;
      expect(errors, name).toEqual([
        ...['400', '401', '403'],
        ...(refers ? ['404'] : []),
        ...(writes ? ['409', '413', '415', '422'] : []),
        ...['429', '431', '500', '503'],
      ]);
    }
  });

  it('answers errors of the run contract in its shape, and no others', () => {
    for (const { name, operation } of operations) {
      for (const [status, answer] of answersOf(operation)) {
        if (status < '400' || status === '431') continue;
        const schema = JSON.stringify(answer.content['application/json'].schema);
        const ours = schema.includes('ApiError');
        if (operation.tags[0] === 'run-contract') expect([name, status, ours]).toEqual([name, status, false]);
        else expect(schema, `${name} ${status}`).not.toContain('WorkflowErrors');
      }
    }
  });

  it('names the headers of requests and answers', () => {
    const named = (name: string): Json => operations.find((one) => one.name === name)?.operation ?? {};
    const headers = (name: string, status: string): string[] =>
      Object.keys(named(name).responses[status].headers as Json).sort();
    const parameters = (name: string): string[] =>
      (named(name).parameters as Json[])
        .map(resolve)
        .filter((one) => one.in === 'header')
        .map((one) => one.name as string);
    expect(parameters('GET /v1/workflows')).toEqual(['x-platform-id']);
    expect(parameters('PATCH /v1/platform')).toEqual(['x-platform-id', 'Idempotency-Key']);
    expect(headers('GET /v1/workflows', '200')).toEqual(['X-REQUEST-ID']);
    expect(headers('PUT /v1/invoices/{resourceId}', '200')).toEqual([
      'Dunwell-Ignored-Fields',
      'Dunwell-Stale',
      'Idempotent-Replayed',
      'X-REQUEST-ID',
    ]);
    const errors = Object.fromEntries(
      answersOf(named('PATCH /v1/platform')).map(([status, answer]) => [status, Object.keys(answer.headers as Json)]),
    );
    expect(errors).toMatchObject({
      401: ['X-REQUEST-ID', 'WWW-Authenticate'],
      422: ['X-REQUEST-ID', 'Retry-After'],
      429: ['X-REQUEST-ID', 'Retry-After'],
      503: ['X-REQUEST-ID', 'Retry-After', 'Transient-error'],
    });
  });

  it('names every operation once, as the contract does', () => {
    const ids = operations.map(({ operation }) => operation.operationId as string);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        'getWorkflows',
        'patchWorkflowsByResourceIdOrReference',
        'postWorkflowsByResourceIdOrReferenceActivate',
        'deleteWorkflowActionsByResourceId',
      ]),
    );
  });

  it('says which permission a route needs', () => {
    const route = { method: 'POST', config: { permission: 'WORKFLOW.CREATE' } };
    const { schema } = describeRoute({ schema: { description: 'Makes one.' }, url: '/v1/workflows', route });
    expect(schema).toEqual({
      description: 'Makes one. Requires the WORKFLOW.CREATE permission.',
      operationId: 'postWorkflows',
      'x-permission': 'WORKFLOW.CREATE',
    });
  });

  it('shows an example of every body, which fits its schema', () => {
    // Under a name of its own, so that what several bodies refer to is compiled once.
    const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema({
      $id: 'api',
      components: document.components,
    });
    // Most answers are errors, and all of them alike.
    const compiled = new Map<string, ValidateFunction>();
    const compile = (schema: Json): ValidateFunction => {
      const text = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/');
      const known = compiled.get(text) ?? ajv.compile(JSON.parse(text) as Json);
      compiled.set(text, known);
      return known;
    };
    const bodies = operations.flatMap(({ name, operation }) => [
      ...(operation.requestBody ? [[name, operation.requestBody] as const] : []),
      ...answersOf(operation).map(([status, answer]) => [`${name} ${status}`, answer] as const),
    ]);
    expect(bodies.length).toBeGreaterThan(200);
    for (const [name, body] of bodies) {
      const { schema, example } = Object.values(body.content as Record<string, Json>)[0] ?? {};
      const shown = example ?? resolve(schema as Json).examples?.[0];
      expect(shown, name).toBeDefined();
      expect(
        JSON.stringify(shown),
        `${name}: say how it looks, by .meta({ examples }) or in api/openapi/examples.ts`,
      ).not.toMatch(/"string"|"property1"/);
      const validate = compile(schema as Json);
      expect(validate(shown), `${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(shown)}`).toBe(true);
    }
  });

  it('is docs/openapi.json; if not: npm run openapi', async () => {
    const committed = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
    expect(
      (await openApiText(h.app)) === committed,
      'docs/openapi.json is behind. Run: npm run openapi && npm run client',
    ).toBe(true);
  });

  it('names path parameters as the path does', () => {
    for (const { name, operation } of operations) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const described = ((operation.parameters ?? []) as Json[])
        .map(resolve)
        .filter((parameter) => parameter.in === 'path');
      expect(
        described.map((parameter) => parameter.name as string),
        name,
      ).toEqual(inPath);
    }
  });

  it('keeps every reference, and no schema that nothing refers to', () => {
    const text = JSON.stringify(document);
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(document.components.schemas as Json).sort());
    expect([...used].filter((name) => name?.endsWith('Input'))).toEqual([]);
  });

  it('has schemas that are JSON Schema 2020-12, and examples that fit them', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', ...document });
    for (const [name, schema] of Object.entries(document.components.schemas as Json)) {
      expect(schema.examples, name).toHaveLength(1);
      const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
      for (const example of (schema.examples ?? []) as unknown[]) {
        expect(validate(example), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
      }
    }
  });

  it('shows the fields of a PATCH, none of them required', () => {
    const { WorkflowUpdateRequest: patch, WorkflowCreateRequest: create } = document.components.schemas as Json;
    expect(Object.keys(patch.properties as Json)).toEqual(Object.keys(create.properties as Json));
    expect(patch).not.toHaveProperty('required');
  });

  it('describes what is answered', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', ...document });
    const check = (name: string, value: unknown): void => {
      const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
      expect(validate(value), `${name}: ${JSON.stringify(validate.errors)} ${JSON.stringify(value)}`).toBe(true);
    };
    const { examples } = document.components.schemas.WorkflowCreateRequest as { examples: Json[] };
    const workflow = (await h.call('POST', '/v1/workflows', examples[0])).body;
    check('Workflow', workflow);
    const action = { workflow_id: workflow.id as string, type: 'SEND_EMAIL_TO_CUSTOMER', status: 'ACTIVE' };
    check('WorkflowAction', (await h.call('POST', '/v1/workflow-actions', action)).body);
    await h.call('PUT', '/v1/customers/cust_acme', document.components.schemas.CustomerFact.examples[0]);
    await h.call('PUT', '/v1/invoices/inv_1', document.components.schemas.InvoiceFact.examples[0]);
    const [trigger] = (await h.call('GET', '/v1/workflow-triggers')).body.data as Json[];
    check('WorkflowTrigger', trigger);
    const [run] = (await h.call('GET', '/v1/workflow-runs')).body.data as Json[];
    check('WorkflowRun', run);
    check('TestClock', (await h.call('POST', '/v1/test-clocks', { frozen_time: '2026-01-01T00:00:00Z' })).body);
    check('Platform', (await h.call('GET', '/v1/platform')).body);
    check('ApiError', (await h.call('GET', '/v1/workflows/nothing')).body);
  });
});

describe('/docs', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  it('answers a page that loads everything from here, under a policy that says so', async () => {
    const page = await h.app.inject('/docs');
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).toContain('<title>Dunwell API</title>');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, url]) => new URL(url ?? '', 'http://h/docs').pathname,
    );
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) expect((await h.app.inject(asset)).statusCode, asset).toBe(200);
  });

  it('lets no answer of the API itself run or frame anything', async () => {
    const answer = await h.call('GET', '/v1/platform');
    expect(answer.headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});

/** `GET /v1/workflows/:id` for each line of Fastify's tree, without what is not described: HEAD, the docs and their assets. */
function flatRoutes(tree: string): string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', segment = '', methods = ''] = /^([│├└─\s]*)([^\s(]\S*)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
    if (segment === '') return [];
    const depth = indent.length / 4;
    parents.length = depth;
    parents[depth] = segment;
    const path = parents.join('');
    const named = methods.split(', ').filter((method) => method !== '' && method !== 'HEAD');
    return /^\/(docs|openapi\.json)/.test(path) || path.includes('*') ? [] : named.map((method) => `${method} ${path}`);
  });
}
