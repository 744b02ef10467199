import type { DunwellClient } from '../../client/client.js';
import { consequencesOf, newlyBlocked } from './consequences.js';
import type { Examples, StoryEvent } from './examples.js';
import type { Inbox } from './inbox.js';
import { dayLabel, localMinute } from './local-time.js';
import { putFact } from './put-fact.js';
import { labelOf, listRuns, type RunBody, type StepBody } from './runs.js';
import type { Teller } from './tell.js';
import type { TestClock } from './test-clock.js';

interface Stage {
  client: DunwellClient;
  clock: TestClock;
  inbox: Inbox;
  teller: Teller;
}

const DAY_MS = 86_400_000;

/**
 * Lives through the story day by day: the clock goes to the story's hour, the mails of that day are told, then the day's events
 * come in as facts. The hour is noon in UTC, because by then a date has begun in every zone of the examples.
 */
export async function playStory({ client, clock, inbox, teller }: Stage, examples: Examples): Promise<void> {
  const { story } = examples;
  const startsAt = Date.parse(`${story.starts_on}T${story.every_day_at}`);
  const facts = new Map<string, object>();
  for (const [kind, byId] of Object.entries({ invoices: examples.invoices, ...examples.trials })) {
    for (const [id, body] of Object.entries(byId)) facts.set(`${kind}/${id}`, body);
  }
  let runs: RunBody[] = [];

  async function rest(until: number): Promise<void> {
    await clock.advance(iso(until));
    const mails = await inbox.news();
    const now = await listRuns(client);
    const lines = [
      ...mails.map((mail) => ({ at: mail.sentAt, tell: () => teller.mail(mail) })),
      ...newlyBlocked(runs, now).map(({ run, step }) => ({
        at: Date.parse(step.planned_at),
        tell: () => tellBlocked(run, step),
      })),
    ];
    for (const { tell } of lines.sort((a, b) => a.at - b.at)) tell();
    runs = now;
  }

  function tellBlocked(run: RunBody, step: StepBody): void {
    const zone = run.timezone ?? 'UTC';
    const about = examples.invoices[run.resource_id]?.invoice_number ?? run.resource_id;
    const says = `${about}: ${labelOf(run, step)} waits (${step.reason ?? ''})`;
    teller.event(localMinute(Date.parse(step.planned_at), zone), zone, says, []);
  }

  async function happen({ says, put, changes }: StoryEvent, now: number): Promise<void> {
    const fact = { ...facts.get(put), ...changes };
    facts.set(put, fact);
    const [kind = '', id = ''] = put.split('/');
    await putFact(client, kind, id, fact);
    const after = await listRuns(client);
    const lines = consequencesOf(runs, after, now);
    teller.event(localMinute(now, 'UTC'), 'UTC', says, lines.length > 0 ? lines : planStays(after, put));
    runs = after;
    // To its present time: whatever the event has set off is at rest before the next thing happens.
    await rest(now);
  }

  for (let day = 0; day <= story.days; day += 1) {
    const noon = startsAt + day * DAY_MS;
    await rest(noon);
    const today = iso(noon).slice(0, 10);
    for (const event of story.events.filter(({ on }) => on === today)) await happen(event, noon);
  }
}

/** The event changed no plan: what comes next all the same. */
function planStays(runs: readonly RunBody[], put: string): string[] {
  return runs.flatMap((run) => {
    const next = put.endsWith(`/${run.resource_id}`) ? run.steps.find(({ status }) => status === 'PLANNED') : undefined;
    if (!next) return [];
    const day = dayLabel(localMinute(Date.parse(next.planned_at), run.timezone ?? 'UTC'));
    return [`the plan stays; next: ${labelOf(run, next)} ${day}`];
  });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
