import type { ResourceFacts } from './condition.js';
import {
  isSameOutcome,
  readCustomer,
  readInvoice,
  readPayment,
  readSchedule,
  readSubscription,
  readWallet,
  type CustomerFacts,
  type FactBody,
} from './facts.js';
import type { Instant } from './types.js';

interface Fact {
  id: string;
  body: FactBody;
}

/** The facts of one resource and its customer as the billing system tells them, and when some were first seen so. */
export interface FactBodies {
  customer: Fact;
  invoice: (Fact & { firstFinalAt: Instant | null }) | null;
  payment: (Fact & { resultSince: Instant }) | null;
  pricing_plan_subscription: Fact | null;
  pricing_plan_schedule: Fact | null;
  wallet: (Fact & { typeName: string | null }) | null;
}

export type FactName = keyof FactBodies;

export function readFactBodies(bodies: FactBodies): { customer: CustomerFacts; facts: ResourceFacts } {
  const { customer, invoice, payment, wallet, pricing_plan_schedule: schedule } = bodies;
  const { pricing_plan_subscription: subscription } = bodies;
  return {
    customer: readCustomer(customer.id, customer.body),
    facts: {
      invoice: invoice && readInvoice(invoice.id, invoice.body, invoice.firstFinalAt),
      payment: payment && readPayment(payment.id, payment.body, payment.resultSince),
      schedule: schedule && readSchedule(schedule.id, schedule.body),
      subscription: subscription && readSubscription(subscription.id, subscription.body),
      wallet: wallet && readWallet(wallet.id, wallet.body, wallet.typeName),
    },
  };
}

/** The same with one fact told anew at this instant; what is first seen so is seen then, as a PUT would note it (S-T4). */
export function toldAnew(bodies: FactBodies, name: FactName, body: FactBody, at: Instant): FactBodies {
  switch (name) {
    case 'invoice': {
      const { invoice } = bodies;
      const firstFinalAt = invoice?.firstFinalAt ?? (body.status === 'FINAL' ? at : null);
      return { ...bodies, invoice: invoice && { ...invoice, body, firstFinalAt } };
    }
    case 'payment': {
      const { payment } = bodies;
      const same = payment && isSameOutcome(payment.body.result, body.result);
      return { ...bodies, payment: payment && { ...payment, body, resultSince: same ? payment.resultSince : at } };
    }
    default: {
      const fact = bodies[name];
      return { ...bodies, [name]: fact && { ...fact, body } };
    }
  }
}
