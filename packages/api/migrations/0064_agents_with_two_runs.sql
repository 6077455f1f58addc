-- A run of the same agent that was heard of after a later one had begun: two agents run under one id.
alter table agents add column other_run_host text, add column other_run_seen_us bigint;
