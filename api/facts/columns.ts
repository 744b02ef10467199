/**
 * What a fact is listed, filtered and searched by, as SQL over its row. Only fields that a PUT checks may be read as more than
 * text; a body that is cast must not be able to fail.
 */

/** A text of the body; `organization.legal_name` is one inside of another. */
export function textOf(path: string): string {
  const names = path.split('.');
  const last = names.pop() ?? '';
  return `(body ${names.map((name) => `-> '${name}' `).join('')}->> '${last}')`;
}

/** An instant of the body. The text would not do: fractions of a second are written only where there are some. */
export function instantOf(field: string): string {
  return `${textOf(field)}::timestamptz`;
}

/** Whether it is true; null and absent are not. */
export function flagOf(field: string): string {
  return `(body @> '{"${field}": true}')`;
}

/** A list of texts of the body; empty where there is none. */
export function listOf(field: string): string {
  return `ARRAY (SELECT jsonb_array_elements_text(jsonb_path_query_array(body, '$.${field}[*]')))`;
}

/** To order by: what has none comes as the least, so last in a list that descends. */
export const orderByText = (path: string): string => `coalesce(${textOf(path)}, '')`;
export const orderByInstant = (field: string): string => `coalesce(${instantOf(field)}, '-infinity')`;

export const CUSTOM_FIELDS = "(body -> 'custom_fields')";

/** As it is shown: the organization, else the person. */
export const CUSTOMER_NAME = `coalesce(${textOf('organization.legal_name')},
  concat_ws(' ', ${['first_name', 'infix', 'last_name'].map((name) => textOf(`individual.name.${name}`)).join(', ')}))`;

/** The start of a subscription's first schedule. */
export const FIRST_START = `(SELECT min((s.body ->> 'start_at')::timestamptz) FROM pricing_plan_schedules s
  WHERE s.platform_id = pricing_plan_subscriptions.platform_id
    AND s.pricing_plan_subscription_id = pricing_plan_subscriptions.id)`;
