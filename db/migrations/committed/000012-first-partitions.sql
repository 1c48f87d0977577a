--! Previous: sha1:aed4b658951e12f5dedb67b36466cbdb13313f58
--! Hash: sha1:7deff66c755d80a5ad183826feddb94443f21d5b
--! Message: first partitions

--! split: 100-partitions.sql
-- The partitions that the first rows need; from now on the worker makes them ahead.
select app_private.make_partitions_ahead();
