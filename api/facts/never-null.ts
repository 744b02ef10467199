import type { FactKind } from '../../store/fact-kinds.js';

/**
 * Fields that the contract knows and does not let be null: stored as null they are left out of an answer. Only fields of the fact
 * itself; what is inside of them is given back as it came.
 */
export const NEVER_NULL: Readonly<Record<FactKind, ReadonlySet<string>>> = {
  customers: fields('reference type email individual organization pricing_plan_subscription_selector seller_details'),
  contacts: fields('reference name email'),
  invoices: fields(
    'billing_entity_id on_hold type invoice_date pricing_amount_type periods payment_acceptor_ids linked_invoices_ids reprocess',
  ),
  payments: fields('payment_method_details external_reference amount result_details dunning_action_details context'),
  pricing_plan_subscriptions: fields(
    'reference customer_reference billing_period billing_currency due_date_configuration initial_term renewal_term variant init_invoice_on_hold payment_method_id template seller_details',
  ),
  pricing_plan_schedules: fields('pricing_plan_version_selector start_at billing_period discount markup commitment'),
  wallet_types: fields('name reference credit balance'),
  wallets: fields('reference wallet_type_id'),
};

function fields(names: string): ReadonlySet<string> {
  return new Set(names.split(' '));
}
