/** When a workflow is run by the clock: a cron expression and the zone it is told in (S-Z7). */
export interface Schedule {
  interval: string;
  timezone: string;
}
