-- Whoever may decide about others could otherwise pass any order of their own, with any card. An
-- order without an account is theirs when it is for their address, or for one that was theirs when
-- they bought before.
create or replace function app_private.refuse_own_review(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if exists (
    select
    from app_public.bookings as b
    join app_public.users as u
      on u.id in (app_hidden.current_user_id(), app_hidden.current_impersonator_id())
    where b.id = refuse_own_review.booking_id
      and (
        b.user_id = u.id
        or b.customer_email operator(public.=) u.email
        or exists (
          select from app_public.customers as c
          where c.organization_id = b.organization_id
            and c.id = b.customer_id
            and c.user_id = u.id
        )
      )
  ) then
    raise exception 'Somebody else decides about an order of your own.'
      using errcode = 'LMRGT', detail = 'risk.manage', hint = 'Ask another owner or admin.';
  end if;
end
$$;

comment on function app_private.refuse_own_review(uuid) is
  'Raises LMRGT when a booking is the caller''s own.';
