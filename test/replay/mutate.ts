/** An event of a history as JSON has it. */
export type HistoryEvent = Record<string, any> & { eventId: string; eventType: string };
export interface HistoryJson {
  events: HistoryEvent[];
}

/** The history without these events, numbered anew, references included: as if the code had never asked for them. */
export function without(history: HistoryJson, leftOut: (event: HistoryEvent) => boolean): HistoryJson {
  const kept = history.events.filter((event) => !leftOut(event));
  const numbers = new Map(kept.map(({ eventId }, index) => [eventId, String(index + 1)]));
  return renumbered({ events: kept }, (id) => numbers.get(id) ?? id);
}

/** The history with these two events in each other's place. */
export function swapped(history: HistoryJson, first: number, second: number): HistoryJson {
  const events = [...history.events];
  [events[first], events[second]] = [at(history, second), at(history, first)];
  const [a, b] = [at(history, first).eventId, at(history, second).eventId];
  return renumbered({ events }, (id) => (id === a ? b : id === b ? a : id));
}

function at({ events }: HistoryJson, index: number): HistoryEvent {
  const event = events[index];
  if (!event) throw new Error(`There is no event at ${String(index)}.`);
  return event;
}

function renumbered(history: HistoryJson, number: (id: string) => string): HistoryJson {
  const text = JSON.stringify(history, (key, value: unknown) =>
    /eventId$/i.test(key) && typeof value === 'string' ? number(value) : value,
  );
  return JSON.parse(text) as HistoryJson;
}
