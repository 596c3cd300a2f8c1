"""What may be wrong with a request for a reward or with a step of an order. Nothing has changed, nothing is held."""

from datetime import date
from typing import ClassVar

from domain.errors import DomainError
from domain.rewards.messages import OrderState


class NotOnSale(DomainError):
    """The item is gone from the shop, or its sale window is not open (R-CAT-01)."""

    code = "sh.not_on_sale"


class NotEligible(DomainError):
    """The item is for other people (R-CAT-01), or its approval would be this person's own (R-CAT-02)."""

    code = "sh.not_eligible"


class NoApprover(DomainError):
    """Its approval is needed, and there is nobody to give it but the requester (R-ROL-02)."""

    code = "sh.no_approver"


class StoreNotAllowed(DomainError):
    """The item is not to be had in that store."""

    code = "sh.wrong_store"


class NotManagersStock(DomainError):
    """Goods are added by the store's manager or an admin (R-ROL-01, §17)."""

    code = "stock.only_manager"


class NotStaffsStock(DomainError):
    """Goods are counted by those who serve the store, or an admin (R-ROL-01, §17)."""

    code = "stock.not_yours"


class BadQuantity(DomainError):
    """Fewer or more at once than the item allows (R-RED-05)."""

    code = "sh.bad_quantity"

    def __init__(self, most: int) -> None:
        super().__init__(n=str(most))


class LimitReached(DomainError):
    """So many of it have been ordered in this period already (R-RED-04). `again_on` None: never again."""

    code = "sh.limit_reached"

    def __init__(self, count: int, period: str, again_on: date | None) -> None:
        super().__init__(n=str(count))
        self.count, self.period, self.again_on = count, period, again_on


class SoldOut(DomainError):
    """None is left; nothing was deducted (R-RED-03)."""

    code = "sh.sold_out"

    def __init__(self, item_id: str, store_id: str | None) -> None:
        super().__init__()
        self.item_id, self.store_id = item_id, store_id


class NotEnough(DomainError):
    """The wallet has less than it costs (R-RED-02)."""

    code = "sh.not_enough"

    def __init__(self, left: int, need: int) -> None:
        super().__init__(n=str(need - left), left=str(left))
        self.left, self.need = left, need


class NoOrder(DomainError):
    """There is no such order, or not for this person."""

    code = "sh.no_order"


class StepRefused(DomainError):
    """A step of an order that cannot be made: not from this state, not by this person, not any more (R-RED-01)."""

    code: ClassVar[str] = "sh.step_refused"

    def __init__(self, order_id: str, before: OrderState, after: OrderState) -> None:
        super().__init__()
        self.order_id, self.before, self.after = order_id, before, after


class StepIllegal(StepRefused):
    """No order goes from this state to that one."""


class StepNotYours(StepRefused):
    """Somebody else has to make this step (R-ROL-01, R-ROL-02)."""

    code = "sh.step_not_yours"


class StepTooLate(StepRefused):
    """The time for this step is over."""

    code = "sh.step_too_late"
