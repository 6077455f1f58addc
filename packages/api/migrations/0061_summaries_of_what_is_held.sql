-- Apart from the change of the tables, so that nobody waits while the marks are made. Roll-ups make these summaries, the coarsest first.
insert into usage_dirty (tenant_id, level, bucket)
select distinct tenant_id, 'quarter_summary', bucket from usage_quarter
union all
select distinct tenant_id, 'day_summary', bucket from usage_day
union all
select distinct tenant_id, 'month_summary', bucket from usage_month
on conflict do nothing;
