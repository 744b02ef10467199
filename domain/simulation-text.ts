import { stepLabel } from './waits.js';
import { REASONS } from './reasons.js';
import { remedyOf } from './remedies.js';
import type { SimulatedMail, Simulation } from './simulate.js';
import { recipientText } from './recipient.js';
import { whyThen } from './explain-step.js';
import type { Instant } from './types.js';
import { wrap } from './wrap.js';
import { localDateTime } from './zone.js';

/** What is said besides what happens: what was assumed. */
export interface SimulationFrame {
  title: string;
  from: Instant;
  to: Instant;
  notes: readonly string[];
}

/** Why a mail would go at its instant: what it is counted from, every shift, and what it had to wait for. */
export function whyMail({ step, context, waitedFor }: SimulatedMail): string {
  const { run, pinned } = context;
  const { variant, singleStepManual } = pinned;
  const why = whyThen(step, { variant, anchorAt: run.anchorAt, zone: run.zone ?? 'UTC', singleStepManual });
  return [...why, ...(waitedFor ? [`It had to wait: ${REASONS[waitedFor]}`] : [])].join(' ');
}

/** Where the run stands at the end, in a sentence. */
export function endText({ context }: Simulation, to: Instant): string {
  if (!context) return 'Nothing happens.';
  const { status, reason, stopReason, zone } = context.run;
  const why = stopReason ?? reason;
  const at = localDateTime(to, zone ?? 'UTC');
  const because = why ? ` ${REASONS[why]}` : '';
  switch (status) {
    case 'COMPLETED':
      return 'Completed: every step has come to its end.';
    case 'STOPPED':
      return `Stopped:${because}`;
    case 'BLOCKED':
      return `Blocked:${because} ${remedyOf(reason) ?? ''}`.trim();
    default:
      return `Still waiting on ${at}.${because}`;
  }
}

/** The whole simulation for a terminal, at most 100 columns. */
export function simulationText(simulation: Simulation, { title, from, to, notes }: SimulationFrame): string {
  const { context, mails, notMatched, startedAt, cut } = simulation;
  const zone = context?.run.zone ?? 'UTC';
  const when = (at: Instant): string => localDateTime(at, zone);
  const head = [...wrap(title, '  ', ''), `From ${when(from)} to ${when(to)}, ${zone}`];
  const noted = notes.flatMap((note) => wrap(note, '  ', 'Note: '));
  if (!context) return [...head, ...noted, '', ...wrap(`No run begins. ${notMatched?.text ?? ''}`, '')].join('\n');
  const variant = context.pinned.variant;
  const began = startedAt !== null && startedAt > from ? ['', `The run begins ${when(startedAt)}.`] : [];
  const sent = mails.flatMap((mail) => [
    `  ✓ ${stepLabel(variant, mail.step).padEnd(24)} ${when(mail.at)}`,
    ...wrap(whyMail(mail), '      '),
    ...wrap(`To ${recipientText(mail.to)}.`, '      '),
  ]);
  const others = context.run.steps.filter(({ id }) => !mails.some((mail) => mail.step.id === id));
  const rest = others.flatMap((step) => {
    const because = step.reason ? REASONS[step.reason] : '';
    const mark = step.status === 'SKIPPED' ? '–' : step.status === 'BLOCKED' ? '!' : '·';
    const word = step.status === 'SKIPPED' ? 'Not sent' : 'Blocked';
    const told = step.reason ? `${word} (${step.reason}): ${because}` : 'It is due after the end of this simulation.';
    return [
      `  ${mark} ${stepLabel(variant, step).padEnd(24)} ${when(step.reason === 'late' ? step.rawAt : step.plannedAt)}`,
      ...wrap(told, '      '),
    ];
  });
  const count = `${String(mails.length)} ${mails.length === 1 ? 'mail' : 'mails'}.`;
  const end = [endText(simulation, to), ...(cut ? ['It was cut: too much happens.'] : [])].join(' ');
  return [...head, ...noted, ...began, '', ...sent, ...rest, '', ...wrap(`${count} ${end}`, '')].join('\n');
}
