-- Whether somebody who works for an account has to add a second factor: one is demanded and there is none.
-- user_id bigint: the person; 0 asks for the account alone
-- account_id bigint: the account
-- Safe to repeat: it only reads.
SELECT
    EXISTS (
        SELECT 1
        FROM account
        CROSS JOIN hub
        INNER JOIN factor_rule AS rule ON rule.account_id IN (account.id, account.parent_id, hub.provider_id)
        WHERE
            account.id = %(account_id)s
            AND CASE
                WHEN rule.account_id = account.id THEN rule.own
                WHEN account.kind = 'reseller' THEN rule.resellers
                ELSE rule.customers
            END
    )
    AND NOT EXISTS (
        SELECT 1
        FROM mfa_authenticator AS factor
        WHERE factor.user_id = %(user_id)s AND factor.type IN ('totp', 'webauthn')
    )
