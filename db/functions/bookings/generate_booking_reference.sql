-- Tries again in the rare case that the reference is in use. Two transactions that draw the same
-- one at the same moment (1 in 850 billion) are told apart by the unique constraint.
create or replace function app_private.generate_booking_reference(organization_id uuid)
returns text
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_reference text;
begin
  for attempt in 1 .. 20 loop
    v_reference := app_hidden.draw_booking_reference();
    if not exists (
      select from app_public.bookings as b
      where b.organization_id = generate_booking_reference.organization_id
        and b.booking_reference = v_reference
    ) then
      return v_reference;
    end if;
  end loop;
  raise exception 'No free booking reference was found in 20 draws.' using errcode = 'LMREF';
end
$$;

comment on function app_private.generate_booking_reference(uuid) is
  'A booking reference that the organization has not used. Raises LMREF.';
