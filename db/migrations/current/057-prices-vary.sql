-- Whether a hold has to have its lines priced by all the rules was asked in two places, in two ways.
alter table app_public.events
  add column prices_vary boolean not null generated always as (
    has_price_rules or absorbs_service_fees or absorbs_processing_fees
      or tax_jurisdiction_id is not null or app_hidden.charge_step(currency) > 1
  ) stored;

comment on column app_public.events.prices_vary is
  E'@behavior -*\nWhether a line costs more to work out than its price, fees and tax on top.';
