-- Up Migration

-- Locks several resources with the facts they depend on, as lock_resource does with one: all customers, then all parents, then all
-- resources, in order of id within each level, so that whoever locks many meets whoever locks one in the same order. The three arrays
-- have one element per resource. Who a resource belongs to can change until it is locked: look again until all hold still.
CREATE FUNCTION lock_resources(platforms text[], kinds text[], resources text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  owners text[];
  parents text[];
  present_owners text[];
  present_parents text[];
BEGIN
  SELECT array_agg(o.customer ORDER BY o.n), array_agg(o.parent ORDER BY o.n) INTO owners, parents
    FROM owners_of(platforms, kinds, resources) o;
  LOOP
    PERFORM FROM customers c
      JOIN (SELECT DISTINCT * FROM unnest(platforms, owners) AS u (platform, id)) q ON c.platform_id = q.platform AND c.id = q.id
      ORDER BY c.platform_id, c.id FOR SHARE OF c;
    IF 'INVOICE' = ANY (kinds) OR 'PAYMENT' = ANY (kinds) THEN
      PERFORM FROM invoices i
        JOIN (SELECT DISTINCT platform, CASE kind WHEN 'INVOICE' THEN id ELSE parent END AS id
          FROM unnest(platforms, kinds, resources, parents) AS u (platform, kind, id, parent)
          WHERE kind IN ('INVOICE', 'PAYMENT')) q ON i.platform_id = q.platform AND i.id = q.id
        ORDER BY i.platform_id, i.id FOR SHARE OF i;
    END IF;
    IF 'PAYMENT' = ANY (kinds) THEN
      PERFORM FROM payments y
        JOIN (SELECT DISTINCT platform, id FROM unnest(platforms, kinds, resources) AS u (platform, kind, id)
          WHERE kind = 'PAYMENT') q ON y.platform_id = q.platform AND y.id = q.id
        ORDER BY y.platform_id, y.id FOR SHARE OF y;
    END IF;
    IF 'PRICING_PLAN_SCHEDULE' = ANY (kinds) THEN
      PERFORM FROM pricing_plan_subscriptions p
        JOIN (SELECT DISTINCT platform, parent FROM unnest(platforms, kinds, parents) AS u (platform, kind, parent)
          WHERE kind = 'PRICING_PLAN_SCHEDULE') q ON p.platform_id = q.platform AND p.id = q.parent
        ORDER BY p.platform_id, p.id FOR SHARE OF p;
      PERFORM FROM pricing_plan_schedules s
        JOIN (SELECT DISTINCT platform, id FROM unnest(platforms, kinds, resources) AS u (platform, kind, id)
          WHERE kind = 'PRICING_PLAN_SCHEDULE') q ON s.platform_id = q.platform AND s.id = q.id
        ORDER BY s.platform_id, s.id FOR SHARE OF s;
    END IF;
    IF 'WALLET' = ANY (kinds) THEN
      PERFORM FROM wallets w
        JOIN (SELECT DISTINCT platform, id FROM unnest(platforms, kinds, resources) AS u (platform, kind, id)
          WHERE kind = 'WALLET') q ON w.platform_id = q.platform AND w.id = q.id
        ORDER BY w.platform_id, w.id FOR SHARE OF w;
    END IF;
    SELECT array_agg(o.customer ORDER BY o.n), array_agg(o.parent ORDER BY o.n) INTO present_owners, present_parents
      FROM owners_of(platforms, kinds, resources) o;
    EXIT WHEN present_owners IS NOT DISTINCT FROM owners AND present_parents IS NOT DISTINCT FROM parents;
    owners := present_owners;
    parents := present_parents;
  END LOOP;
END $$;

-- The customer of each resource, and the fact between the two: a payment's invoice, a schedule's subscription. null = none is known.
CREATE FUNCTION owners_of(platforms text[], kinds text[], resources text[])
  RETURNS TABLE (n bigint, customer text, parent text) LANGUAGE sql STABLE
  BEGIN ATOMIC
    SELECT q.n, coalesce(i.customer_id, y.customer_id, p.customer_id, w.customer_id),
      coalesce(y.body ->> 'invoice_id', s.pricing_plan_subscription_id)
    FROM unnest(platforms, kinds, resources) WITH ORDINALITY AS q (platform, kind, id, n)
    LEFT JOIN invoices i ON q.kind = 'INVOICE' AND i.platform_id = q.platform AND i.id = q.id
    LEFT JOIN payments y ON q.kind = 'PAYMENT' AND y.platform_id = q.platform AND y.id = q.id
    LEFT JOIN pricing_plan_schedules s ON q.kind = 'PRICING_PLAN_SCHEDULE' AND s.platform_id = q.platform AND s.id = q.id
    LEFT JOIN pricing_plan_subscriptions p ON p.platform_id = s.platform_id AND p.id = s.pricing_plan_subscription_id
    LEFT JOIN wallets w ON q.kind = 'WALLET' AND w.platform_id = q.platform AND w.id = q.id;
  END;

-- Down Migration

DROP FUNCTION lock_resources;
DROP FUNCTION owners_of;
