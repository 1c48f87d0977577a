create or replace function app_private.load_disposable_email_domains(domains text[])
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if coalesce(cardinality(load_disposable_email_domains.domains), 0) = 0 then
    raise exception 'The list of domains is empty.' using errcode = 'LMINP', detail = 'domains';
  end if;
  insert into app_private.disposable_email_domains (domain)
  select distinct lower(d)
  from unnest(load_disposable_email_domains.domains) as d
  where d <> ''
  on conflict do nothing;
  delete from app_private.disposable_email_domains as e
  where not exists (
    select from unnest(load_disposable_email_domains.domains) as d where lower(d) = e.domain
  );
  return (select count(*) from app_private.disposable_email_domains);
end
$$;

comment on function app_private.load_disposable_email_domains(text[]) is
  'Makes the list of throw-away mailboxes this one; returns its length. Repeating it is harmless. '
  'Raises LMINP.';
grant execute on function app_private.load_disposable_email_domains(text[]) to lml_worker;
