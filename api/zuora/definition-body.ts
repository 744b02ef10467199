import type { z } from 'zod';
import type { DefinitionRow, VersionRow } from '../../store/definitions.js';
import type { WorkflowRow } from '../../store/workflows.js';
import type { definition, definitionList, versionList } from '../schemas/definition.js';
import { isoMs } from '../schemas/wire.js';

/** `0.0.N`: Dunwell counts versions, the contract writes them in three parts. */
export function versionText(version: number): string {
  return `0.0.${String(version)}`;
}

/** `0.0.N` as our version; null = it is not one. */
export function readVersion(text: string): number | null {
  const [, version] = /^0\.0\.([1-9]\d{0,8})$/.exec(text) ?? [];
  return version === undefined ? null : Number(version);
}

export function definitionBody(row: DefinitionRow): z.input<typeof definition> {
  return { ...common(row), priority: 'Medium', ...active(row) };
}

export function listedBody(row: DefinitionRow): z.input<typeof definitionList>['data'][number] {
  return {
    ...common(row),
    ...active(row),
    latest_inactive_verisons: row.older.map((version) => ({
      ...versionBody(row, version),
      priority: 'Medium' as const,
      status: 'Inactive' as const,
    })),
  };
}

/** A version: its own id and instant; name, triggers and the like are the workflow's, which have no versions. */
export function versionBody(row: WorkflowRow, version: VersionRow): z.input<typeof versionList>['data'][number] {
  const createdAt = isoMs(version.created_at);
  return {
    ...shown(row),
    id: version.number,
    createdAt,
    updatedAt: createdAt,
    version: versionText(version.version),
    type: 'Workflow::Setup',
  };
}

function common(row: DefinitionRow) {
  return { id: row.number, ...shown(row), createdAt: isoMs(row.created_at), updatedAt: isoMs(row.updated_at) };
}

function active(row: DefinitionRow) {
  return {
    status: row.status === 'ACTIVE' ? ('Active' as const) : ('Inactive' as const),
    active_version: {
      id: row.version_number,
      description: row.description ?? '',
      version: versionText(row.version),
      type: 'Workflow::Setup' as const,
      status: 'Active' as const,
    },
  };
}

function shown({ name, description, run_settings, schedule }: WorkflowRow) {
  return {
    name,
    description: description ?? '',
    ondemandTrigger: run_settings.ondemand_trigger,
    calloutTrigger: run_settings.callout_trigger,
    scheduledTrigger: schedule !== null,
    interval: schedule?.interval ?? null,
    timezone: schedule?.timezone ?? null,
  };
}
