import { setTimeout as pause } from 'node:timers/promises';
import type { ActivityPorts, Mailer } from '../../../activities/ports.js';
import type { MailSender } from '../../../contracts/mail.js';
import { createLedger } from '../../../store/ledger.js';
import { testVault } from '../vault.js';
import { silentLog, type Harness } from '../harness.js';

/** Ports for calling activities without an engine; every mail the provider would have taken is counted. */
export interface CountingPorts extends ActivityPorts {
  /** The delivery ids of the mails that went, in order. */
  sent: string[];
}

/** Where a sender may be held up while others go on. */
export interface Holds {
  beforeMarker?: () => Promise<void>;
  afterMarker?: () => Promise<void>;
}

export function countingPorts({ db }: Harness, holds: Holds = {}): CountingPorts {
  const sent: string[] = [];
  const sender: MailSender = {
    async send({ messageId, envelope }, marker) {
      await pause(Math.random() * 5);
      await holds.beforeMarker?.();
      if (!(await marker())) return { kind: 'FENCED' };
      await holds.afterMarker?.();
      await pause(Math.random() * 5);
      sent.push(messageId);
      const reply = { stage: 'FINAL_DOT', code: 250, enhanced: null, text: `taken for ${envelope.required}` } as const;
      return { kind: 'SENT', reply, refused: [] };
    },
    close: () => Promise.resolve(),
  };
  const mailer: Mailer = {
    defaultSender: { name: null, email: 'billing@test.example' },
    route: () => ({ sender }),
    compose: ({ deliveryId, to }) =>
      Promise.resolve({
        envelope: { from: 'billing@test.example', to: [to.email], required: to.email },
        messageId: deliveryId,
        subject: '',
        template: { name: 'overdue', locale: 'en', version: null },
        raw: Buffer.alloc(0),
      }),
  };
  const messages = { vault: testVault, keepForMs: 0 };
  const fetchPdf: ActivityPorts['fetchPdf'] = () =>
    Promise.resolve({ kind: 'NONE', why: 'There is no billing source.' });
  const postRunEvent: ActivityPorts['postRunEvent'] = () => Promise.reject(new Error('There is no webhook.'));
  const pace: ActivityPorts['pace'] = { take: () => Promise.resolve([]) };
  return {
    db,
    ledger: createLedger(db),
    mailer,
    messages,
    fetchPdf,
    postRunEvent,
    pace,
    tellSoon: () => undefined,
    log: silentLog,
    sent,
  };
}
