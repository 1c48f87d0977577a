create or replace function app_private.asks_for_approval(booking app_public.bookings)
returns boolean
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_answer boolean;
begin
  select coalesce(bool_or(c.requires_approval), false) into v_answer
  from app_public.booking_items as i
  left join app_public.ticket_categories as c
    on c.organization_id = i.organization_id and c.id = i.ticket_category_id
  where i.organization_id = (asks_for_approval.booking).organization_id
    and i.booking_id = (asks_for_approval.booking).id
  having count(*) > 0;
  return v_answer;
end
$$;

comment on function app_private.asks_for_approval(app_public.bookings) is
  'Whether somebody has to approve a booking; null: there is nothing in it.';
