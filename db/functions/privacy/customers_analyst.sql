-- See bookings_analyst.
create or replace view app_public.customers_analyst with (security_barrier = true) as
select
  c.id, c.organization_id, left(c.first_name, 1) || '***' as first_name,
  left(c.last_name, 1) || '***' as last_name, c.user_id is not null as has_account, c.created_at
from app_public.customers as c;

comment on view app_public.customers_analyst is
  'Customers of all organizations, with masked names and without addresses.';
comment on column app_public.customers_analyst.id is 'Identifier.';
comment on column app_public.customers_analyst.organization_id is 'From whom they buy.';
comment on column app_public.customers_analyst.first_name is 'Given name: J***.';
comment on column app_public.customers_analyst.last_name is 'Family name: D***.';
comment on column app_public.customers_analyst.has_account is 'Whether they have an account.';
comment on column app_public.customers_analyst.created_at is 'When they first bought.';
revoke all on app_public.customers_analyst from public;
grant select on app_public.customers_analyst to lml_analyst;
