-- Written into the statement that asks. By ids alone: foreign keys say that all of it is one
-- organization's, and on a new database a plan that may choose reads all pools of the organization.
create or replace function app_private.admissions_on_sale(
  performance_id uuid, ticket_category_id uuid
)
returns table (pool_id uuid, slot_count smallint, chain uuid[], price_cents bigint)
language sql stable
as $$
  select
    pool.id, pool.slot_count, pool.chain,
    (
      select p.price_cents
      from app_public.ticket_category_prices as p
      where p.ticket_category_id = c.id and p.audience = 'public' and p.valid_during @> now()
    )
  from app_public.admission_pool_categories as pc
  join app_public.ticket_categories as c on c.id = pc.ticket_category_id
  join app_public.admission_pools as pool on pool.id = pc.pool_id
  where pc.performance_id = admissions_on_sale.performance_id
    and pc.ticket_category_id = admissions_on_sale.ticket_category_id
    and app_private.is_on_sale(c)
$$;

comment on function app_private.admissions_on_sale(uuid, uuid) is
  'The pool of a category that is on sale now, those that it lies in, and the public price.';
