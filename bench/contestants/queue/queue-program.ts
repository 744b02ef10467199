import { inFlight, type Paced } from '../../load/in-flight.js';
import { answerQuestions } from '../../processes/answer-questions.js';
import type { Reminders } from '../contestant.js';
import type { Producer, Queue, QueuePlace } from './queue.js';
import { createReminderSender } from './send-reminder.js';

/** One process of a contestant, as producer or as worker: `queue-program.ts <module of the queue>`. */
const { default: queue } = (await import(new URL(process.argv[2] ?? '', import.meta.url).href)) as { default: Queue };
const open: { close(): Promise<unknown> }[] = [];
let producer: Producer | null = null;

answerQuestions(
  {
    prepare: (place: QueuePlace) => queue.prepare(place),
    async produce(place: QueuePlace) {
      producer = await queue.produce(place);
      open.push(producer);
    },
    async work(place: QueuePlace) {
      const sender = await createReminderSender(place);
      open.push(await queue.work(place, (reminder) => sender.send(reminder)), sender);
    },
    accept({ from, count, dueAt, everyMs, width }: Reminders): Promise<Paced> {
      return inFlight(from, count, width, async (index) => producer?.accept(index, dueAt + (index - from) * everyMs));
    },
  },
  async () => {
    for (const one of open) await one.close();
  },
);
