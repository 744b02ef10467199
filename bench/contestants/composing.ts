import type { MailSender } from '../../contracts/mail.js';
import type { Composer } from '../../email/compose.js';
import { inFlight } from '../load/in-flight.js';
import { answerQuestions } from '../processes/answer-questions.js';
import { compiled } from './compiled.js';
import { reminderAddress } from './contestant.js';
import { benchMail } from './queue/bench-mail.js';

/** Composing and sending alone: what no contestant can be faster than in one process. */
const WIDTH = 32;
let composer: Composer | null = null;
let sender: MailSender | null = null;

answerQuestions(
  {
    async open({ smtpUrl }: { smtpUrl: string }) {
      const { createComposer, createSmtpSender } = await compiled();
      composer = createComposer({ mailDomain: 'bench.example' });
      sender = createSmtpSender({ url: smtpUrl });
    },
    async send({ count }: { count: number }) {
      await inFlight(0, count, WIDTH, async (index) => {
        const mail = await composer?.compose(benchMail(`dlv_${String(index)}`, reminderAddress(index), Date.now()));
        const outcome = mail && (await sender?.send(mail, () => Promise.resolve(true)));
        if (outcome?.kind !== 'SENT') throw new Error(`A mail was not sent: ${String(outcome?.kind)}.`);
      });
    },
  },
  async () => {
    await sender?.close();
  },
);
