-- Series of one consumer: what follows when a fingerprint is registered.
create index usage_series_of_consumer on usage_series (tenant_id, consumer) where consumer is not null;
