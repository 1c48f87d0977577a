-- An account, and what was bought with it or under its address. An address counts once it is
-- proven: nobody may ask for a stranger's history by typing where that stranger reads mail.
create or replace function app_private.person_of_user(user_id uuid)
returns app_private.person
language sql stable security definer set search_path = ''
as $$
  with account as (
    select u.id, u.email, u.email_verified_at is not null as is_proven
    from app_public.users as u
    where u.id = person_of_user.user_id
  ),
  entries as (
    select c.id
    from app_public.customers as c, account as a
    where a.is_proven
      and (c.user_id = a.id or c.user_id is null and c.email operator(public.=) a.email)
    union
    -- Another address that only this account ever gave.
    select c.id
    from account as a
    join app_public.bookings as b on b.user_id = a.id
    join app_public.customers as c on c.organization_id = b.organization_id and c.id = b.customer_id
    where app_private.is_somebody_elses(c, a.id) is not true
  )
  select a.id,
    array(select e.id from entries as e order by e.id),
    array(
      select b.id from app_public.bookings as b where b.user_id = a.id
      union
      select b.id from app_public.bookings as b
      where b.customer_id in (select e.id from entries as e)
      order by 1
    ),
    case when a.is_proven then array[a.email] else '{}' end
  from account as a
$$;

comment on function app_private.person_of_user(uuid) is 'Everything that belongs to a user.';
