import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { afterEach, describe, expect, it } from 'vitest';
import { openDiary, type Diary } from './diary.js';

type Json = Record<string, any>;

/** Not text, with lone CRs and LFs and a dot on a line of its own: what a careless mail program would change. */
const PDF = Buffer.concat([
  Buffer.from('%PDF-1.7\n\r\r\n.\r\n..'),
  Buffer.from(Array.from({ length: 3_000 }, (_, i) => i % 256)),
]);

async function putPdf({ h }: Diary, bytes: Buffer, query = ''): Promise<number> {
  const headers = { 'x-api-key': h.apiKey, 'content-type': 'application/pdf' };
  const url = `/v1/invoices/inv_1/pdf${query}`;
  return (await h.app.inject({ method: 'PUT', url, headers, payload: bytes })).statusCode;
}

/** What is attached to each mail in the mailbox, oldest first. */
async function attached({ h }: Diary) {
  const mails = (await h.mails()).map(async ({ ID }) => {
    const raw = await (await fetch(`${h.mailboxUrl}/api/v1/message/${ID}/raw`)).arrayBuffer();
    return (await PostalMime.parse(raw)).attachments.map(({ filename, mimeType, content }) => ({
      filename,
      mimeType,
      content: Buffer.from(content as ArrayBuffer),
    }));
  });
  return Promise.all(mails);
}

describe('the PDF of an invoice', { timeout: 60_000 }, () => {
  let source: Server | null = null;
  afterEach(() => {
    source?.close();
    source = null;
  });

  async function open(): Promise<Diary> {
    const diary = await openDiary('2026-01-01T08:00:00Z', 'UTC');
    await diary.ladderOf([7, 10]);
    const [action] = (await diary.h.call<Json[]>('GET', '/v1/workflow-actions')).body;
    await diary.ok('PATCH', `/v1/workflow-actions/${String(action?.id)}`, {
      send_email_to_customer: { invoice: { include_pdf: true } },
    });
    await diary.invoice({ due_date: '2026-01-10T00:00:00Z', invoice_number: '2026/0042 “Ä”' });
    return diary;
  }

  it('holds a mail back until it is there, and lies in the mailbox byte for byte', async () => {
    const diary = await open();
    await diary.on('2026-01-18T09:00:00Z', 'sent the PDF', () => putPdf(diary, PDF));
    await diary.on('2026-01-19', 'sent another', () => putPdf(diary, Buffer.concat([PDF, PDF]), '?filename=final'));
    await diary.until('2026-03-01');
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 blocked 7-DAY no_pdf',
      '2026-01-18T09:00 * sent the PDF',
      '2026-01-18T09:00 mail 7-DAY',
      '2026-01-19T00:00 * sent another',
      '2026-01-20T00:00 mail 10-DAY',
      '2026-01-20T00:00 completed',
    ]);
    expect(await attached(diary)).toEqual([
      [{ filename: 'invoice-2026-0042 “Ä”.pdf', mimeType: 'application/pdf', content: PDF }],
      [{ filename: 'final.pdf', mimeType: 'application/pdf', content: Buffer.concat([PDF, PDF]) }],
    ]);
  });

  it('deleted before its mail was due, holds that back again', async () => {
    const diary = await open();
    await putPdf(diary, PDF);
    await diary.on('2026-01-16', 'deleted', () => diary.ok('DELETE', '/v1/invoices/inv_1/pdf'));
    await diary.until('2026-01-18');
    expect(await diary.story()).toEqual(['2026-01-16T00:00 * deleted', '2026-01-17T00:00 blocked 7-DAY no_pdf']);
  });

  it('is fetched from the billing source once it has it, with the header, and again after the invoice has changed', async () => {
    const asked: string[] = [];
    let status = 404;
    source = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['x-key'])}`);
      response.writeHead(status, { 'content-type': 'application/pdf' }).end(PDF);
    }).listen(0, '127.0.0.1');
    await once(source, 'listening');
    const diary = await open();
    const url = `http://127.0.0.1:${String((source.address() as AddressInfo).port)}/{invoice_id}?as=pdf`;
    const invoice_pdf_source = { url, header: { name: 'X-Key', value: 's3cret' } };
    await diary.ok('PATCH', '/v1/platform', { invoice_pdf_source });
    await diary.until('2026-01-17T05:00:00Z');
    expect(await diary.run()).toMatchObject({ status: 'BLOCKED', reason: 'no_pdf' });
    status = 200;
    await diary.on('2026-01-19', 'the invoice changed', () => diary.invoice({ purchase_order_number: 'PO-1' }));
    await diary.until('2026-03-01');
    // On a test clock what no fact repairs is tried four times a day: at 6 o'clock.
    expect(await diary.story()).toEqual([
      '2026-01-17T00:00 blocked 7-DAY no_pdf',
      '2026-01-17T06:00 mail 7-DAY',
      '2026-01-19T00:00 * the invoice changed',
      '2026-01-20T00:00 mail 10-DAY',
      '2026-01-20T00:00 completed',
    ]);
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'GET /inv_1?as=pdf s3cret'));
    expect((await attached(diary)).map(([pdf]) => pdf?.content.equals(PDF))).toEqual([true, true]);
  });

  it.each([null, '/nothing/{invoice_id}'])(
    'is fetched at once from a source that is named after %s had none',
    async (path) => {
      source = createServer((request, response) => {
        response
          .writeHead(request.url?.startsWith('/nothing') ? 404 : 200, { 'content-type': 'application/pdf' })
          .end(PDF);
      }).listen(0, '127.0.0.1');
      await once(source, 'listening');
      const base = `http://127.0.0.1:${String((source.address() as AddressInfo).port)}`;
      const diary = await open();
      const name = (url: string) => diary.ok('PATCH', '/v1/platform', { invoice_pdf_source: { url } });
      if (path !== null) await name(base + path);
      await diary.on('2026-01-17T03:00:00Z', 'named', () => name(`${base}/{invoice_id}`));
      await diary.until('2026-01-18');
      expect(await diary.story()).toEqual([
        '2026-01-17T00:00 blocked 7-DAY no_pdf',
        '2026-01-17T03:00 * named',
        '2026-01-17T03:00 mail 7-DAY',
      ]);
    },
  );

  it('that was fetched serves every action of the step, and the next step too', async () => {
    let asked = 0;
    source = createServer((_request, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'application/pdf' }).end(PDF);
    }).listen(0, '127.0.0.1');
    await once(source, 'listening');
    const diary = await open();
    const [action] = (await diary.h.call<Json[]>('GET', '/v1/workflow-actions')).body;
    const { workflow_id } = action ?? {};
    await diary.ok('POST', '/v1/workflow-actions', {
      workflow_id,
      type: 'SEND_EMAIL_TO_CUSTOMER',
      status: 'ACTIVE',
      send_email_to_customer: { invoice: { include_pdf: true } },
    });
    const url = `http://127.0.0.1:${String((source.address() as AddressInfo).port)}/{invoice_id}`;
    await diary.ok('PATCH', '/v1/platform', { invoice_pdf_source: { url } });
    await diary.until('2026-03-01');
    expect((await attached(diary)).map((files) => files.length)).toEqual([1, 1, 1, 1]);
    expect(asked).toBe(1);
  });
});
