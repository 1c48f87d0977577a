-- Whoever is at the counter of an add-on has it alone until the end of the transaction. What is
-- read after the lock is true; the table's own constraint refuses whatever is not.
create or replace function app_private.claim_add_on(
  booking app_public.bookings, add_on_id uuid, quantity integer, held_until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_stock app_private.add_on_counters;
  v_had integer;
begin
  select * into v_stock
  from app_private.add_on_counters as s
  where s.add_on_id = claim_add_on.add_on_id
    and s.organization_id = (claim_add_on.booking).organization_id
  for no key update;
  if not found then
    return;
  end if;
  -- Locked, so that it is not taken back for having lapsed while it is being renewed.
  select c.quantity into v_had
  from app_private.add_on_claims as c
  where c.add_on_id = v_stock.add_on_id
    and c.organization_id = v_stock.organization_id
    and c.booking_id = (claim_add_on.booking).id
  for no key update;
  v_had := coalesce(v_had, 0);
  if v_stock.total - v_stock.held - v_stock.sold < claim_add_on.quantity - v_had then
    update app_private.add_on_claims as c
    set held_until = claim_add_on.held_until
    where c.add_on_id = v_stock.add_on_id
      and c.organization_id = v_stock.organization_id
      and c.booking_id = (claim_add_on.booking).id
      and c.held_until is not null;
    perform app_private.free_lapsed_add_ons(v_stock.add_on_id);
    select * into strict v_stock
    from app_private.add_on_counters as s
    where s.add_on_id = v_stock.add_on_id and s.organization_id = v_stock.organization_id;
    if v_stock.total - v_stock.held - v_stock.sold < claim_add_on.quantity - v_had then
      perform app_private.raise_few_left(v_had + v_stock.total - v_stock.held - v_stock.sold);
    end if;
  end if;

  update app_private.add_on_counters as s
  set held = s.held + claim_add_on.quantity - v_had
  where s.add_on_id = v_stock.add_on_id and s.organization_id = v_stock.organization_id;
  if claim_add_on.quantity = 0 then
    delete from app_private.add_on_claims as c
    where c.add_on_id = v_stock.add_on_id
      and c.organization_id = v_stock.organization_id
      and c.booking_id = (claim_add_on.booking).id;
  else
    insert into app_private.add_on_claims as c (
      add_on_id, organization_id, booking_id, quantity, held_until
    )
    values (
      v_stock.add_on_id, v_stock.organization_id, (claim_add_on.booking).id,
      claim_add_on.quantity, claim_add_on.held_until
    )
    on conflict on constraint add_on_claims_pkey do update
    set quantity = excluded.quantity, held_until = excluded.held_until;
  end if;
end
$$;

comment on function app_private.claim_add_on(
  app_public.bookings, uuid, integer, timestamptz
) is
  'Gives a booking, which the caller has locked, as many of an add-on as it wants in all, until a '
  'deadline. Raises LMFEW when fewer are left.';
