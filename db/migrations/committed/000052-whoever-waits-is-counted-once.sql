--! Previous: sha1:4ada99cb90230defa2a4fe3e4ca9e087daf51862
--! Hash: sha1:92fa452c6e9e08346530c28247872ecb8420a430
--! Message: Whoever waits is counted once

--! split: 1000-functions-bookings-may_have_offer.sql
-- As the checkout would count, without its lock: whoever buys more meanwhile is refused there.
create or replace function app_private.may_have_offer(
  entry app_public.waiting_list_entries, ticket_category_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select
    (
      e.tickets_per_user_max is null
      or (may_have_offer.entry).quantity + had.of_event <= e.tickets_per_user_max
    )
    and (
      c.max_per_user is null
      or (may_have_offer.entry).quantity + had.of_category <= c.max_per_user
    )
  from app_public.ticket_categories as c
  join app_public.events as e on e.organization_id = c.organization_id and e.id = c.event_id
  cross join lateral (
    select
      coalesce(sum(t.quantity), 0) as of_event,
      coalesce(sum(t.quantity) filter (where t.ticket_category_id = c.id), 0) as of_category
    from app_private.tickets_of_buyer(
      e, (may_have_offer.entry).user_id, (may_have_offer.entry).customer_id, null, null
    ) as t
    -- Counted only where it matters.
    where e.tickets_per_user_max is not null or c.max_per_user is not null
  ) as had
  where c.organization_id = (may_have_offer.entry).organization_id
    and c.id = may_have_offer.ticket_category_id
$$;

comment on function app_private.may_have_offer(app_public.waiting_list_entries, uuid) is
  'Whether who waits could check all out that they wait for, with what they have of the event.';
