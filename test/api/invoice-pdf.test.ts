import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, type Api } from './api.js';
import { expectRefusal, put, sendRaw, stored, stranger, type Json } from './support.js';

const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.from([0, 255, 10, 13, 10, 128])]);
const path = '/v1/invoices/inv_1/pdf';
const as = (type: string, more: Json = {}): Json => ({ 'content-type': type, ...more });

describe('/v1/invoices/{id}/pdf', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi('TEST', { pdfMaxBytes: 2_000_000 });
  });
  afterAll(() => h.stop());

  const send = (body: Buffer, headers: Json = {}, url = path) =>
    sendRaw(h, 'PUT', url, body, as('application/pdf', headers));
  const get = (url = path, headers: Json = {}) =>
    h.app.inject({ method: 'GET', url, headers: { 'x-api-key': h.apiKey, ...headers } });

  it('gives back the very bytes, under headers that let no browser take them for anything else', async () => {
    const answer = await send(PDF, {}, `${path}?filename=${encodeURIComponent('../Rechnung "ä" 1.pdf')}`);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      object_type: 'INVOICE_PDF',
      invoice_id: 'inv_1',
      source: 'UPLOADED',
      filename: 'Rechnung -ä- 1.pdf',
      size: PDF.length,
      sha256: createHash('sha256').update(PDF).digest('hex'),
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const { statusCode, headers, rawPayload } = await get();
    expect([statusCode, rawPayload.equals(PDF)]).toEqual([200, true]);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="Rechnung -_- 1.pdf"; filename*=UTF-8''Rechnung%20-%C3%A4-%201.pdf`,
      'cache-control': 'private, no-cache',
    });
  });

  it('is there before its invoice, and stays when that comes', async () => {
    expect((await send(PDF, {}, '/v1/invoices/inv_early/pdf')).status).toBe(201);
    expect((await h.call('GET', '/v1/invoices/inv_early')).status).toBe(404);
    await put(h, 'customers/cust_1', { email: 'a@b.example' });
    await put(h, 'invoices/inv_early', { customer_id: 'cust_1', status: 'FINAL' });
    expect((await get('/v1/invoices/inv_early/pdf')).rawPayload.equals(PDF)).toBe(true);
  });

  it('changes nothing when the same bytes come again, and everything when others come', async () => {
    const url = '/v1/invoices/inv_2/pdf';
    await send(PDF, {}, url);
    const before = await stored(h);
    expect((await send(PDF, {}, url)).status).toBe(200);
    expect(await stored(h)).toEqual(before);
    const other = Buffer.concat([PDF, Buffer.from('more')]);
    expect((await send(other, {}, url)).body).toMatchObject({ size: other.length });
    expect((await get(url)).rawPayload.equals(other)).toBe(true);
  });

  it('is deleted once', async () => {
    const url = '/v1/invoices/inv_3/pdf';
    await send(PDF, {}, url);
    expect((await h.call('DELETE', url)).body).toMatchObject({ invoice_id: 'inv_3', size: PDF.length });
    expectRefusal(await h.call('DELETE', url), 404, 'RESOURCE_NOT_FOUND');
    expectRefusal(await h.call('GET', url), 404, 'RESOURCE_NOT_FOUND');
  });

  it.each<[string, Buffer, Json, number, string]>([
    ['what only says that it is one', Buffer.from('<html>'), as('application/pdf'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['nothing at all', Buffer.alloc(0), as('application/pdf'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['JSON', Buffer.from('{}'), as('application/json'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an image', PDF, as('image/png'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['more than the limit', Buffer.concat([PDF, Buffer.alloc(2_000_000)]), as('application/pdf'), 413, 'BAD_REQUEST'],
  ])('refuses %s, and stores nothing', async (_what, body, headers, status, code) => {
    const before = await stored(h);
    expectRefusal(await sendRaw(h, 'PUT', '/v1/invoices/inv_bad/pdf', body, headers), status, code);
    expect(await stored(h)).toEqual(before);
  });

  it('takes more than the limit of other bodies, and no other route takes a PDF', async () => {
    const large = Buffer.concat([PDF, Buffer.alloc(1_500_000)]);
    expect((await send(large, {}, '/v1/invoices/inv_large/pdf')).status).toBe(201);
    expectRefusal(
      await sendRaw(h, 'PUT', '/v1/invoices/inv_1', PDF, as('application/pdf')),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  });

  it('says which type it takes, and how much', async () => {
    const put = async (body: Buffer, type: string): Promise<unknown> =>
      (await sendRaw(h, 'PUT', '/v1/invoices/inv_bad/pdf', body, as(type))).body.message;
    expect(await put(PDF, 'image/png')).toBe('Content-Type image/png is not taken here; send application/pdf.');
    expect(await put(Buffer.concat([PDF, Buffer.alloc(2_000_000)]), 'application/pdf')).toMatch(
      /^The body is larger than \d+ bytes/,
    );
  });

  it('repeats its answer for the same key and bytes, and refuses the key for others (S-W9)', async () => {
    const url = '/v1/invoices/inv_key/pdf';
    const key = { 'idempotency-key': 'pdf-1' };
    const first = await send(PDF, key, url);
    await h.call('DELETE', url);
    const again = await send(PDF, key, url);
    expect([again.status, again.headers['idempotent-replayed'], again.body]).toEqual([201, 'true', first.body]);
    expect((await get(url)).statusCode).toBe(404);
    expectRefusal(await send(Buffer.concat([PDF, PDF]), key, url), 409, 'IDEMPOTENCY_CHECK_FAILED', 'Idempotency-Key');
  });

  it('belongs to one platform', async () => {
    await send(PDF);
    expect((await get(path, await stranger(h))).statusCode).toBe(404);
  });
});

describe('invoice_pdf_source of a platform', () => {
  let h: Api;
  beforeAll(async () => {
    h = await createApi();
  });
  afterAll(() => h.stop());

  const url = 'https://billing.example/invoices/{invoice_id}/pdf';
  const patch = (source: unknown) => h.call('PATCH', '/v1/platform', { invoice_pdf_source: source });

  it('is answered without the secret, which is sealed at rest', async () => {
    const header = { name: 'Authorization', value: 'Bearer s3cret-value' };
    const answer = await patch({ url, header });
    expect(answer.body.invoice_pdf_source).toEqual({ url, header: { name: 'Authorization' } });
    expect(JSON.stringify(await h.db.rowsOnce('SELECT * FROM platforms'))).not.toContain('s3cret');
    expect((await h.call('GET', '/v1/platform')).body.invoice_pdf_source).toEqual(answer.body.invoice_pdf_source);
  });

  it('keeps the secret when the path changes, and asks for it again when the server does', async () => {
    const moved = url.replace('/pdf', '.pdf');
    expect((await patch({ url: moved })).body.invoice_pdf_source).toEqual({
      url: moved,
      header: { name: 'Authorization' },
    });
    const elsewhere = { url: url.replace('billing', 'attacker') };
    expectRefusal(await patch(elsewhere), 400, 'MISSING_FIELD', 'invoice_pdf_source.header.value');
    expect((await patch({ ...elsewhere, header: null })).body.invoice_pdf_source).toEqual({
      ...elsewhere,
      header: null,
    });
    expect((await patch(null)).body.invoice_pdf_source).toBeNull();
  });

  it.each<[string, Json, string, string?]>([
    ['no URL', { header: null }, 'invoice_pdf_source.url', 'MISSING_FIELD'],
    ['no place for the id', { url: 'https://billing.example/pdf' }, 'invoice_pdf_source.url'],
    ['a server that the id chooses', { url: 'https://{invoice_id}.example/pdf' }, 'invoice_pdf_source.url'],
    ['credentials in the URL', { url: 'https://a:b@billing.example/{invoice_id}' }, 'invoice_pdf_source.url'],
    ['no TLS', { url: 'http://billing.example/{invoice_id}' }, 'invoice_pdf_source.url'],
    ['a private address', { url: 'https://10.0.0.1/{invoice_id}' }, 'invoice_pdf_source.url'],
    ['a script', { url: 'javascript:alert("{invoice_id}")' }, 'invoice_pdf_source.url'],
    ['a header of ours', { url, header: { name: 'Host', value: 'x' } }, 'invoice_pdf_source.header.name'],
    ['a header in two lines', { url, header: { name: 'X-Key', value: 'a\r\nb' } }, 'invoice_pdf_source.header.value'],
  ])('is refused with %s', async (_what, source, field, code = 'INVALID_FIELD') => {
    expectRefusal(await patch(source), 400, code, field);
  });
});
