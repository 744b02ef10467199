import type { TemplateRef } from '../contracts/mail.js';
import { builtInTemplate } from './built-in-library.js';
import type { ReadTemplate, Template } from './template.js';

/** So many characters of stored templates are kept; those used longest ago give way. Parsed they are some times as large. */
const MOST_CHARACTERS = 8_000_000;

/**
 * Templates by reference. A stored version never changes, so it is read once and kept as long as there is room: no mail waits for
 * the database as long as its template is in memory.
 */
export class TemplateLibrary {
  private readonly kept = new Map<string, { template: Template; size: number }>();
  private readonly reading = new Map<string, Promise<Template | null>>();
  private size = 0;

  constructor(
    private readonly read: ReadTemplate,
    private readonly most = MOST_CHARACTERS,
  ) {}

  async get(platformId: string, ref: TemplateRef): Promise<Template | null> {
    const { name, locale, version } = ref;
    if (version === null) return (await builtInTemplate(name, locale)) ?? null;
    const key = JSON.stringify([platformId, name, locale, version]);
    const known = this.kept.get(key);
    if (known) {
      this.kept.delete(key);
      this.kept.set(key, known);
      return known.template;
    }
    const reading = this.reading.get(key) ?? this.load(key, platformId, { ...ref, version });
    this.reading.set(key, reading);
    return reading;
  }

  private async load(key: string, ...[platformId, ref]: Parameters<ReadTemplate>): Promise<Template | null> {
    try {
      const template = await this.read(platformId, ref);
      if (template) this.keep(key, template);
      return template;
    } finally {
      this.reading.delete(key);
    }
  }

  private keep(key: string, template: Template): void {
    const size = JSON.stringify(template).length;
    this.kept.set(key, { template, size });
    this.size += size;
    for (const [oldest, { size: freed }] of this.kept) {
      if (this.size <= this.most || oldest === key) return;
      this.kept.delete(oldest);
      this.size -= freed;
    }
  }
}
