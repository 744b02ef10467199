import { Refusal } from '../../contracts/refusal.js';
import { readFactBodies, type FactBodies } from '../../domain/fact-bodies.js';
import { simulate, type SimulatedFacts, type SimulationInput } from '../../domain/simulate.js';
import type { Instant, ResourceType } from '../../domain/types.js';
import { traitsOf } from '../../domain/variants.js';
import { pdfState } from '../../store/invoice-pdfs.js';
import { lastMail, startOf } from '../../store/new-run.js';
import { readReachable } from '../../store/suppressed.js';
import type { Sql } from '../../store/database.js';
import { clockOf } from '../../store/now.js';
import type { Platform } from '../../store/platforms.js';
import { readResources, type LoadedResource } from '../../store/resources.js';
import { latestRun } from '../../store/runs.js';
import { toMatchable } from '../../store/workflows.js';
import type { ApiContext } from '../context.js';
import type { SimulationAnswer, SimulationRequest } from '../schemas/simulation.js';
import { changedFacts, simulatedFacts, storedResource, type Demand } from './simulated-facts.js';
import { simulatedWorkflow, type SimulatedWorkflow } from './simulated-workflow.js';
import { answerOf } from './simulation-response.js';

/** What a simulation needs of the world: it reads, and makes mails if asked to. */
export interface SimulationPorts {
  db: Sql;
  preview: ApiContext['preview'];
  demand: Demand;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const LONGEST_MS = 3_653 * DAY_MS;

/** Plays a workflow for a resource by the code that runs it in earnest (S-R5). Sends nothing, stores nothing, starts nothing. */
export async function runSimulation(
  ports: SimulationPorts,
  platform: Platform,
  request: SimulationRequest,
): Promise<SimulationAnswer> {
  const { db, demand, preview } = ports;
  if (request.render === true && !preview) {
    throw Refusal.operation('This process makes no mails: leave render out.', 'render');
  }
  const workflow = await simulatedWorkflow(db, platform.id, request, demand);
  const { resource: type } = traitsOf(workflow.variant);
  const stored = storedResource(request, type);
  const present = await presentOf(db, platform.id, type, stored);
  const span = spanOf(request, present.now);
  const bodies = await simulatedFacts(
    { sql: db, platformId: platform.id, request, demand, from: span.from },
    type,
    stored,
  );
  const facts: SimulationInput['facts'] = [
    factsAt(span.from, bodies),
    ...changedFacts(bodies, request, span.from, span.to).map((change) => factsAt(change.at, change.bodies)),
  ];
  // Whom its mails would go to is told.
  if (workflow.actions.some(({ fallbackToContacts }) => fallbackToContacts)) demand('CONTACT.VIEW');
  const addresses = facts.flatMap(({ customer }) => customer.email ?? []);
  const copies = workflow.actions.flatMap(({ email }) => [
    ...(email.cc_recipients ?? []),
    ...(email.bcc_recipients ?? []),
  ]);
  const input: SimulationInput = {
    start: {
      id: 'simulated',
      type: request.type ?? 'EVENT',
      variant: workflow.variant,
      period: request.period ?? null,
      trialEndAt: null,
      lastMailAt: await lastMailOf(ports, platform, workflow, type, stored),
      workflow: startOf(workflow.row, platform),
      holds: present.holds,
      terms: toMatchable(workflow.row).terms,
      platform: { timezone: platform.timezone, dueDates: platform.due_dates },
    },
    workflow: toMatchable(workflow.row),
    actions: workflow.actions,
    facts,
    ...(await readReachable(db, platform.id, bodies.customer.id, [...addresses, ...copies])),
    pdf: await pdfOf(db, platform, type, stored),
    to: span.to,
  };
  const notes = [...workflow.notes, ...(await knownRun(db, platform, workflow, type, stored))];
  const frame = { title: titleOf(workflow, type, stored, bodies), ...span, notes };
  return answerOf(
    { preview: request.render === true ? preview : undefined },
    platform,
    workflow.actions,
    frame,
    simulate(input),
  );
}

function factsAt(at: Instant, bodies: FactBodies): SimulatedFacts {
  return { at, ...readFactBodies(bodies) };
}

/** Now, on the clock of the resource's customer, and what is held. */
async function presentOf(
  sql: Sql,
  platformId: string,
  type: ResourceType,
  stored: string | null,
): Promise<Pick<LoadedResource, 'now' | 'holds'>> {
  const [resource] = stored === null ? [] : await readResources(sql, platformId, type, [stored]);
  return resource ?? { now: await clockOf(sql), holds: [] };
}

/** An invoice that is told inline has none but what the platform's billing source may have. */
function pdfOf(
  sql: Sql,
  platform: Platform,
  type: ResourceType,
  stored: string | null,
): Promise<SimulationInput['pdf']> {
  if (type === 'INVOICE' && stored !== null) return pdfState(sql, platform.id, stored);
  return Promise.resolve(platform.invoice_pdf_source ? 'FETCHABLE' : 'NONE');
}

function spanOf(request: SimulationRequest, now: Instant): { from: Instant; to: Instant } {
  const from = request.from == null ? now : Date.parse(request.from);
  const to = request.to == null ? from + YEAR_MS : Date.parse(request.to);
  if (to <= from) throw Refusal.invalid('to', 'must be later than from.');
  if (to - from > LONGEST_MS) throw Refusal.invalid('to', 'must be at most ten years after from.');
  return { from, to };
}

/** The cooldown of a real wallet counts from its last real mail. */
async function lastMailOf(
  { db }: SimulationPorts,
  platform: Platform,
  { storedId }: SimulatedWorkflow,
  type: ResourceType,
  stored: string | null,
): Promise<Instant | null> {
  if (storedId === null || stored === null) return null;
  return lastMail(db, { platform, resource: { type, id: stored } }, { id: storedId });
}

async function knownRun(
  sql: Sql,
  platform: Platform,
  { storedId }: SimulatedWorkflow,
  type: ResourceType,
  stored: string | null,
): Promise<string[]> {
  if (storedId === null || stored === null) return [];
  const run = await latestRun(sql, platform.id, storedId, type, stored);
  return run === null ? [] : [`There is a run already (${run}); this begins anew, as if there were none.`];
}

function titleOf({ row }: SimulatedWorkflow, type: ResourceType, stored: string | null, bodies: FactBodies): string {
  const what = type.toLowerCase().replaceAll('_', ' ');
  const which = stored === null ? `a told ${what}` : `${what} ${stored}`;
  return `Simulation of ${row.reference} (${row.variant ?? ''}) for ${which} of customer ${bodies.customer.id}`;
}
