"""The usual words of messages in German: subject and text of each kind."""

from entrepot.domain.notifications.kinds import MessageKind as Kind

_HELLO = "Guten Tag {{person}},\n\n"
_ORDER = "{{plans}}\n\nDen Stand sehen Sie hier:\n{{order_link}}"
_DOCUMENT = "Hier können Sie sie öffnen und herunterladen:\n{{document_link}}"
_NOT_YOU = "Falls Sie das nicht waren, sagen Sie {{brand}} sofort Bescheid."

TEXTS: dict[Kind, tuple[str, str]] = {
    Kind.WELCOME: (
        "Willkommen bei {{brand}}",
        _HELLO
        + "{{company}} hat zum ersten Mal bei {{brand}} bestellt. Dienste, Benutzer und Rechnungen verwalten "
        "Sie hier:\n{{panel}}\n\n"
        "Ihr Anmeldename: {{login}}\n\n"
        "Mit diesem Link legen Sie Ihr Passwort fest. Er gilt einmal und {{hours}} Stunden lang:\n{{link}}\n"
        "Ist er abgelaufen, fordern Sie auf der Anmeldeseite über „Passwort festlegen oder zurücksetzen“ einen "
        "neuen an.",
    ),
    Kind.ACTIVATION: (
        "Ihr Zugang zu {{brand}}",
        _HELLO + "Sie haben Zugang zu den Diensten von {{company}}. Ihr Anmeldename: {{login}}\n\n"
        "Mit diesem Link legen Sie Ihr Passwort fest. Er gilt einmal und {{hours}} Stunden lang:\n{{link}}\n\n"
        "Danach melden Sie sich hier an:\n{{panel}}",
    ),
    Kind.PASSWORD_RESET: (
        "Passwort für {{brand}} festlegen",
        _HELLO
        + "jemand hat für {{login}} ein neues Passwort angefordert. Mit diesem Link können Sie es festlegen. "
        "Er gilt einmal und {{minutes}} Minuten lang:\n{{link}}\n\n"
        "Waren Sie das nicht, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.",
    ),
    Kind.SIGNS_IN_OUTSIDE: (
        "Sie melden sich bei {{brand}} über {{keeper}} an",
        _HELLO
        + "jemand hat für {{login}} ein neues Passwort angefordert. Hier gibt es keines: Sie melden sich über "
        "{{keeper}} an, und ein vergessenes Passwort wird dort neu gesetzt.\n\nHier melden Sie sich an:\n{{panel}}",
    ),
    Kind.PASSWORD_CHANGED: (
        "Ihr Passwort für {{brand}} wurde geändert",
        _HELLO
        + "das Passwort von {{login}} wurde am {{day}} geändert. Alle anderen Sitzungen sind beendet.\n\n"
        + _NOT_YOU,
    ),
    Kind.FACTORS_CHANGED: (
        "Ihre zweiten Faktoren für {{brand}} wurden geändert",
        _HELLO
        + "am {{day}} wurden die zweiten Faktoren von {{login}} geändert: {{change}}.\n\n"
        + _NOT_YOU,
    ),
    Kind.FACTORS_RESET: (
        "Ihre zweiten Faktoren für {{brand}} wurden zurückgesetzt",
        _HELLO
        + "{{by}} hat am {{day}} die zweiten Faktoren von {{login}} zurückgesetzt. Alle Sitzungen sind beendet, und "
        "Ihr Passwort allein genügt, bis Sie wieder einen Faktor einrichten:\n{{panel}}\n\n"
        "Haben Sie nicht darum gebeten, sagen Sie {{brand}} sofort Bescheid.",
    ),
    Kind.ROLE_CHANGED: (
        "Ihre Rolle bei {{company}} wurde geändert",
        _HELLO + "Ihre Rolle bei {{company}} ist jetzt: {{role}}.\n\nGeändert von: {{by}}\n\n"
        "Was Sie tun dürfen, richtet sich sofort danach:\n{{panel}}",
    ),
    Kind.SERVICE_ASSIGNED: (
        "Neue Dienste für Sie",
        _HELLO
        + "{{company}} hat Ihnen zugewiesen: {{services}}.\n\nIhre Dienste finden Sie hier:\n{{panel}}",
    ),
    Kind.SERVICE_REMOVED: (
        "Dienste wurden entzogen",
        _HELLO
        + "{{company}} hat Ihnen entzogen: {{services}}.\n\nIhre anderen Dienste bleiben, wie sie sind:\n{{panel}}",
    ),
    Kind.ACTED_ON_BEHALF: (
        "{{seller}} hat Ihren Bereich geöffnet",
        _HELLO
        + "{{by}} von {{seller}} hat am {{day}} den Bereich von {{company}} geöffnet, um in Ihrem Namen zu "
        "handeln.\n\n"
        "Angegebener Grund: {{reason}}\n\n"
        "Alles, was dabei geschieht, wird mit beiden Namen festgehalten.",
    ),
    Kind.ACCOUNT_EDITED: (
        "{{account}} hat die Firmendaten geändert",
        _HELLO
        + "{{by}} von {{account}} hat am {{day}} Firmendaten oder Ansprechpartner geändert.\n\n"
        "Was es war, steht im Verlauf des Kontos:\n{{account_link}}\n\n"
        "Eine neue Anschrift oder Steuernummer gilt für die Steuer späterer Rechnungen.",
    ),
    Kind.ORDER_ASKED: (
        "Ihre Freigabe ist nötig: Bestellung {{orders}}",
        _HELLO + "{{by}} hat im Namen von {{company}} bestellt:\n\n{{plans}}\n"
        "Erste Rechnung: {{amount}} vor Steuern\n\n"
        "Nichts geschieht, bevor jemand von Ihnen die Bestellung freigibt. Nach 7 Tagen ohne Entscheidung ist "
        "sie abgelehnt.\n\nHier geben Sie sie frei oder lehnen sie ab:\n{{order_link}}",
    ),
    Kind.ORDER_SUBMITTED: (
        "Ihre Bestellung {{orders}} ist eingegangen",
        _HELLO
        + "vielen Dank. Die Bestellung {{orders}} von {{company}} ist eingegangen:\n\n"
        + _ORDER,
    ),
    Kind.ORDER_PROCESSING: (
        "Ihre Bestellung {{orders}} wird ausgeführt",
        _HELLO + "die Bestellung {{orders}} von {{company}} wird ausgeführt:\n\n" + _ORDER,
    ),
    Kind.ORDER_ERROR: (
        "Ihre Bestellung {{orders}} dauert länger",
        _HELLO
        + "beim Ausführen der Bestellung {{orders}} von {{company}} ist etwas schiefgegangen. Wir kümmern uns "
        "darum; Sie brauchen nichts zu tun.\n\n" + _ORDER,
    ),
    Kind.ORDER_COMPLETED: (
        "Ihre Bestellung {{orders}} ist abgeschlossen",
        _HELLO + "die Bestellung {{orders}} von {{company}} ist abgeschlossen:\n\n" + _ORDER,
    ),
    Kind.ORDER_CANCELLED: (
        "Ihre Bestellung {{orders}} wurde storniert",
        _HELLO + "die Bestellung {{orders}} von {{company}} wurde storniert:\n\n" + _ORDER,
    ),
    Kind.ACCOUNT_HELD: (
        "{{company}} ist gesperrt",
        _HELLO
        + "{{brand}} hat {{company}} gesperrt. Sie können weiter alles lesen, aber nichts bestellen oder "
        "ändern.",
    ),
    Kind.ACCOUNT_RELEASED: (
        "{{company}} ist nicht mehr gesperrt",
        _HELLO
        + "{{company}} ist nicht mehr gesperrt. Sie können wieder bestellen und ändern:\n{{panel}}",
    ),
    Kind.CREDIT_HELD: (
        "Unbezahlte Rechnungen: Kreditsperre für {{company}}",
        _HELLO
        + "für {{company}} gilt eine Kreditsperre, weil Rechnungen nicht bezahlt sind. Sie finden sie "
        "hier:\n{{panel}}\n\n"
        "Die Sperre endet von selbst, sobald sie bezahlt sind.",
    ),
    Kind.CREDIT_RELEASED: (
        "Die Kreditsperre für {{company}} ist beendet",
        _HELLO + "für {{company}} gilt keine Kreditsperre mehr.\n\nDas gilt bis zum {{until}}.",
    ),
    Kind.INVOICE_ISSUED: (
        "Rechnung {{number}} über {{amount}}",
        _HELLO + "{{brand}} hat {{company}} am {{day}} die Rechnung {{number}} gestellt.\n\n"
        "Betrag: {{amount}}\nZu zahlen bis: {{due}}\n\n" + _DOCUMENT,
    ),
    Kind.CREDIT_NOTE_ISSUED: (
        "Gutschrift {{number}} über {{amount}}",
        _HELLO + "{{brand}} hat {{company}} am {{day}} die Gutschrift {{number}} ausgestellt.\n\n"
        "Zu Ihren Gunsten: {{amount}}\n\n" + _DOCUMENT,
    ),
    Kind.PAYMENT_NOTED: (
        "Zahlung über {{amount}} eingegangen",
        _HELLO
        + "vielen Dank. Wir haben eine Zahlung von {{company}} verbucht: {{amount}}, eingegangen am "
        "{{day}}.\n\n"
        "Was noch zu zahlen ist, steht hier:\n{{panel}}",
    ),
    Kind.UNITS_USED: (
        "{{plan}}: {{share}} verbraucht ({{resource}})",
        _HELLO
        + "von dem, was das Abonnement {{subscription}} von {{company}}, {{plan}}, im laufenden Zeitraum enthält, sind "
        "mindestens {{share}} verbraucht.\n\n"
        "{{resource}}: {{used}} von {{included}}\n\n"
        "Was darüber hinausgeht, kann zusätzlich kosten. Sie sehen es hier:\n{{subscription_link}}",
    ),
    Kind.RENEWAL_SOON: (
        "{{plan}} verlängert sich am {{ends_on}}",
        _HELLO
        + "das Abonnement {{subscription}} von {{company}}, {{plan}}, verlängert sich am {{ends_on}}, "
        "in {{days}} Tagen.\n\n"
        "Bis dahin können Sie es ändern oder kündigen:\n{{subscription_link}}",
    ),
    Kind.EXPIRY_SOON: (
        "{{plan}} endet am {{ends_on}}",
        _HELLO + "das Abonnement {{subscription}} von {{company}}, {{plan}}, endet am {{ends_on}}, "
        "in {{days}} Tagen, und verlängert sich nicht von selbst.\n\n"
        "Möchten Sie es behalten, verlängern Sie es vorher:\n{{subscription_link}}",
    ),
}
