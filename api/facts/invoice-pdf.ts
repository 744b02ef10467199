import { z } from 'zod';
import { pdfFileName } from '../../contracts/file-name.js';
import { Refusal } from '../../contracts/refusal.js';
import { deleteInvoicePdf, putInvoicePdf, readInvoicePdf, type InvoicePdf } from '../../store/invoice-pdfs.js';
import { touchRuns } from '../../store/touch-runs.js';
import type { ApiContext, ZodApp } from '../context.js';
import { platformOf } from '../plugins/auth.js';
import { externalId, instant, iso, line } from '../schemas/wire.js';

const MOST_BYTES = 10_485_760;
const MAGIC = '%PDF-';
const tags = ['facts'];
const params = z.object({ resourceId: externalId });
/** The bytes themselves; what a PDF looks like is not said by a schema. */
const bytes = z
  .custom<Buffer>((value) => Buffer.isBuffer(value))
  .meta({ type: 'string', contentMediaType: 'application/pdf', examples: ['%PDF-1.7 …'] });

const invoicePdf = z
  .object({
    object_type: z.literal('INVOICE_PDF'),
    invoice_id: z.string(),
    source: z.enum(['UPLOADED', 'FETCHED']).meta({
      description:
        'FETCHED: the worker got it from the platform’s `invoice_pdf_source`, and does so again when the invoice changes.',
    }),
    filename: z
      .string()
      .nullable()
      .meta({ examples: ['2026-0042.pdf'] }),
    size: z.int().meta({ description: 'Bytes.', examples: [48_213] }),
    sha256: z
      .string()
      .meta({ description: 'In hex.', examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'] }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'InvoicePdf' });

/** `/v1/invoices/{id}/pdf` (extension): what actions with `include_pdf` attach (S-R2). */
export async function invoicePdfRoutes(app: ZodApp, { db, pdfMaxBytes = MOST_BYTES }: ApiContext): Promise<void> {
  // Of its own, so that every other route goes on refusing what is not JSON, and this one refuses JSON.
  await app.register((own: ZodApp, _options, done) => {
    own.removeAllContentTypeParsers();
    own.addContentTypeParser(
      'application/pdf',
      { parseAs: 'buffer', bodyLimit: pdfMaxBytes },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    own.put(
      '/v1/invoices/:resourceId/pdf',
      {
        config: { permission: 'INVOICE.UPDATE' },
        bodyLimit: pdfMaxBytes,
        schema: {
          summary: 'Store the PDF of an invoice',
          description: `The body is the PDF, at most ${mebibytes(pdfMaxBytes)} MiB unless the operator says otherwise; the invoice itself may come later. Mails that wait for it go at once. 201 the first time, then 200; the same bytes and name change nothing.`,
          tags,
          consumes: ['application/pdf'],
          params,
          querystring: z.object({
            filename: line(255)
              .optional()
              .meta({
                description: 'What the attachment is called; default: by the invoice’s number.',
                examples: ['2026-0042.pdf'],
              }),
          }),
          body: bytes,
          response: { 200: invoicePdf, 201: invoicePdf },
        },
      },
      async (request, reply) => {
        const { resourceId: id } = request.params;
        const { filename } = request.query;
        const platformId = platformOf(request).id;
        const content = pdfOf(request.body);
        const name = filename === undefined ? null : pdfFileName(filename);
        const { pdf, created, changed } = await putInvoicePdf(request.tx, platformId, id, content, name);
        if (changed) request.tell('RUN', await touchRuns(request.tx, platformId, { kind: 'INVOICE', id }));
        reply.code(created ? 201 : 200);
        return toResponse(pdf);
      },
    );
    done();
  });

  app.get(
    '/v1/invoices/:resourceId/pdf',
    {
      config: { permission: 'INVOICE.VIEW' },
      schema: {
        summary: 'Get the PDF of an invoice',
        tags,
        params,
        response: {
          200: { description: 'The bytes as they were stored.', content: { 'application/pdf': { schema: bytes } } },
        },
      },
    },
    async (request, reply) => {
      const { resourceId: id } = request.params;
      const pdf = await readInvoicePdf(db, platformOf(request).id, id);
      if (!pdf) throw Refusal.notFound('INVOICE_PDF', id);
      return reply
        .type('application/pdf')
        .headers({
          'Content-Disposition': attachment(pdf.filename ?? pdfFileName(id)),
          'Cache-Control': 'private, no-cache',
          ETag: `"${pdf.sha256.toString('hex')}"`,
        })
        .send(pdf.content);
    },
  );

  app.delete(
    '/v1/invoices/:resourceId/pdf',
    {
      config: { permission: 'INVOICE.UPDATE' },
      schema: { summary: 'Delete the PDF of an invoice', tags, params, response: { 200: invoicePdf } },
    },
    async (request) => {
      const { resourceId: id } = request.params;
      const platformId = platformOf(request).id;
      const pdf = await deleteInvoicePdf(request.tx, platformId, id);
      if (!pdf) throw Refusal.notFound('INVOICE_PDF', id);
      request.tell('RUN', await touchRuns(request.tx, platformId, { kind: 'INVOICE', id }));
      return toResponse(pdf);
    },
  );
}

function pdfOf(body: Buffer): Buffer {
  if (body.subarray(0, MAGIC.length).toString('latin1') === MAGIC) return body;
  const message = `The body is no PDF: it does not begin with ${MAGIC}.`;
  throw new Refusal([{ code: 'UNSUPPORTED_MEDIA_TYPE', field: null, message }]);
}

/** RFC 6266: a plain name for old clients, and the whole one (RFC 8187). */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, '_');
  const whole = encodeURIComponent(name).replace(
    /['()]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}

function mebibytes(count: number): string {
  return String(Math.round((count / 1_048_576) * 10) / 10);
}

function toResponse(pdf: InvoicePdf): z.input<typeof invoicePdf> {
  return {
    object_type: 'INVOICE_PDF',
    invoice_id: pdf.invoice_id,
    source: pdf.source,
    filename: pdf.filename,
    size: pdf.size,
    sha256: pdf.sha256.toString('hex'),
    created_at: iso(pdf.created_at),
    updated_at: iso(pdf.updated_at),
  };
}
