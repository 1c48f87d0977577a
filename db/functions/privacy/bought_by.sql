-- What somebody else bought with an account of their own, and had sent to this person's address,
-- says from where and with which device: that is about whoever bought it.
create or replace function app_private.bought_by(person app_private.person)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select b.id
  from app_public.bookings as b
  where b.id = any ((bought_by.person).booking_ids)
    and (
      b.user_id is null
      or b.user_id = (bought_by.person).user_id
      -- Or by an account whose address it is, for an organization, which knows no accounts.
      or (bought_by.person).user_id is null
      and exists (
        select from app_public.users as u
        where u.id = b.user_id and u.email operator(public.=) b.customer_email
      )
    )
$$;

comment on function app_private.bought_by(app_private.person) is
  'The bookings of a person that nobody else made.';
