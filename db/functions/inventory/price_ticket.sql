-- The better of two prices, then the rules, one after the other on what the one before has left.
create or replace function app_private.price_ticket(
  line app_private.priced_line, performance app_public.performances, is_member boolean
)
returns app_private.priced_line
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_line app_private.priced_line := price_ticket.line;
  v_organization_id uuid := (price_ticket.performance).organization_id;
  v_hours numeric := extract(epoch from (price_ticket.performance).starts_at - now()) / 3600;
  v_shares app_private.sold_shares;
  v_rule app_public.pricing_rules;
  v_applied app_public.applied_rule;
  v_value numeric;
begin
  select p.price_cents, p.audience::text::app_public.price_basis
  into v_line.unit_price_cents, v_line.price_basis
  from app_public.ticket_category_prices as p
  where p.organization_id = v_organization_id
    and p.ticket_category_id = v_line.ticket_category_id
    and p.valid_during @> now()
    and (p.audience = 'public' or price_ticket.is_member)
  -- Where both are the same, it is everybody's.
  order by p.price_cents, p.audience
  limit 1;
  if not found then
    raise exception 'Tickets of this category are not on sale.'
      using errcode = 'LMSAL', detail = v_line.ticket_category_id::text;
  end if;
  v_line.base_price_cents := v_line.unit_price_cents;
  v_line.applied_rules := '{}';

  for v_rule in
    select * from app_public.pricing_rules as r
    where r.organization_id = v_organization_id
      and r.ticket_category_id = v_line.ticket_category_id
      and r.ended_at is null
    order by r.sort_order, r.id
  loop
    if v_rule.condition = 'hours_to_event' then
      v_value := v_hours;
    else
      if v_shares.performance_id is null then
        v_shares := app_private.sold_shares_of(
          (price_ticket.performance).id, v_organization_id
        );
      end if;
      v_value := case
        when v_rule.condition = 'performance_sold' then v_shares.performance_share
        else coalesce(
          v_shares.category_shares[
            array_position(v_shares.ticket_category_ids, v_line.ticket_category_id)
          ],
          0
        )
      end;
    end if;
    if v_value >= v_rule.at_least and (v_rule.below is null or v_value < v_rule.below) then
      v_applied := app_private.apply_pricing_rule(
        v_rule, v_line.unit_price_cents, (price_ticket.performance).currency
      );
      v_line.unit_price_cents := v_line.unit_price_cents + v_applied.amount_cents
        + v_applied.rounding_cents;
      v_line.applied_rules := v_line.applied_rules || v_applied;
    end if;
  end loop;
  return v_line;
end
$$;

comment on function app_private.price_ticket(
  app_private.priced_line, app_public.performances, boolean
) is 'The price of a ticket of a line, now. Raises LMSAL where there is none for the buyer.';
