import { explainStep } from '../../domain/explain-step.js';
import { REASONS } from '../../domain/reasons.js';
import type { SimulatedMail, Simulation } from '../../domain/simulate.js';
import { endText, simulationText, whyMail, type SimulationFrame } from '../../domain/simulation-text.js';
import { localDateTime } from '../../domain/zone.js';
import type { Platform } from '../../store/platforms.js';
import type { LoadedAction } from '../../store/loaded-actions.js';
import type { ApiContext, MailPreview } from '../context.js';
import type { SimulationAnswer } from '../schemas/simulation.js';
import { isoMs } from '../schemas/wire.js';

/** Rendering takes the process's time: so many mails, and so long, for one request. */
const MOST_RENDERED = 100;
const RENDERING_MS = 3_000;
const NOT_RENDERED = 'Not rendered: one simulation renders a hundred mails at most, for three seconds.';

/** A simulation as it is answered; with `preview`, each mail with what it says. */
export async function answerOf(
  { preview }: { preview: ApiContext['preview'] },
  platform: Platform,
  actions: readonly LoadedAction[],
  frame: SimulationFrame,
  played: Simulation,
): Promise<SimulationAnswer> {
  const mails: SimulationAnswer['mails'] = [];
  const until = Date.now() + RENDERING_MS;
  for (const mail of played.mails) {
    const action = actions.find(({ id }) => id === mail.actionId);
    const wanted = preview && action;
    const over = mails.length >= MOST_RENDERED || Date.now() > until;
    mails.push(mailOf(mail, wanted ? (over ? { problem: NOT_RENDERED } : await render(mail, action)) : null));
  }
  const { run } = played.context ?? {};
  return {
    object_type: 'SIMULATION',
    from: isoMs(frame.from),
    to: isoMs(frame.to),
    matched: run !== undefined,
    not_matched_because: played.notMatched,
    started_at: isoMs(played.startedAt),
    notes: [...frame.notes],
    mails,
    skipped: (run?.steps ?? [])
      .filter(({ status }) => status === 'SKIPPED')
      .map(({ id, reason }) => ({ step: id, reason, text: reason ? REASONS[reason] : '' })),
    end: {
      status: run?.status ?? null,
      reason: run?.reason ?? null,
      stop_reason: run?.stopReason ?? null,
      text: endText(played, frame.to),
    },
    text: simulationText(played, frame),
  };

  async function render({ context }: SimulatedMail, action: LoadedAction): Promise<MailPreview | null> {
    return preview ? preview({ context, platform, action }) : null;
  }
}

function mailOf(mail: SimulatedMail, made: MailPreview | null): SimulationAnswer['mails'][number] {
  const { step, at, actionId, to, context } = mail;
  const { run, pinned } = context;
  const zone = run.zone ?? 'UTC';
  const counting = { variant: pinned.variant, anchorAt: run.anchorAt, zone, singleStepManual: pinned.singleStepManual };
  const { shifts } = explainStep(step, [], context, counting);
  const content = made === null ? {} : 'problem' in made ? { problem: made.problem } : made;
  return {
    step: step.id,
    action_id: actionId,
    at: isoMs(at),
    local: localDateTime(at, zone),
    timezone: zone,
    why: whyMail(mail),
    shifts: shifts.map(({ from, to, reason, text }) => ({ from: isoMs(from), to: isoMs(to), reason, text })),
    to: to.email,
    subject: null,
    html: null,
    text: null,
    problem: null,
    ...content,
  };
}
