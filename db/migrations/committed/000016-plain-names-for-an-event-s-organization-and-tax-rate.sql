--! Previous: sha1:624c54b11fadd74e9463ad05a470d68ee5d943e4
--! Hash: sha1:787df15de41d566fcbae847260591f842bdf9675
--! Message: Plain names for an event's organization and tax rate

--! split: 100-names.sql
-- Programs know an event's organization and tax rate by plain names, whatever their keys carry.

comment on constraint events_organization_id_organization_status_fkey on app_public.events is
  E'@fieldName organization\n@foreignFieldName events';
comment on constraint events_organization_id_tax_rate_id_tax_percentage_fkey
  on app_public.events is
  E'@fieldName taxRate\n@foreignFieldName events';
