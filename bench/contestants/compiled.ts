import type * as Compose from '../../email/compose.js';
import type * as SmtpSender from '../../email/smtp-sender.js';
import type * as Store from '../../store/database.js';

const load = (path: string): Promise<unknown> => import(new URL(`../../dist/${path}`, import.meta.url).href);

/** What every contestant makes and sends its mails with, as it is built for production. */
export async function compiled() {
  const [compose, sender, store] = await Promise.all([
    load('email/compose.js') as Promise<typeof Compose>,
    load('email/smtp-sender.js') as Promise<typeof SmtpSender>,
    load('store/database.js') as Promise<typeof Store>,
  ]);
  return { ...compose, ...sender, ...store };
}
