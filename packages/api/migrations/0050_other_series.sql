-- The series that stand for those beyond a bound are few: found without a look at the others.
create index usage_series_other on usage_series (tenant_id) where template = '__other__' or consumer = '__other__';
