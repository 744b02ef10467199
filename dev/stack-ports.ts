import { choosePort } from './ports.js';

export interface StackPorts {
  postgres?: number | undefined;
  temporal?: number | undefined;
  temporalUi?: number | undefined;
  smtp?: number | undefined;
  mailbox?: number | undefined;
}

/** Every server's usual port, so that its usual tools find it. */
const servers = {
  postgres: { name: 'PostgreSQL', flag: '--postgres-port', fallback: 5433 },
  temporal: { name: 'Temporal', flag: '--temporal-port', fallback: 7233 },
  temporalUi: { name: "Temporal's web page", flag: '--temporal-ui-port', fallback: 8233 },
  smtp: { name: 'SMTP', flag: '--smtp-port', fallback: 1025 },
  mailbox: { name: 'the mailbox page', flag: '--mailbox-port', fallback: 8025 },
} as const;

/** One after the other, so that no two of a stack get the same port. */
export async function choosePorts(options: {
  ports: StackPorts;
  log: (line: string) => void;
}): Promise<Record<keyof StackPorts, number>> {
  const taken = new Set<number>();
  const chosen: Partial<Record<keyof StackPorts, number>> = {};
  for (const key of Object.keys(servers) as (keyof typeof servers)[]) {
    chosen[key] = await choosePort({ ...servers[key], wanted: options.ports[key], log: options.log, taken });
  }
  return chosen as Record<keyof StackPorts, number>;
}
