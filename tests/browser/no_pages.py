"""Addresses of the panels that `test_every_page.py` does not look at, and why."""

# The actions on a subscription are three templates; a seller's and a customer's pages of them are below.
_TERMS = ("renew", "renew-withdraw", "restart", "plan")
_ACTS = ("note", "quantity", "renewal", "cancel", "go-on", "change-withdraw", "align", *_TERMS)
# The people of an account: one set of templates for own ones and others; acts are one template.
_USER_ACTS = ("invite", "link", "disable", "enable", "factors")
_USER_IMPORTS = ("user-import-template", "user-import-upload", "user-import-apply", "user-import")
_USERS_BELOW = (
    *("account-users-act", "account-users-role", "account-users-export"),
    *(f"account-user-{act}" for act in (*_USER_ACTS, "new", "edit", "role", "delete")),
    "account-user-imports",
    *(f"account-{name}" for name in _USER_IMPORTS),
)
_OWN_USERS = (
    "users-act",
    "users-role",
    *(f"user-{act}" for act in (*_USER_ACTS, "edit", "role", "delete")),
)
PRICE_FORMS = (
    "price-review",
    "price-apply",
    "price-withdraw",
    "margin-withdraw",
    "price-file-download",
    "price-file-upload",
    "price-file-preview",
    "price-file-wrong",
    "price-file-apply",
    "price-file-discard",
)
# One template for all panels; a reseller's are looked at.
_ROLES = ("roles", "role", "role-new")
# The same for sign-in portals; a customer's are looked at.
_PORTAL_FORMS = ("portal-test", "portal-switch", "token-revoke")
_DIRECTORIES = ("directory", "token-new", "group-role", *_PORTAL_FORMS)
_PORTALS = ("portals", "portal", "portal-new", "portal-edit", "portal-delete", *_DIRECTORIES)
# Addresses that only take a form or send a file, or whose screen is looked at elsewhere.
NO_PAGES = {
    "provider": {
        *_PORTALS,
        "users-export",
        *("role-remove", *_ROLES),
        *(f"user-{act}" for act in _USER_ACTS),
        *("account-users", "account-user", *_USERS_BELOW, *_USER_IMPORTS),
        *(f"subscription-{act}" for act in (*_ACTS, "hold", "destroy")),
        "account-note",
        "cart-add",
        "cart-change",
        "cart-order",
        # The mail of a message is a frame of its page; the others take forms.
        "message-body",
        "message-again",
        "message-words-keep",
        "message-words-reset",
        "account-notifications-change",
        "notices-choose",
        "subscriptions-export",
        "subscriptions-together",
        "orders-export",
        "order-note",
        "order-approve",
        "order-reject",
        "billing-bill",
        "billing-rehearse",
        "billing-compare",
        "billing-prove",
        "billing-retry",
        "connector-switch",
        "connector-people",
        "connector-units",
        "drift-look",
        "usage-fetch",
        "drift-repair",
        "follow-up-close",
        "operation-now",
        # Acts are one template; the one with most fields is looked at.
        "operation-done",
        "operation-fail",
        "operation-withdraw",
        "subscription-import-template",
        "subscription-import-upload",
        "subscription-import-apply",
        "job-stop",
        "job-restart",
        "job-now",
        "task-choose",
        "task-fact-again",
        "invoice-pdf",
        "invoice-csv",
        "usage-import-upload",
        "usage-import-map",
        "usage-import-rejects",
        "price-list-upload",
        "price-list-wrong",
        "price-list-apply",
        "price-list-discard",
        "price-list-rejects",
        # The screen of `approval-new`; the provider of this world has no workflow.
        "approval",
        *PRICE_FORMS,
        "category-remove",
        "resource-parts",
    },
    "reseller": {
        *_PORTALS,
        # One template for all panels; the operator's is looked at.
        "factor-demands",
        "users-export",
        "role-remove",
        *(*_OWN_USERS, "user", "user-new", *_USERS_BELOW, "user-imports", *_USER_IMPORTS),
        "subscription-note",
        "plan-changes-act",
        "plan-changes-policy",
        "plan-changes-seen",
        *PRICE_FORMS,
        *(f"subscription-{act}" for act in ("renewal", "go-on", "change-withdraw", "release")),
        *(f"subscription-{act}" for act in _TERMS),
        *(f"own-subscription-{act}" for act in _ACTS),
        "subscription-import-template",
        "subscription-import-upload",
        "subscription-import-apply",
        # The same page as the provider's.
        "subscription-import",
        "account-note",
        "message-body",
        "message-again",
        "message-words-keep",
        "message-words-reset",
        "account-notifications-change",
        "own-message-body",
        "notifications-change",
        "notices-choose",
        "subscriptions-export",
        "own-subscriptions-export",
        "own-subscriptions-together",
        "orders-export",
        "order-note",
        *("own-orders-export", "own-order-approve", "own-order-reject"),
        "own-order-note",
        # A new reseller's; looked at in tests/web/customers/test_setup_browser.py.
        *("setup", "setup-company", "setup-plans", "setup-prices", "setup-brand"),
        # The screen of `subscription-usage`; no reseller of this world pays as it goes itself.
        "own-subscription-usage",
        "invoice-pdf",
        "invoice-csv",
        "issued-invoice-pdf",
        "issued-invoice-csv",
        "cart-add",
        "cart-change",
        "cart-order",
    },
    "customer": {
        *_PORTAL_FORMS,
        "factor-demands",
        "users-export",
        # One template for all acts on orders; the seller's are looked at.
        *("order-approve", "order-reject"),
        *("role-remove", *_ROLES),
        "service-release",
        "service-retry",
        "message-body",
        "notifications-change",
        *_OWN_USERS,
        *_USER_IMPORTS,
        *(
            f"subscription-{act}"
            for act in ("note", "cancel", "go-on", "change-withdraw", "align", *_TERMS)
        ),
        "subscriptions-export",
        "subscriptions-together",
        "orders-export",
        "order-note",
        "invoice-pdf",
        "invoice-csv",
        "cart-add",
        "cart-change",
        "cart-order",
    },
}
