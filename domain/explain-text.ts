import type { ExplainedRun } from './explain.js';
import type { ExplainedStep } from './explain-step.js';
import type { NotMatched } from './not-matched.js';
import type { StepStatus } from './run.js';
import type { ResourceType, TriggerType } from './types.js';
import { localDateTime } from './zone.js';
import { wrap } from './wrap.js';

/** A trigger that was accepted and made no run (S-M2). */
export interface UnmatchedTrigger {
  id: string;
  type: TriggerType;
  at: number;
}

/** A resource with everything that is to be told about it. */
export interface ExplainedResource {
  type: ResourceType;
  id: string;
  customerId: string | null;
  disagreements: readonly string[];
  runs: readonly ExplainedRun[];
  notMatched: readonly NotMatched[];
  unmatchedTriggers: readonly UnmatchedTrigger[];
  /** What was left out, a sentence each. */
  cut: readonly string[];
}

const WORDS: Record<ResourceType, string> = {
  INVOICE: 'Invoice',
  PAYMENT: 'Payment',
  PRICING_PLAN_SCHEDULE: 'Trial schedule',
  WALLET: 'Wallet',
};

/** One run, for a terminal: at most 100 columns, no colours. */
export function runText(explained: ExplainedRun): string {
  const { run, standing, needed, anchor, steps, disagreements, zoneText } = explained;
  const { context, workflow } = run;
  const lines = [
    `${workflow.reference} (${context.pinned.variant}) · ${run.id}`,
    ...wrap(`${capital(context.run.status)}. ${standing.join(' ')}`, '  '),
    ...wrap(needed.join(' '), '  '),
    '',
    ...field('Counted from', anchor.text),
    ...field('Times in', `${zoneText}.`),
    ...disagreements.flatMap((text) => field('Disagreement', text)),
    ...steps.flatMap((step) => ['', ...stepText(step)]),
  ];
  return lines.join('\n');
}

/** A resource: its runs, then what got none and why. */
export function resourceText(explained: ExplainedResource): string {
  const { type, id, customerId, runs, notMatched, unmatchedTriggers, disagreements, cut } = explained;
  const title = `${WORDS[type]} ${id}${customerId === null ? '' : ` of customer ${customerId}`}`;
  const zone = runs[0]?.zone ?? 'UTC';
  const blocks = [
    [title, '='.repeat(Math.min(title.length, 100))].join('\n'),
    ...(runs.length === 0 ? ['No workflow has run for it.'] : runs.map(runText)),
    ...(runs.length === 0 && disagreements.length > 0
      ? [disagreements.flatMap((text) => field('Disagreement', text)).join('\n')]
      : []),
    ...(notMatched.length > 0
      ? [['Workflows that have not run for it', ...notMatched.flatMap(notMatchedText)].join('\n')]
      : []),
    ...(unmatchedTriggers.length > 0
      ? [
          [
            'Triggers that were accepted and matched no workflow',
            ...unmatchedTriggers.map(
              (trigger) => `  ${trigger.id} (${trigger.type}), ${localDateTime(trigger.at, zone)} ${zone}`,
            ),
          ].join('\n'),
        ]
      : []),
    ...(cut.length > 0 ? [cut.join('\n')] : []),
  ];
  return blocks.join('\n\n');
}

function notMatchedText({ reference, variant, status, text }: NotMatched): string[] {
  return [`  ${reference} (${variant}, ${status})`, ...wrap(text, '      ')];
}

const MARKS: Record<StepStatus, string> = {
  DONE: '✓',
  PLANNED: '·',
  SKIPPED: '–',
  BLOCKED: '!',
  FAILED: '✗',
};

function stepText({ step: { status }, label, local, why, outcome }: ExplainedStep): string[] {
  return [
    `  ${MARKS[status]} ${label.padEnd(24)} ${local}`,
    ...[...why, ...outcome].flatMap((text) => wrap(text, '      ')),
  ];
}

function field(name: string, text: string): string[] {
  return wrap(text, ' '.repeat(17), `  ${name.padEnd(15)}`);
}

function capital(text: string): string {
  return text.charAt(0) + text.slice(1).toLowerCase();
}
