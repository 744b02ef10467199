import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../contracts/refusal.js';
import { BUILT_IN_NAMES, builtInLocales } from '../../email/built-in-library.js';
import { BUILT_IN_PARTIALS } from '../../email/built-in-partials.js';
import { readTemplate, readVersion } from '../../store/email-templates.js';
import { listTemplates, type TemplateNameRow } from '../../store/template-list.js';
import type { ApiContext, ZodApp } from '../context.js';
import { pageQuery, pageResponse, toPage, toPageResponse } from '../pages.js';
import { callerOf, platformOf } from '../plugins/auth.js';
import { template, templateLocale, templateName, templatePut, templateSummary } from '../schemas/email-template.js';
import { iso, ordinal } from '../schemas/wire.js';
import { isBuiltIn, removeTemplate, saveTemplate, type TemplateOwner } from './save-template.js';
import { isDefault, storedLocale, templateResponse } from './template-response.js';

const params = z.object({ name: templateName });
const tags = ['email-templates'];
const BUILT_IN = [...BUILT_IN_NAMES, ...BUILT_IN_PARTIALS];

/** `/v1/email-templates`: extension, what mails say (S-E2). */
export function emailTemplateRoutes(app: ZodApp, { db }: ApiContext): void {
  const query = pageQuery(['created_at', 'updated_at', 'name']);
  app.get(
    '/v1/email-templates',
    {
      config: { permission: 'EMAIL_TEMPLATE.VIEW' },
      schema: {
        summary: 'List e-mail templates',
        tags,
        querystring: query,
        response: { 200: pageResponse(templateSummary) },
      },
    },
    async (request) => {
      const page = await listTemplates(db, platformOf(request).id, BUILT_IN, toPage(request.query));
      return toPageResponse(request, request.query, page, summaryOf);
    },
  );

  app.get(
    '/v1/email-templates/:name',
    {
      config: { permission: 'EMAIL_TEMPLATE.VIEW' },
      schema: {
        summary: 'Get an e-mail template',
        description: 'Every locale of it, or one; with a version, as it was then, also when it was deleted since.',
        tags,
        params,
        querystring: z.object({
          locale: templateLocale.optional(),
          version: z.coerce.number().pipe(ordinal).optional(),
        }),
        response: { 200: template },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { locale, version } = request.query;
      const platformId = platformOf(request).id;
      const rows = await readTemplate(db, platformId, name);
      const found = await templateResponse(name, rows);
      if (version !== undefined) {
        if (locale === undefined) throw Refusal.missing('locale', 'A version is one of a locale.');
        const past = await readVersion(db, platformId, { name, locale, version });
        if (!past) throw Refusal.notFound('EMAIL_TEMPLATE', `${name} ${locale} version ${String(version)}`);
        const row = { platform_id: platformId, name, locale, is_default: false, ...past, updated_at: past.created_at };
        return { ...found, locales: [storedLocale(row, rows)] };
      }
      const locales = found.locales.filter((one) => locale === undefined || one.locale === locale);
      if (locales.length === 0 && !(locale === undefined && isBuiltIn(name))) {
        throw Refusal.notFound('EMAIL_TEMPLATE', locale === undefined ? name : `${name} ${locale}`);
      }
      return { ...found, locales };
    },
  );

  app.put(
    '/v1/email-templates/:name',
    {
      config: { permission: 'EMAIL_TEMPLATE.UPDATE' },
      schema: {
        summary: 'Store a locale of an e-mail template',
        description:
          'A change of its content is a new version; the older ones are kept. A name that begins with _ is a partial, which other templates render.',
        tags,
        params,
        body: templatePut,
        response: { 200: template, 201: template },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { rows, kind, runIds } = await saveTemplate(request.tx, ownerOf(request), name, request.body);
      request.tell('RUN', runIds);
      reply.code(kind === 'CREATED' ? 201 : 200);
      const found = await templateResponse(name, rows);
      return { ...found, locales: found.locales.filter(({ locale }) => locale === request.body.locale) };
    },
  );

  app.delete(
    '/v1/email-templates/:name',
    {
      config: { permission: 'EMAIL_TEMPLATE.DELETE' },
      schema: {
        summary: 'Delete a locale of an e-mail template, or all of them',
        description: 'Its versions are kept. What is left of it is answered.',
        tags,
        params,
        querystring: z.object({ locale: templateLocale.optional() }),
        response: { 200: template },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { rows, runIds } = await removeTemplate(request.tx, ownerOf(request), name, request.query.locale ?? null);
      request.tell('RUN', runIds);
      return templateResponse(name, rows);
    },
  );
}

function ownerOf(request: FastifyRequest): TemplateOwner {
  const { platform, userId } = callerOf(request);
  return { platformId: platform.id, createdBy: userId };
}

function summaryOf({ name, locales, created_at, updated_at }: TemplateNameRow): z.input<typeof templateSummary> {
  const rows = locales.map((one) => ({ locale: one.locale, is_default: one.isDefault }));
  const builtIn = builtInLocales(name).filter((locale) => !rows.some((row) => row.locale === locale));
  const stored = locales.length > 0;
  return {
    object_type: 'EMAIL_TEMPLATE',
    name,
    built_in: isBuiltIn(name),
    locales: [
      ...locales.map(({ locale, version, updatedAt }) => ({ locale, version, updated_at: iso(updatedAt) })),
      ...builtIn.map((locale) => ({ locale, version: null, updated_at: null })),
    ].map((one) => ({ ...one, default: isDefault(name, one.locale, rows) })),
    created_at: stored ? iso(created_at) : null,
    updated_at: stored ? iso(updated_at) : null,
  };
}
