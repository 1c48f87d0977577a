-- A rule that lowers stops at its floor, one that raises at its ceiling; a price that was beyond it
-- before stays where it is. Rounding does not leave these limits either.
create or replace function app_private.apply_pricing_rule(
  rule app_public.pricing_rules, price_cents bigint, currency text
)
returns app_public.applied_rule
language plpgsql immutable set search_path = ''
as $$
declare
  v_applied app_public.applied_rule;
  v_low bigint := least(coalesce((apply_pricing_rule.rule).floor_cents, 0), price_cents);
  v_high bigint := greatest(
    coalesce((apply_pricing_rule.rule).ceiling_cents, 100000000000), price_cents
  );
  v_exact numeric := apply_pricing_rule.price_cents + coalesce(
    (apply_pricing_rule.rule).amount_cents,
    apply_pricing_rule.price_cents * (apply_pricing_rule.rule).percentage / 100
  );
  v_limited bigint;
  v_price bigint;
begin
  v_limited := least(greatest(app_hidden.rounded(v_exact, currency), v_low), v_high);
  v_price := v_limited;
  if (apply_pricing_rule.rule).round_to_cents is not null then
    v_price := app_hidden.rounded(
      round(v_limited::numeric / (apply_pricing_rule.rule).round_to_cents)
        * (apply_pricing_rule.rule).round_to_cents,
      currency
    );
    if v_price < v_low or v_price > v_high then
      v_price := v_limited;
    end if;
  end if;
  v_applied.pricing_rule_id := (apply_pricing_rule.rule).id;
  v_applied.name := (apply_pricing_rule.rule).name;
  v_applied.amount_cents := v_limited - apply_pricing_rule.price_cents;
  v_applied.rounding_cents := v_price - v_limited;
  return v_applied;
end
$$;

comment on function app_private.apply_pricing_rule(app_public.pricing_rules, bigint, text) is
  'What a rule adds to a price.';
