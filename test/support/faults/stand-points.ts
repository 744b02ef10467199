/** What must be found of a delivery that stands at a point, and what becomes of it when its worker dies there. */
export interface StandPoint {
  /** The row in the ledger; null = there is none yet. */
  ledger: 'CLAIMED' | 'TRANSMITTING' | 'SENT' | null;
  /** What the mail server has of it. */
  server: 'NOTHING' | 'RECIPIENTS' | 'HALF' | 'MESSAGE';
  /** Nobody can know whether the mail arrived (S-E5). */
  inDoubt: boolean;
}

/** Every place where a worker can die or stop while it sends, in the order a delivery comes by (S-E4). */
export const STAND_POINTS = {
  BEFORE_CLAIM: { ledger: null, server: 'NOTHING', inDoubt: false },
  AFTER_CLAIM: { ledger: 'CLAIMED', server: 'NOTHING', inDoubt: false },
  AFTER_RENDER: { ledger: 'CLAIMED', server: 'NOTHING', inDoubt: false },
  BEFORE_MARKER: { ledger: 'CLAIMED', server: 'RECIPIENTS', inDoubt: false },
  AFTER_MARKER: { ledger: 'TRANSMITTING', server: 'RECIPIENTS', inDoubt: true },
  HALF_MESSAGE: { ledger: 'TRANSMITTING', server: 'HALF', inDoubt: true },
  AFTER_ANSWER: { ledger: 'TRANSMITTING', server: 'MESSAGE', inDoubt: true },
  AFTER_RECORD: { ledger: 'SENT', server: 'MESSAGE', inDoubt: false },
} as const satisfies Record<string, StandPoint>;

export type StandPointName = keyof typeof STAND_POINTS;
