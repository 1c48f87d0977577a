-- For whoever acts for themself, after all else that they lock. Who types a stranger's address may
-- change in which language that one is written to, until they next come, and nothing else that is
-- known of them.
create or replace function app_private.remember_language(
  organization_id uuid, customer_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_language text := app_hidden.current_language();
begin
  if v_language is not null then
    update app_public.customers as c
    set language = v_language
    where c.organization_id = remember_language.organization_id
      and c.id = remember_language.customer_id
      and c.language is distinct from v_language;
  end if;
end
$$;

comment on function app_private.remember_language(uuid, uuid) is
  'Has a customer written to in the language that the caller, who is that customer, asks for.';
