-- Keep one attempt to sign in, and forget the oldest of the person beyond the newest so many with the same outcome,
-- so that strangers can fill up neither the table nor the place of the person's own sign-ins. A name that nobody has
-- is the same single statement and adds no row.
-- username text: "realm/login"
-- at timestamptz: the instant of the attempt
-- network text: the address that it came from
-- browser text: what the browser says of itself, cut by the caller
-- outcome text: a value of sign_in_outcome
-- kept integer: so many stay
-- Writes sign_in.
-- Safe to repeat: never needed; each call is one attempt, and a second one would count twice.
WITH person AS (
    SELECT party_user.id FROM party_user WHERE party_user.username = %(username)s
),

added AS (
    INSERT INTO sign_in (user_id, at, network, browser, outcome)
    SELECT person.id, %(at)s, %(network)s, %(browser)s, %(outcome)s::sign_in_outcome FROM person
)

DELETE FROM sign_in
WHERE sign_in.id IN (
    SELECT earlier.id
    FROM person
    INNER JOIN sign_in AS earlier ON earlier.user_id = person.id
    WHERE earlier.outcome = %(outcome)s::sign_in_outcome
    ORDER BY earlier.at DESC, earlier.id DESC
    OFFSET %(kept)s - 1
)
