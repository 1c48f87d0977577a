--! Previous: sha1:181a64d7711764921264cde00c6fc11771ba0c84
--! Hash: sha1:02009bb2dcdffb89c96d07fd95485b6ef9f3f1f7
--! Message: first partitions

--! split: 100-partitions.sql
-- The partitions that the first rows need; from now on the worker makes them ahead.
select app_private.make_partitions_ahead();
