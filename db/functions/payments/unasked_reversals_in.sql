-- Those that were asked for here name themselves, and are told by the answers to our own calls.
create or replace function app_private.unasked_reversals_in(object jsonb, organization_id uuid)
returns setof jsonb
language sql stable security definer set search_path = ''
as $$
  select r
  from jsonb_array_elements(
    case when jsonb_typeof(unasked_reversals_in.object #> '{reversals,data}') = 'array'
      then unasked_reversals_in.object #> '{reversals,data}' else '[]' end
  ) as r
  where r #>> '{metadata,lml_payout_reversal_id}' is null
    and not exists (
      select from app_public.payout_reversals as k
      where k.organization_id = unasked_reversals_in.organization_id
        and k.stripe_reversal_id = r ->> 'id'
    )
  order by r ->> 'id'
$$;

comment on function app_private.unasked_reversals_in(jsonb, uuid) is
  'What somebody has taken back of a transfer by hand, and nobody has booked.';
