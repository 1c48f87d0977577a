-- However a booking leaves the state, its request is closed: by an answer, the clock, its owner, or
-- with its event.
create or replace function app_hidden.tg_bookings__close_approval()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update app_public.booking_approvals as a
  set decision = case new.status
      when 'pending_payment' then 'approved'
      when 'expired' then 'lapsed'
      else 'withdrawn'
    end::app_public.approval_decision,
    decided_at = now(), decided_by = app_hidden.current_user_id()
  where a.organization_id = new.organization_id and a.booking_id = new.id
    and a.decision is null;
  if found and new.status = 'expired' then
    perform app_private.mail_booking(new, 'booking_lapsed');
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__close_approval() is 'Closes booking_approvals.';

create or replace trigger _600_close_approval
  after update of status on app_public.bookings
  for each row when (old.status = 'pending_approval' and new.status <> 'pending_approval')
  execute function app_hidden.tg_bookings__close_approval();
