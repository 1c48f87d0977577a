-- A zone is moved now and then, and a record forgotten: what is proven lapses after a week without
-- it. A domain that two have claimed belongs to the one whom its zone names last.
create or replace function app_private.record_domain_check(
  organization_id uuid, domain text, records text[]
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_challenge app_public.domain_challenges;
  v_is_there boolean;
begin
  perform from app_public.organizations as o
  where o.custom_domain = record_domain_check.domain
  order by o.id
  for no key update;
  update app_public.domain_challenges as c
  set checked_at = now(), missed_count = case
      when c.record_value = any (record_domain_check.records) then 0 else c.missed_count + 1
    end
  from app_public.organizations as o
  where c.organization_id = record_domain_check.organization_id
    and c.domain = record_domain_check.domain
    and o.id = c.organization_id
    and o.custom_domain = c.domain
  returning c.* into v_challenge;
  if v_challenge.organization_id is null then
    return false;
  end if;
  v_is_there := v_challenge.missed_count = 0;
  if v_is_there then
    update app_public.organizations as o
    set custom_domain_proven_at = null
    where o.custom_domain = v_challenge.domain
      and o.id <> v_challenge.organization_id
      and o.custom_domain_proven_at is not null;
    update app_public.organizations as o
    set custom_domain_proven_at = now()
    where o.id = v_challenge.organization_id and o.custom_domain_proven_at is null;
  elsif v_challenge.missed_count >= 7 then
    update app_public.organizations as o
    set custom_domain_proven_at = null
    where o.id = v_challenge.organization_id and o.custom_domain_proven_at is not null;
  end if;
  return v_is_there;
end
$$;

comment on function app_private.record_domain_check(uuid, text, text[]) is
  'Says what the zone of a domain said; whether the record was there.';
grant execute on function app_private.record_domain_check(uuid, text, text[]) to lml_worker;
