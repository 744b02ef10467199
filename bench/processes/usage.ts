import { readdirSync, readFileSync } from 'node:fs';

/** `getconf CLK_TCK`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** CPU seconds that a process and all below it have used so far, those that have ended included. Linux only. */
export function cpuSeconds(pid: number): number {
  const all = processTable();
  const ticks = (one: number): number => {
    const own = all.get(one);
    const below = [...all].filter(([, { parent }]) => parent === one).map(([child]) => ticks(child));
    return (own?.ticks ?? 0) + below.reduce((sum, value) => sum + value, 0);
  };
  return ticks(pid) / TICKS_PER_SECOND;
}

/** Memory of one process that is in RAM, in bytes. */
export function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
}

function processTable(): Map<number, { parent: number; ticks: number }> {
  const table = new Map<number, { parent: number; ticks: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // After the name in brackets: state, parent, …; utime, stime, cutime, cstime are fields 14–17 of proc(5).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0);
      table.set(Number(name), { parent: Number(fields[1]), ticks });
    } catch {
      // It ended meanwhile: its parent has its ticks.
    }
  }
  return table;
}
