import type { DevFile } from '../dev.js';
import { ink } from './ink.js';
import type { RunBody } from './runs.js';
import { keyOf, type Verdict } from './verify.js';

/** `26 of 26 expected mails, 0 unexpected`, and every line that spoils it. */
export function tellVerdict({ arrived, missing, unexpected }: Verdict, runs: readonly RunBody[]): boolean {
  const good = missing.length === 0 && unexpected.length === 0;
  const count = `${String(arrived)} of ${String(arrived + missing.length)} expected mails, ${String(unexpected.length)} unexpected`;
  console.log(`\n  ${good ? ink('green', `✔ ${count}`) : ink('red', `✘ ${count}`)}`);
  for (const mail of missing) console.log(ink('red', `    missing     ${keyOf(mail)}  (${mail.why})`));
  for (const mail of unexpected) console.log(ink('red', `    unexpected  ${keyOf(mail)}  “${mail.subject}”`));
  console.log(`    ${ink('dim', `not sent, and why: ${notSent(runs)}`)}`);
  return good;
}

/** Where to go on looking. */
export function tellPlaces(file: DevFile, apiKey: string, platformId: string, clockId: string): void {
  const query = encodeURIComponent(`DunwellPlatform="${platformId}"`);
  const ui = file.temporal_ui_url;
  const places = [
    ['API', `${file.api_url}/docs`],
    ['Mailbox', file.mailbox_url],
    ...(ui === null ? [] : [['Temporal', `${ui}/namespaces/default/workflows?query=${query}`]]),
    ['Expected', 'examples/README.md'],
  ];
  const curl = `curl -s -H "X-API-KEY: $KEY"`;
  console.log(`
  Look around
${places.map(([name = '', place = '']) => `    ${name.padEnd(10)}${ink('cyan', place)}`).join('\n')}

  Try it
    export API=${file.api_url} KEY=${apiKey}
    ${ink('dim', '# why BW-1008 was told of 15 days, and not of 7')}
    DATABASE_URL='${file.database_url}' npx dunwell explain --platform ${platformId} invoice=inv_1008
    ${ink('dim', '# what Kade Negen has been told, and what it will be')}
    ${curl} "$API/v1/workflow-runs?customer_id=cust_kade_negen"
    ${ink('dim', '# two more weeks go by: BW-1012 gets its second reminder')}
    ${curl} -H 'content-type: application/json' -d '{"frozen_time":"2026-05-15T12:00:00Z"}' "$API/v1/test-clocks/${clockId}/advance"`);
}

/** `5 paid, 2 voided`: steps that were skipped, by reason, most first. */
function notSent(runs: readonly RunBody[]): string {
  const counts = new Map<string, number>();
  for (const { steps } of runs) {
    for (const { status, reason } of steps) {
      if (status === 'SKIPPED' && reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([reason, count]) => `${String(count)} ${reason}`).join(', ');
}
