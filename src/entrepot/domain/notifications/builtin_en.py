"""The usual words of messages in English: subject and text of each kind."""

from entrepot.domain.notifications.kinds import MessageKind as Kind

_HELLO = "Hello {{person}},\n\n"
_ORDER = "{{plans}}\n\nYou can follow it here:\n{{order_link}}"
_DOCUMENT = "You can open and download it here:\n{{document_link}}"
_NOT_YOU = "If that was not you, tell {{brand}} at once."

TEXTS: dict[Kind, tuple[str, str]] = {
    Kind.WELCOME: (
        "Welcome to {{brand}}",
        _HELLO
        + "{{company}} has placed its first order with {{brand}}. Your panel, in which you manage services, "
        "people and invoices, is here:\n{{panel}}\n\n"
        "Your login name: {{login}}\n\n"
        "Set your password with this link. It works once and for {{hours}} hours:\n{{link}}\n"
        "If it has expired, ask for a new one under “Set or reset the password” on the sign-in page.",
    ),
    Kind.ACTIVATION: (
        "Activate your access to {{brand}}",
        _HELLO + "you have access to the services of {{company}}. Your login name: {{login}}\n\n"
        "Set your password with this link. It works once and for {{hours}} hours:\n{{link}}\n\n"
        "After that you sign in here:\n{{panel}}",
    ),
    Kind.PASSWORD_RESET: (
        "Set your password for {{brand}}",
        _HELLO
        + "somebody asked for a new password for {{login}}. With this link you can set one. It works once and "
        "for {{minutes}} minutes:\n{{link}}\n\n"
        "If that was not you, do nothing: your password stays as it is.",
    ),
    Kind.SIGNS_IN_OUTSIDE: (
        "You sign in to {{brand}} through {{keeper}}",
        _HELLO
        + "somebody asked for a new password for {{login}}. There is none here: you sign in through {{keeper}}, and a "
        "forgotten password is set there.\n\nSign in here:\n{{panel}}",
    ),
    Kind.PASSWORD_CHANGED: (
        "Your password for {{brand}} was changed",
        _HELLO
        + "the password of {{login}} was changed on {{day}}. All other sessions have ended.\n\n"
        + _NOT_YOU,
    ),
    Kind.FACTORS_CHANGED: (
        "Your second factors for {{brand}} were changed",
        _HELLO
        + "on {{day}} the second factors of {{login}} were changed: {{change}}.\n\n"
        + _NOT_YOU,
    ),
    Kind.FACTORS_RESET: (
        "Your second factors for {{brand}} were reset",
        _HELLO
        + "{{by}} reset the second factors of {{login}} on {{day}}. All sessions have ended, and your password "
        "alone is enough until you add a factor again:\n{{panel}}\n\n"
        "If you did not ask for that, tell {{brand}} at once.",
    ),
    Kind.ROLE_CHANGED: (
        "Your role at {{company}} was changed",
        _HELLO + "your role at {{company}} is now: {{role}}.\n\nChanged by: {{by}}\n\n"
        "What you may do follows the new role from your next click on:\n{{panel}}",
    ),
    Kind.SERVICE_ASSIGNED: (
        "New services for you",
        _HELLO
        + "{{company}} has given you: {{services}}.\n\nYou find your services here:\n{{panel}}",
    ),
    Kind.SERVICE_REMOVED: (
        "Services were taken back",
        _HELLO
        + "{{company}} has taken back: {{services}}.\n\nYour other services stay as they are:\n{{panel}}",
    ),
    Kind.ACTED_ON_BEHALF: (
        "{{seller}} has opened your panel",
        _HELLO
        + "{{by}} of {{seller}} opened the panel of {{company}} on {{day}} to act on its behalf.\n\n"
        "Reason given: {{reason}}\n\n"
        "Everything that was done is written down under both names.",
    ),
    Kind.ACCOUNT_EDITED: (
        "{{account}} has changed its company data",
        _HELLO + "{{by}} of {{account}} changed the company's data or contacts on {{day}}.\n\n"
        "What it was stands in the timeline of the account:\n{{account_link}}\n\n"
        "A new address or tax number counts for the tax of later invoices.",
    ),
    Kind.ORDER_ASKED: (
        "Your approval is needed: order {{orders}}",
        _HELLO + "{{by}} has placed an order on behalf of {{company}}:\n\n{{plans}}\n"
        "First bill: {{amount}} before tax\n\n"
        "Nothing happens until one of your people approves it. After 7 days without a decision it is "
        "rejected.\n\nApprove or reject it here:\n{{order_link}}",
    ),
    Kind.ORDER_SUBMITTED: (
        "We have received order {{orders}}",
        _HELLO + "thank you. We have received order {{orders}} of {{company}}:\n\n" + _ORDER,
    ),
    Kind.ORDER_PROCESSING: (
        "Order {{orders}} is being carried out",
        _HELLO + "order {{orders}} of {{company}} is being carried out:\n\n" + _ORDER,
    ),
    Kind.ORDER_ERROR: (
        "Order {{orders}} takes longer",
        _HELLO
        + "something went wrong while carrying out order {{orders}} of {{company}}. People are looking at it; "
        "you need not do anything.\n\n" + _ORDER,
    ),
    Kind.ORDER_COMPLETED: (
        "Order {{orders}} is completed",
        _HELLO + "order {{orders}} of {{company}} is completed:\n\n" + _ORDER,
    ),
    Kind.ORDER_CANCELLED: (
        "Order {{orders}} was cancelled",
        _HELLO + "order {{orders}} of {{company}} was cancelled:\n\n" + _ORDER,
    ),
    Kind.ACCOUNT_HELD: (
        "{{company}} is on hold",
        _HELLO
        + "{{brand}} has put {{company}} on hold. You can still read everything, but order and change nothing.",
    ),
    Kind.ACCOUNT_RELEASED: (
        "{{company}} is no longer on hold",
        _HELLO
        + "{{company}} is no longer on hold. You can order and change services again:\n{{panel}}",
    ),
    Kind.CREDIT_HELD: (
        "Unpaid invoices: {{company}} is on credit hold",
        _HELLO
        + "{{company}} is on credit hold, because invoices are not paid. You find them here:\n{{panel}}\n\n"
        "The hold ends by itself when they are paid.",
    ),
    Kind.CREDIT_RELEASED: (
        "The credit hold of {{company}} has ended",
        _HELLO + "{{company}} is no longer on credit hold.\n\nThis holds until {{until}}.",
    ),
    Kind.INVOICE_ISSUED: (
        "Invoice {{number}} of {{amount}}",
        _HELLO + "{{brand}} has issued invoice {{number}} to {{company}} on {{day}}.\n\n"
        "Amount: {{amount}}\nTo be paid by: {{due}}\n\n" + _DOCUMENT,
    ),
    Kind.CREDIT_NOTE_ISSUED: (
        "Credit note {{number}} of {{amount}}",
        _HELLO + "{{brand}} has issued credit note {{number}} to {{company}} on {{day}}.\n\n"
        "In your favour: {{amount}}\n\n" + _DOCUMENT,
    ),
    Kind.PAYMENT_NOTED: (
        "We have received {{amount}}",
        _HELLO
        + "thank you. We have noted a payment of {{company}}: {{amount}}, received on {{day}}.\n\n"
        "What is still to be paid stands here:\n{{panel}}",
    ),
    Kind.UNITS_USED: (
        "{{plan}}: {{share}} of {{resource}} is used",
        _HELLO
        + "at least {{share}} of what the subscription {{subscription}} of {{company}}, {{plan}}, includes in the "
        "running period is used.\n\n"
        "{{resource}}: {{used}} of {{included}}\n\n"
        "What is used beyond that may cost extra. You see it here:\n{{subscription_link}}",
    ),
    Kind.RENEWAL_SOON: (
        "{{plan}} is renewed on {{ends_on}}",
        _HELLO
        + "the subscription {{subscription}} of {{company}}, {{plan}}, is renewed on {{ends_on}}, "
        "in {{days}} days.\n\n"
        "You can change or cancel it before that:\n{{subscription_link}}",
    ),
    Kind.EXPIRY_SOON: (
        "{{plan}} ends on {{ends_on}}",
        _HELLO + "the subscription {{subscription}} of {{company}}, {{plan}}, ends on {{ends_on}}, "
        "in {{days}} days, and is not renewed by itself.\n\n"
        "If you want to keep it, renew it before that:\n{{subscription_link}}",
    ),
}
