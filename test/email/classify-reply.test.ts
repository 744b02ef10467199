import { describe, expect, it } from 'vitest';
import type { SmtpStage } from '../../contracts/mail.js';
import { classifyReply, OUTCOME_RULES } from '../../email/classify-reply.js';

const STAGES: SmtpStage[] = ['CONNECT', 'GREETING', 'EHLO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'FINAL_DOT'];

describe('the outcome rules (S-E5)', () => {
  it('decide every stage and answer exactly once', () => {
    for (const stage of STAGES) {
      for (const answer of ['4xx', '5xx', 'none'] as const) {
        const rules = OUTCOME_RULES.filter((rule) => rule.stages.includes(stage) && rule.answers.includes(answer));
        expect(rules, `${stage} ${answer}`).toHaveLength(1);
      }
    }
  });

  it('doubt only what was sent without an answer, and retry nothing of that kind', () => {
    for (const stage of STAGES) {
      for (const code of [null, 200, 250, 354, 421, 550]) {
        const { kind } = classifyReply({ stage, code, enhanced: null, text: '' }, 1);
        expect(kind === 'IN_DOUBT').toBe(stage === 'FINAL_DOT' && (code === null || code < 400));
        expect(kind).not.toBe('SENT');
      }
    }
  });
});
