-- What a row of a summary tells apart stands in it, so that answers look up no series (decision 0036). Rows of before do not have it:
-- they go, and roll-ups make them anew, the coarsest first; answers come from series meanwhile. A roll-up of the version before knows of
-- no such columns and is refused from here on.
lock table usage_dirty in share row exclusive mode;
insert into usage_dirty (tenant_id, level, bucket)
select distinct tenant_id, 'quarter_summary', bucket from usage_quarter
union all
select distinct tenant_id, 'day_summary', bucket from usage_day
union all
select distinct tenant_id, 'month_summary', bucket from usage_month
on conflict do nothing;

do $$
declare
  name text;
begin
  foreach name in array array['usage_quarter_summary', 'usage_day_summary', 'usage_month_summary'] loop
    execute format('truncate %I', name);
    execute format('alter table %I
      add policy_name text, add report boolean not null, add role text not null, add service_name text, add template text,
      add method text, add status smallint, add dimensions jsonb, add consumer text', name);
  end loop;
end
$$;
