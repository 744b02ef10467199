import { explainPlainly } from '../api/solvimon/explain.js';
import type { Asked } from '../store/explained.js';
import { choosePlatform, withDatabase } from './with-database.js';
import { paint } from './paint.js';
import { refusalText } from './refusal-text.js';

const KINDS: Record<string, Asked['kind']> = {
  invoice: 'INVOICE',
  payment: 'PAYMENT',
  schedule: 'PRICING_PLAN_SCHEDULE',
  subscription: 'PRICING_PLAN_SUBSCRIPTION',
  wallet: 'WALLET',
  customer: 'CUSTOMER',
};

/** `dunwell explain` asks Postgres, and nobody else. */
export async function explainCommand(what: string, options: { platform?: string; json?: true }): Promise<void> {
  const asked = askedFor(what);
  await withDatabase(async (db) => {
    const platform = await choosePlatform(db, options.platform);
    const answer = await explainPlainly(db, platform.id, asked).catch(refusalText);
    console.log(options.json ? JSON.stringify(answer, null, 2) : paint(answer.text));
  });
}

/** A run's id, or `invoice=…` and its like; `invoice_id=…`, as the API has it, is understood too. */
function askedFor(what: string): Asked | { kind: 'RUN'; id: string } {
  const [, name = '', id = ''] = /^([a-z_]+)=(.+)$/.exec(what) ?? [];
  if (name === '') return { kind: 'RUN', id: what };
  const kind = KINDS[name.replace(/^pricing_plan_/, '').replace(/_id$/, '')];
  if (!kind)
    throw new Error(
      `Ask for a run’s id, or ${Object.keys(KINDS)
        .map((one) => `${one}=…`)
        .join(', ')}.`,
    );
  return { kind, id };
}
