import type { z } from 'zod';
import type { ExplainedRun } from '../../domain/explain.js';
import type { ExplainedStep } from '../../domain/explain-step.js';
import { resourceText, runText, type ExplainedResource } from '../../domain/explain-text.js';
import type { Explained } from '../../store/explained.js';
import type { explanation, runExplanation } from '../schemas/explain.js';
import { iso, isoMs } from '../schemas/wire.js';

type RunAnswer = z.input<typeof runExplanation>;
type Answer = z.input<typeof explanation>;

export function toRunExplanation(explained: ExplainedRun): RunAnswer {
  return { object_type: 'RUN_EXPLANATION', ...toRun(explained), text: runText(explained) };
}

/** `head` stands before everything else in the text. */
export function toExplanation({ resources, truncated }: Explained, head: readonly string[]): Answer {
  const more = truncated ? ['There is more: ask for one of the other resources by its own id.'] : [];
  return {
    object_type: 'EXPLANATION',
    resources: resources.map(toResource),
    truncated,
    text: [...head, ...resources.map(resourceText), ...more].join('\n\n'),
  };
}

function toResource(explained: ExplainedResource): Answer['resources'][number] {
  return {
    resource_type: explained.type,
    resource_id: explained.id,
    customer_id: explained.customerId,
    disagreements: [...explained.disagreements],
    runs: explained.runs.map(toRun),
    not_matched: explained.notMatched.map(({ workflowId, ...rest }) => ({ workflow_id: workflowId, ...rest })),
    unmatched_triggers: explained.unmatchedTriggers.map(({ id, type, at }) => ({
      trigger_id: id,
      type,
      created_at: iso(at),
    })),
    cut: [...explained.cut],
  };
}

function toRun(explained: ExplainedRun): Omit<RunAnswer, 'object_type' | 'text'> {
  const { run, anchor, zone, zoneText, steps, standing, needed, disagreements } = explained;
  const { context, workflow, resource } = run;
  return {
    run_id: run.id,
    workflow_id: workflow.id,
    workflow_reference: workflow.reference,
    trigger_id: run.triggerId,
    type: context.run.type,
    variant: context.pinned.variant,
    resource_type: resource.type,
    resource_id: resource.id,
    customer_id: context.customer.id,
    status: context.run.status,
    reason: context.run.reason,
    stop_reason: context.run.stopReason,
    standing: [...standing],
    needed: [...needed],
    anchor: { at: isoMs(anchor.at), field: anchor.field, text: anchor.text },
    timezone: zone,
    timezone_text: zoneText,
    steps: steps.map(toStep),
    disagreements: [...disagreements],
    operations: run.operations.map(({ operation, at, by, note, refused, pending }) => ({
      operation: operation.kind,
      step: 'period' in operation ? operation.period : null,
      at: isoMs(at),
      by,
      note,
      refused,
      pending,
    })),
    holds: run.holds.map(({ id, reason, until, note }) => ({ id, reason, until: isoMs(until), note })),
    created_at: isoMs(run.createdAt),
  };
}

function toStep({ step, label, local, why, shifts, outcome, deliveries }: ExplainedStep): RunAnswer['steps'][number] {
  return {
    id: step.id,
    label,
    periods: [...step.periods],
    status: step.status,
    reason: step.reason,
    raw_at: isoMs(step.rawAt),
    planned_at: isoMs(step.plannedAt),
    sent_at: isoMs(step.sentAt),
    local,
    why: [...why],
    shifts: shifts.map(({ from, to, reason, text }) => ({ from: isoMs(from), to: isoMs(to), reason, text })),
    outcome: [...outcome],
    deliveries: deliveries.map((delivery) => ({
      id: delivery.id,
      action_id: delivery.actionId,
      status: delivery.status,
      reason: delivery.reason,
      to: delivery.to,
      subject: delivery.subject,
      server_reply: delivery.reply && delivery.reply.text,
      attempts: delivery.attempts,
      sent_at: isoMs(delivery.sentAt),
      retry_at: isoMs(delivery.retryAt),
    })),
  };
}
