create or replace function app_hidden.tg_bookings__log_status()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  insert into app_public.booking_state_transitions (
    organization_id, booking_id, from_status, to_status, reason, changed_by, changed_via,
    request_id
  )
  values (
    new.organization_id, new.id,
    case when tg_op = 'UPDATE' then old.status end,
    new.status,
    case when new.status = 'canceled' then new.cancellation_reason end,
    -- A cart is made by its owner: no need to look the session up a second time in the hot path.
    case when tg_op = 'INSERT' then new.user_id else app_hidden.current_user_id() end,
    coalesce(nullif(current_setting('lml.channel', true), ''), session_user),
    nullif(current_setting('lml.request_id', true), '')
  );
  return null;
end
$$;

comment on function app_hidden.tg_bookings__log_status() is
  'Writes booking_state_transitions, from the first status on.';

create or replace trigger _500_log_first_status
  after insert on app_public.bookings
  for each row execute function app_hidden.tg_bookings__log_status();

create or replace trigger _500_log_status
  after update of status on app_public.bookings
  for each row when (old.status is distinct from new.status)
  execute function app_hidden.tg_bookings__log_status();
