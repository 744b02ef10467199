export type { MailTemplate as Template, ReadTemplate, TemplatePartial } from '../contracts/mail-template.js';
