"""What happened, in words: every type of event, and every kind of fact."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

_EVENTS: Mapping[str, object] = {
    "SubscriptionsOrdered": _("Subscriptions were ordered"),
    "SubscriptionStarted": _("A subscription started"),
    "CancellationOrdered": _("A cancellation was ordered"),
    "SubscriptionChanged": _("A subscription was changed"),
    "TermsBegun": _("First terms began"),
    "TermsRenewed": _("Subscriptions were renewed"),
    "TermsEnded": _("Terms ended without renewal"),
    "TrialsConverted": _("Trials became paid subscriptions"),
    "TrialsEnded": _("Trials ended"),
    "GracesEnded": _("Grace periods ended"),
    "SubscriptionsCancelled": _("Cancellations took effect"),
    "SubscriptionsRestarted": _("Ended subscriptions began again"),
    "QuantitiesChanged": _("Ordered units took effect"),
    "SubscriptionsDestroyed": _("Ended subscriptions were removed for good"),
    "ExpiryNoticesGiven": _("Subscriptions expire soon"),
    "RenewalNoticesGiven": _("Subscriptions are renewed soon"),
    "NoticeRuleChanged": _("Days of notices were chosen"),
    "OrdersMoved": _("Orders have another status"),
    "OrderNoted": _("A note about an order was written"),
    "ApprovalWorkflowChanged": _("An approval workflow was changed"),
    "ProvisioningDone": _("A vendor did what was asked"),
    "ServicesConfirmed": _("Vendors confirmed what was asked of them"),
    "ProvisioningParked": _("An operation waits for a person"),
    "ProvisioningEnded": _("An operation ended without effect"),
    "FollowUpOpened": _("A vendor's message contradicts what we did"),
    "FollowUpClosed": _("A contradiction was looked at"),
    "OperationHandled": _("A person acted on an operation"),
    "ConnectorChanged": _("A connector was added or switched"),
    "DriftRepaired": _("A difference at a vendor was repaired"),
    "DayCompleted": _("A day was billed"),
    "DocumentsIssued": _("Documents were issued"),
    "HoldsJudged": _("Credit holds were put or released by the run"),
    "QuarantineRetried": _("A set-aside subscription was billed again"),
    "PaymentReceived": _("Money came in"),
    "CreditHoldMoved": _("A credit hold was put or released"),
    "AccountOpened": _("An account was opened"),
    "AccountHoldMoved": _("An administrative hold was put or released"),
    "AccountChanged": _("An account was changed"),
    "UserChanged": _("A person was added or changed"),
    "TaxChanged": _("Taxes were changed"),
    "ServiceChanged": _("A service was changed"),
    "ResourceChanged": _("A resource was changed"),
    "PlanChanged": _("A plan was changed"),
    "PlanSwitchChanged": _("A plan switch was allowed or forbidden"),
    "SalesCategoryChanged": _("A sales category was changed"),
    "VendorPriceSet": _("A vendor price was set"),
    "PriceListImported": _("A price list was imported or refused"),
    "SellerPriceSet": _("Own prices or margins were set"),
    "ExchangeRateSet": _("An exchange rate was set"),
    "PlanOfferChanged": _("A seller changed its offer of a plan"),
    "UpstreamFollowed": _("A reseller followed its seller or kept its own"),
    "PromotionChanged": _("A promotion was created or ended"),
    "UsagePriceSet": _("An own price of usage was set"),
    "ChainOpened": _("A customer got its sellers"),
    "BillingAccountChanged": _("A billing account was opened or changed"),
    "UsageImported": _("A usage file was imported"),
    "UsageAccountMapped": _("A vendor's account was given to a subscription"),
    "UsageMetered": _("Measured use was reported"),
    "TaskHandled": _("A person acted on a task"),
    "PriorityChosen": _("A priority was chosen"),
    "FactHandled": _("A fact was handed to its handlers again"),
}
_FACTS: Mapping[str, object] = {
    "subscription_started": _("Subscription started"),
    "cancellation_ordered": _("Cancellation ordered"),
    "subscription_expires_soon": _("Subscription expires soon"),
    "subscription_renews_soon": _("Subscription is renewed soon"),
    "payment_received": _("Payment received"),
    "credit_held": _("Credit hold put"),
    "credit_released": _("Credit hold released"),
    "credit_protected": _("Credit hold released until a day"),
    "invoice_issued": _("Invoice issued"),
    "credit_note_issued": _("Credit note issued"),
}


def fact(kind: str) -> str:
    """Name a kind of fact; one without words by its technical name."""
    return str(_FACTS.get(kind, kind))


def event(name: str) -> str:
    """Say what an event means; one without words by its technical name."""
    return str(_EVENTS.get(name, name))
