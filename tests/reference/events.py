"""One event of one subscription on one day (rules 1 to 7 and 9), in the order of the page."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.amounts import amounts_of, rounded
from tests.reference.calendar import covers, days_between, grid_after, natural_days, statement_date
from tests.reference.prices import agree_prices, promotions_of, split
from tests.reference.shape import ChargeRow
from tests.reference.state import ENDED, Agreed, Book, CannotBill, Change, Span, Sub
from tests.reference.world import EXPONENTS, BillingAccount, Item, find, tenant_of


@dataclass
class Event:
    """What happens to `sub` on day `on` in the run of `run_day`; new charges gather in `made`."""

    book: Book
    sub: Sub
    on: date
    run_day: date
    made: list[ChargeRow] = field(default_factory=list)

    def happen(self) -> list[ChargeRow]:
        """Move the subscription and return its new charges.

        Raises: CannotBill; the subscription is half moved then and has to be thrown away.
        """
        sub = self.sub
        renewal_day = sub.pe is not None and self.on >= sub.pe
        quantities_before = dict(sub.quantities)
        priced_by = sub.ps
        bills_usage = sub.plan.is_usage and sub.status != "trial" and priced_by is not None
        cancelled_on = self._cancellation_day()
        if bills_usage:
            self._need_taxes()
        self._apply_changes(cancelled_on, renewal_day)
        metered_with = quantities_before if renewal_day else dict(sub.quantities)
        if cancelled_on is not None:
            self._cancel(cancelled_on, metered_with)
        elif sub.status == "trial" and sub.trial_end is not None and sub.trial_end <= self.on:
            self._end_trial()
        elif sub.status == "active" and renewal_day:
            self._end_period(metered_with)
        elif sub.status == "graced" and sub.grace_end is not None and sub.grace_end <= self.on:
            sub.status = "expired"
        if bills_usage and priced_by is not None:
            self._charge_usage(priced_by, everything=sub.status in ENDED)
        if sub.status != "trial":
            sub.trial_end = None
        if sub.status != "graced":
            sub.grace_end = None
        sub.due = sub.usual_due()
        return self.made

    def _cancellation_day(self) -> date | None:
        if self.sub.cancel_on is None or self.sub.status in ENDED:
            return None
        day = self.sub.not_before_period(self.sub.cancel_on)
        return day if day <= self.on else None

    def _apply_changes(self, cancelled_on: date | None, renewal_day: bool) -> None:
        sub = self.sub
        for change in () if sub.status in ENDED else sub.open_changes():
            if change.effective_on > self.on:
                continue
            effective = sub.not_before_period(change.effective_on)
            if cancelled_on is not None and effective >= cancelled_on:
                continue
            delta = change.quantity - sub.quantities[change.item]
            sub.quantities[change.item] = change.quantity
            change.state = "applied"
            if sub.status == "active" and not renewal_day and delta != 0:
                self._charge_change(change, delta, effective)

    def _charge_change(self, change: Change, delta: Fraction, effective: date) -> None:
        sub = self.sub
        assert sub.ps is not None
        assert sub.pe is not None
        self._need_taxes()
        after = sub.quantities[change.item]
        for tier in range(1, len(sub.chain.links) + 1):
            prices = sub.levels_on(change.item, tier, "recurring", sub.ps)
            if not prices:
                self._price_may_be_missing(change.item)
            whole = natural_days(sub.ps, sub.period.billing_months, sub.anchor)
            was, now = split(prices, after - delta), split(prices, after)
            for price in prices:
                if now[price.level] != was[price.level]:
                    self._charge(
                        price,
                        kind="change",
                        quantity=now[price.level] - was[price.level],
                        start=effective,
                        end=sub.pe,
                        part=(days_between(effective, sub.pe), whole),
                        cause=change.key,
                    )

    def _price_may_be_missing(self, item: int) -> None:
        if not find(self.sub.items, item).measured and not self.sub.plan.is_usage:
            raise CannotBill("no_price")

    def _cancel(self, day: date, metered_with: dict[int, Fraction]) -> None:
        sub = self.sub
        for change in sub.open_changes():
            change.state = "withdrawn"
        if sub.status == "active" and sub.ps is not None and sub.pe is not None:
            self._need_taxes()
            refund = sub.cancel_refund and day < sub.pe
            service_end = sub.ps if sub.cancel_full else day
            if refund:
                self._refund(service_end)
                if sub.cancel_full:
                    self._give_fees_back()
            if sub.period_charged:
                self._charge_overuse(sub.ps, min(day, sub.pe), metered_with)
            self._close_span(service_end if refund or day >= sub.pe else sub.pe, "cancelled")
        sub.status = "cancelled"

    def _refund(self, day: date) -> None:
        for old in [*self.book.charges, *self.made]:
            if old.subscription != self.sub.made.key or old.kind not in {"recurring", "change"}:
                continue
            if old.period_end != self.sub.pe:
                continue
            start = max(day, old.period_start)
            self._reverse(old, start, days_between(start, old.period_end))

    def _give_fees_back(self) -> None:
        for old in list(self.book.charges):
            same_period = (old.period_start, old.period_end) == (self.sub.ps, self.sub.pe)
            is_fee = old.kind in {"setup", "renewal"} and old.quantity > 0
            if old.subscription == self.sub.made.key and is_fee and same_period:
                account = find(self.book.world.billing_accounts, old.billing_account)
                self.made.append(
                    replace(
                        old,
                        statement_on=statement_date(self.run_day, account.statement_day),
                        billed_on=self.run_day,
                        quantity=-old.quantity,
                        cause=old.key,
                        list_amount=-old.list_amount,
                        discount_amount=-old.discount_amount,
                        net=-old.net,
                        tax=-old.tax,
                    )
                )

    def _reverse(self, old: ChargeRow, start: date, days: int) -> None:
        listed = old.unit_price * -old.quantity * days / old.den
        amounts = amounts_of(
            listed=listed, discount_ppm=old.discount_ppm, tax_ppm=old.tax_ppm, digits=old.exponent
        )
        account = find(self.book.world.billing_accounts, old.billing_account)
        self.made.append(
            ChargeRow(
                tenant=old.tenant,
                billing_account=old.billing_account,
                statement_on=statement_date(self.run_day, account.statement_day),
                billed_on=self.run_day,
                subscription=old.subscription,
                customer=old.customer,
                item=old.item,
                tier=old.tier,
                kind="refund",
                period_start=start,
                period_end=old.period_end,
                num=days,
                den=old.den,
                exponent=old.exponent,
                agreed_from=old.agreed_from,
                level=old.level,
                quantity=-old.quantity,
                unit_price=old.unit_price,
                discount_ppm=old.discount_ppm,
                tax_rule=old.tax_rule,
                tax_ppm=old.tax_ppm,
                cause=old.key,
                list_amount=amounts.list_amount,
                discount_amount=amounts.discount,
                net=amounts.net,
                tax=amounts.tax,
            )
        )

    def _end_trial(self) -> None:
        if not self._renews():
            self.sub.status = "expired"
            return
        self._need_taxes()
        self.sub.status = "active"
        self._start_term(self.on)
        self._start_period(self.on)

    def _end_period(self, metered_with: dict[int, Fraction]) -> None:
        sub = self.sub
        assert sub.ps is not None
        assert sub.pe is not None
        assert sub.te is not None
        self._need_taxes()
        if sub.period_charged:
            self._charge_overuse(sub.ps, sub.pe, metered_with)
        if sub.te <= self.on:
            if not self._renews() and sub.ps != sub.pe:
                self._run_out(sub.te)
                return
            self._start_term(self.on)
        self._start_period(self.on)

    def _renews(self) -> bool:
        """Tell whether it goes on by itself: nobody who buys on the way down may be held."""
        buyers = {
            find(self.book.world.billing_accounts, link).buyer for link in self.sub.chain.links
        }
        held = any(
            self.book.credit[account.key].is_held
            for account in self.book.world.billing_accounts
            if account.buyer in buyers
        )
        return (self.sub.auto_renew or self.sub.renews_once) and not held

    def _run_out(self, term_end: date) -> None:
        sub = self.sub
        self._close_span(term_end, "expired")
        if sub.period.grace_days:
            sub.status = "graced"
            sub.grace_end = term_end + timedelta(days=sub.period.grace_days)
        else:
            sub.status = "expired"

    def _start_term(self, day: date) -> None:
        sub = self.sub
        sub.te = grid_after(day, sub.period.term_months, sub.anchor)
        if sub.next_term_end is not None and sub.next_term_end > day:
            sub.te = sub.next_term_end
        sub.renews_once, sub.next_term_end = False, None
        sub.terms.append((len(sub.terms) + 1, day, sub.te))
        agree_prices(self.book.world, sub, day, promotions_of(self.book, sub, day))

    def _start_period(self, day: date) -> None:
        sub = self.sub
        assert sub.te is not None
        months = sub.period.billing_months
        end = min(grid_after(day, months, sub.anchor), sub.te)
        if not sub.setup_done:
            for item in sub.items:
                self._charge_once(item, "setup", day, end)
            sub.setup_done = True
        if sub.terms[-1][1] == day and any(term[1] < day for term in sub.terms):
            for item in sub.items:
                self._charge_once(item, "renewal", day, end)
        whole = natural_days(day, months, sub.anchor)
        for item in sub.items:
            if sub.quantities[item.key] > 0:
                self._charge_recurring(item, day, end, whole)
        sub.ps, sub.pe = day, end
        if all(span.end is not None for span in sub.spans):
            sub.spans.append(Span(day))

    def _charge_once(self, item: Item, kind: str, day: date, end: date) -> None:
        for tier in range(1, len(self.sub.chain.links) + 1):
            price = self.sub.agreed_on(item.key, tier, kind, day)
            if price is not None and price.unit_price > 0:
                self._charge(
                    price, kind=kind, quantity=Fraction(1), start=day, end=end, part=(1, 1)
                )

    def _charge_recurring(self, item: Item, day: date, end: date, whole: int) -> None:
        for tier in range(1, len(self.sub.chain.links) + 1):
            prices = self.sub.levels_on(item.key, tier, "recurring", day)
            if not prices:
                self._price_may_be_missing(item.key)
            part = (days_between(day, end), whole)
            counted = split(prices, self.sub.quantities[item.key])
            for price in prices:
                units = counted[price.level]
                if units:
                    self._charge(
                        price, kind="recurring", quantity=units, start=day, end=end, part=part
                    )

    def _charge_overuse(self, start: date, end: date, quantities: dict[int, Fraction]) -> None:
        for item in self.sub.items:
            used = Fraction(0)
            for row in self.book.world.metered:
                if row.item == item.key and covers(start, end, row.on):
                    used += Fraction(row.quantity)
            over = used - Fraction(item.included) * quantities[item.key]
            if not item.measured or over <= 0:
                continue
            for tier in range(1, len(self.sub.chain.links) + 1):
                prices = self.sub.levels_on(item.key, tier, "overuse", start)
                counted = split(prices, over)
                for price in prices:
                    if counted[price.level]:
                        self._charge(
                            price,
                            kind="overuse",
                            quantity=counted[price.level],
                            start=start,
                            end=end,
                            part=(1, 1),
                        )

    def _charge_usage(self, priced_by: date, *, everything: bool) -> None:
        for total in self.sub.usage:
            if total.billed or (total.period_end > self.on and not everything):
                continue
            total.billed = True
            account = find(self.book.world.billing_accounts, self.sub.chain.links[total.tier - 1])
            digits = EXPONENTS[account.currency]
            listed = rounded(total.after, digits) - rounded(total.before, digits)
            if listed == 0:
                continue
            price = self.sub.agreed_on(total.item, total.tier, "usage", priced_by)
            if price is None:
                raise CannotBill("no_price")
            self._charge(
                price,
                kind="usage",
                quantity=total.quantity,
                start=total.period_start,
                end=total.period_end,
                part=(1, 1),
                cause=total.key,
                listed=listed,
            )

    def _close_span(self, day: date, reason: str) -> None:
        for span in self.sub.spans:
            if span.end is None:
                span.end, span.reason = day, reason

    def _need_taxes(self) -> None:
        """Raise CannotBill if any tier could not be taxed, whether or not it will be charged."""
        for link in self.sub.chain.links:
            self._tax_rule(find(self.book.world.billing_accounts, link))

    def _tax_rule(self, account: BillingAccount) -> tuple[int, int]:
        """Return key and rate of the rule of this billing account on the day of the run."""
        if account.seller_zone is None or account.buyer_zone is None:
            raise CannotBill("no_tax_zone")
        wanted = (
            account.seller_zone,
            account.buyer_zone,
            self.sub.plan.tax_category,
            account.registered,
        )
        for rule in self.book.world.tax_rules:
            same = (rule.seller_zone, rule.buyer_zone, rule.category, rule.registered) == wanted
            if same and covers(rule.valid_from, rule.valid_to, self.run_day):
                return rule.key, rule.ppm
        raise CannotBill("no_tax_rule")

    def _charge(
        self,
        price: Agreed,
        *,
        kind: str,
        quantity: Fraction,
        start: date,
        end: date,
        part: tuple[int, int],
        cause: int = 0,
        listed: Fraction | None = None,
    ) -> None:
        world, made = self.book.world, self.sub.made
        account = find(world.billing_accounts, self.sub.chain.links[price.tier - 1])
        tax_rule, tax_ppm = self._tax_rule(account)
        unit_price = price.unit_price if listed is None else Fraction(1)
        amounts = amounts_of(
            listed=unit_price * quantity * part[0] / part[1] if listed is None else listed,
            discount_ppm=price.discount_ppm,
            tax_ppm=tax_ppm,
            digits=EXPONENTS[account.currency],
        )
        customer = self.sub.chain.customer
        self.made.append(
            ChargeRow(
                tenant=tenant_of(world, customer),
                billing_account=account.key,
                statement_on=statement_date(self.run_day, account.statement_day),
                billed_on=self.run_day,
                subscription=made.key,
                customer=customer,
                item=price.item,
                tier=price.tier,
                kind=kind,
                period_start=start,
                period_end=end,
                num=part[0],
                den=part[1],
                exponent=EXPONENTS[account.currency],
                agreed_from=price.valid_from,
                level=price.level,
                quantity=quantity,
                unit_price=unit_price,
                discount_ppm=price.discount_ppm,
                tax_rule=tax_rule,
                tax_ppm=tax_ppm,
                cause=cause,
                list_amount=amounts.list_amount,
                discount_amount=amounts.discount,
                net=amounts.net,
                tax=amounts.tax,
            )
        )
