-- End the delivered service of subscriptions that are cancelled or lapse.
-- Reads temp due.
-- Writes service_span.
-- Safe to repeat: an ended span no longer matches.
UPDATE service_span AS span
SET
    ends_on = CASE
        WHEN due.lapses THEN due.old_term_end
        WHEN due.cancel_refund THEN least(due.refund_from, due.old_end)
        ELSE due.old_end
    END,
    end_reason = CASE WHEN due.lapses THEN 'expired' ELSE 'cancelled' END::span_end
FROM due
WHERE
    span.subscription_id = due.subscription_id
    AND span.ends_on IS NULL
    AND due.status = 'active'
    AND (due.cancels OR due.lapses)
