--! Previous: sha1:a510dbbe9235bad90cf19b70e667d1bf0064f216
--! Hash: sha1:bf307809f26b4fefc24d9a40eb40712eed2a193e
--! Message: customers are found by their own index

--! split: 100-customers.sql
-- With an index of organizations alone, a plan made before there were statistics read all customers
-- of an organization to check the key of a booking: each sale took longer than the one before.
drop index if exists app_public.customers_organization_id_idx;
create index if not exists customers_organization_id_id_idx
  on app_public.customers (organization_id, id);
