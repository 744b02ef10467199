/** Where a queue's two processes find what they need. */
export interface QueuePlace {
  /** Its own database. */
  databaseUrl: string;
  smtpUrl: string;
  /** Of Temporal; empty for those that need none. */
  engineAddress: string;
  /** Of Valkey; empty for those that need none. */
  redisUrl: string;
  /** Where the contestants' packages are installed. */
  packages: string;
}

/** How a contestant does its two parts; `handle` makes and sends the mail of one reminder. */
export interface Queue {
  /** Makes its tables; called once, before the others. */
  prepare(place: QueuePlace): Promise<void>;
  produce(place: QueuePlace): Promise<Producer>;
  /** Works until `close`. */
  work(place: QueuePlace, handle: (reminder: number) => Promise<void>): Promise<{ close(): Promise<void> }>;
}

export interface Producer {
  /** Resolves once it is stored durably. */
  accept(reminder: number, dueAt: number): Promise<void>;
  close(): Promise<void>;
}
