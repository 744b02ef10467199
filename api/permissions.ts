/** What can be asked for, by resource (the contract's words; extension resources are ours). */
const ACTIONS = {
  ALERT: ['VIEW', 'CREATE'],
  ALERT_RULE: ['VIEW', 'CREATE', 'UPDATE', 'DELETE'],
  CONTACT: ['VIEW', 'UPDATE'],
  CUSTOMER: ['VIEW', 'UPDATE'],
  DELIVERY: ['VIEW', 'UPDATE'],
  EMAIL_TEMPLATE: ['VIEW', 'UPDATE', 'DELETE'],
  HOLD: ['VIEW', 'CREATE', 'UPDATE', 'DELETE'],
  INTEGRATION: ['VIEW', 'CREATE', 'UPDATE', 'DELETE'],
  INVOICE: ['VIEW', 'UPDATE'],
  PAYMENT: ['VIEW', 'UPDATE'],
  PLATFORM: ['VIEW', 'UPDATE'],
  PRICING_PLAN_SCHEDULE: ['VIEW', 'UPDATE'],
  PRICING_PLAN_SUBSCRIPTION: ['VIEW', 'UPDATE'],
  SUPPRESSION: ['VIEW', 'CREATE', 'DELETE'],
  TEST_CLOCK: ['VIEW', 'CREATE', 'UPDATE'],
  'USER.API': ['VIEW', 'CREATE', 'UPDATE'],
  WALLET: ['VIEW', 'UPDATE'],
  WALLET_TYPE: ['VIEW', 'UPDATE'],
  WEBHOOK: ['VIEW', 'CREATE', 'UPDATE', 'DELETE'],
  WORKFLOW: ['VIEW', 'CREATE', 'UPDATE'],
  WORKFLOW_ACTION: ['VIEW', 'CREATE', 'UPDATE', 'DELETE'],
  WORKFLOW_RUN: ['VIEW', 'UPDATE'],
  WORKFLOW_TRIGGER: ['VIEW', 'CREATE'],
} as const;

type Actions = typeof ACTIONS;

/** `WORKFLOW.VIEW`, `USER.API.CREATE`, … (S-W1). */
export type Permission = {
  [Resource in keyof Actions]: `${Resource}.${Actions[Resource][number]}`;
}[keyof Actions];

export const ROLES = ['ADMINISTRATOR', 'READ_ONLY'] as const;

export type Role = (typeof ROLES)[number];

/** A role, or the permissions that are granted one by one: `WORKFLOW.VIEW`, `WORKFLOW.*`, `*`. */
export type Grant = Role | readonly string[];

/** ADMINISTRATOR may do everything, READ_ONLY may look at everything. */
export function allows(grant: Grant, permission: Permission): boolean {
  if (grant === 'ADMINISTRATOR') return true;
  if (grant === 'READ_ONLY') return permission.endsWith('.VIEW');
  const resource = permission.slice(0, permission.lastIndexOf('.'));
  return grant.some((one) => one === permission || one === `${resource}.*` || one === '*');
}

/** Every permission that `grant` has: nobody may hand out more. */
export function covers(grant: Grant, other: Grant): boolean {
  return PERMISSIONS.every((permission) => allows(grant, permission) || !allows(other, permission));
}

export const PERMISSIONS = Object.entries(ACTIONS).flatMap(([resource, actions]) =>
  actions.map((action) => `${resource}.${action}` as Permission),
);
