-- What the re-evaluation to a generation changed, told with the synchronisation that began it.
ALTER TABLE generation_change ADD COLUMN verdicts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE generation_change ADD COLUMN hosts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE generation_change ADD COLUMN most TEXT NOT NULL DEFAULT '[]'; -- record: the hosts that changed most

-- The group context a set was judged in where its packages tell more than the host does (module streams);
-- NULL = that of its context.
ALTER TABLE verdict ADD COLUMN group_context_id BIGINT;
