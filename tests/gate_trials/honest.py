"""Changes that happen to sound companies, done to a month's files: the gate has to let them through.

Each says after which release its month comes. Damages stand in `damages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.gate_trials import streams
from tests.gate_trials.damages.duplicates import shifted
from tests.gate_trials.delivery import Delivery
from tests.gate_trials.sheets import Row, Sheet
from tests.gate_trials.streams import Stream

SPRING, AUTUMN, CHRISTMAS = "2026-04", "2025-11", "2025-12"
_OFFICE = (streams.ACTIVITIES, streams.TASKS, streams.CALLS, streams.STATES)
_OWNED = (streams.LEADS, streams.DEALS, streams.ACTIVITIES, streams.TASKS, streams.ORDERS)


@dataclass(frozen=True)
class Honest:
    """A change, the month in which it comes, and whether the company had hardly begun before."""

    name: str
    what: str
    month: str
    apply: Callable[[Delivery, Random], None]
    small_start: bool = False


def _nothing(delivery: Delivery, rng: Random) -> None:
    """The clocks have changed, and nothing else."""


def _of_month(sheet: Sheet, month: str) -> list[Row]:
    return [row for row in sheet.rows if f"{sheet.day(row)}".startswith(month)]


def _new_region(delivery: Delivery, rng: Random) -> None:
    """Four reps of a region that there was not, with every eighth of what is new."""
    first = date.fromisoformat(f"{delivery.month}-01")
    users = delivery.read(streams.USERS, delivery.earlier_months(streams.USERS)[0])
    model = next(row for row in users.rows if row["Puesto"] == "Comercial")
    ids = [f"U{500 + number:04d}" for number in range(4)]
    extensions = [str(2501 + number) for number in range(4)]
    hired = [
        model
        | {
            "Id": user,
            "Nombre": f"Nueva Persona {user}",
            "Correo": f"{user.lower()}@correo.example",
            "Extensión": extension,
            "Equipo": "Emisión Galicia",
            "Zona": "Galicia",
            "Oficina": "Vigo",
            "Alta": f"{first:%d/%m/%Y}",
            "Modificado": f"{first:%d/%m/%Y} 08:00",
        }
        for user, extension in zip(ids, extensions, strict=True)
    ]
    delivery.add(Sheet(streams.USERS, users.path, users.columns, hired), delivery.month)
    for stream in (*_OWNED, streams.CALLS):
        new = extensions if stream is streams.CALLS else ids
        _hand_over(delivery, stream, lambda row: rng.random() < 0.125, new, rng)
    states = delivery.read(streams.STATES)
    for old, extension in zip(sorted(states.values("extension")), extensions, strict=False):
        states.rows += [
            row | {"extension": extension}
            for row in _of_month(states, delivery.month)
            if row["extension"] == old
        ]
    delivery.write(states)


def _hand_over(
    delivery: Delivery,
    stream: Stream,
    is_moved: Callable[[Row], bool],
    to: list[str],
    rng: Random,
) -> None:
    sheet = delivery.read(stream)
    for row in _of_month(sheet, delivery.month):
        if row[stream.owner] and is_moved(row):
            row[stream.owner] = rng.choice(to)
    delivery.write(sheet)


def _rep_leaves(delivery: Delivery, rng: Random) -> None:
    """From a day on, a rep has nothing new; colleagues of the same region have it."""
    regions = delivery.regions()
    users = sorted(
        user for user in delivery.read(streams.DEALS).values("Propietario") if user in regions
    )
    gone = rng.choice(users)
    same = [user for user in users if regions[user] == regions[gone] and user != gone]
    colleagues = same or [user for user in users if user != gone]
    since = date.fromisoformat(f"{delivery.month}-{rng.randrange(2, 15):02d}")
    extension = str(2001 + int(gone[1:]))
    for stream in (*_OWNED, streams.CALLS):
        is_call = stream is streams.CALLS
        to = [str(2001 + int(user[1:])) for user in colleagues] if is_call else colleagues
        sheet = delivery.read(stream)
        for row in sheet.rows:
            if row[stream.owner] == (extension if is_call else gone) and _since(sheet, row, since):
                row[stream.owner] = rng.choice(to)
        delivery.write(sheet)
    states = delivery.read(streams.STATES)
    states.rows = [
        row
        for row in states.rows
        if row["extension"] != extension or not _since(states, row, since)
    ]
    delivery.write(states)


def _since(sheet: Sheet, row: Row, first: date) -> bool:
    day = sheet.day(row)
    return day is not None and day >= first


def _campaign_burst(delivery: Delivery, rng: Random) -> None:
    """For five days leads come three times as often, and prospects see more."""
    begin = date.fromisoformat(f"{delivery.month}-{rng.randrange(5, 20):02d}")
    days = [begin + timedelta(days=number) for number in range(5)]
    for stream in (streams.LEADS, streams.SOCIAL):
        sheet = delivery.read(stream)
        model = [row for row in sheet.rows if sheet.day(row) in days]
        sheet.rows += _more(sheet, model * 2, rng)
        delivery.write(sheet)


def _more(sheet: Sheet, models: Iterable[Row], rng: Random) -> list[Row]:
    """Other leads or interactions of the same kind: other ids and people, at other minutes of the same days."""
    key, moments = sheet.stream.key, sheet.stream.moments
    made = []
    for model in models:
        row = shifted(model, moments, rng.randrange(-50, 50) * 60)
        person = rng.randrange(10**7)
        row[key] = f"{str(model[key])[0]}7{person:07d}"
        if sheet.stream is streams.LEADS:
            row |= dict.fromkeys(("Contacto", "Cuenta", "Oportunidad", "Convertido"), "")
            row |= {
                "Nombre": f"Persona {person}",
                "Correo": f"persona{person}@correo.example",
                "Teléfono": f"+347{person:08d}",
            }
        else:
            row |= {"handle": f"@otra_{person}", "crm_contact": "", "email": ""}
        made.append(row)
    return made


def _christmas(delivery: Delivery, rng: Random) -> None:
    """From the 24th on nobody is in the office; the shop sells a third."""
    for stream in (*_OFFICE, streams.DEALS, streams.LEADS, streams.ORDERS):
        sheet, parts = delivery.read(stream), delivery.parts(stream)
        stays = 0.0 if stream in _OFFICE else 0.3
        lost = {
            id(row)
            for row in _of_month(sheet, delivery.month)
            if f"{sheet.day(row)}" >= f"{delivery.month}-24" and rng.random() >= stays
        }
        _drop(sheet, parts, lost)
        delivery.write(sheet, parts)
    invoices, orders = delivery.read(streams.INVOICES), delivery.read(streams.ORDERS)
    known = {row["order_id"] for row in orders.rows}
    before = f"{delivery.month}-24"
    invoices.rows = [
        row for row in invoices.rows if f"{invoices.day(row)}" < before or row["Pedido"] in known
    ]
    delivery.write(invoices)


def _drop(sheet: Sheet, parts: Sheet | None, lost: set[int]) -> None:
    key, part_key = sheet.stream.key, sheet.stream.part_key
    gone = {row[key] for row in sheet.rows if key and id(row) in lost}
    sheet.rows = [row for row in sheet.rows if id(row) not in lost]
    if parts is not None:
        parts.rows = [row for row in parts.rows if row[part_key] not in gone]


def _black_friday(delivery: Delivery, rng: Random) -> None:
    """On the last Friday the shop sells five times as much, and three times on the weekend."""
    days = {date(2025, 11, 28): 4, date(2025, 11, 29): 2, date(2025, 11, 30): 2}
    orders = delivery.read(streams.ORDERS)
    models = [row for row in orders.rows for _ in range(days.get(orders.day(row) or date.min, 0))]
    _sell_more(delivery, models, rng)


def _sell_more(delivery: Delivery, models: list[Row], rng: Random) -> None:
    """Orders like others: at other minutes, of other people, with lines of any order; each has its invoice."""
    orders, lines, invoices = (
        delivery.read(one) for one in (streams.ORDERS, streams.LINES, streams.INVOICES)
    )
    people = orders.values("contact_id")
    by_order: dict[str, list[Row]] = {}
    for row in lines.rows:
        by_order.setdefault(row["order_id"], []).append(row)
    baskets = list(by_order.values())
    billed = {row["Pedido"]: row for row in invoices.rows}
    for number, model in enumerate(models):
        if model["devuelve"]:
            continue
        key = f"O7{number:06d}"
        row = shifted(model, streams.ORDERS.moments, rng.randrange(-2400, 2400))
        orders.rows.append(
            row
            | {
                "order_id": key,
                "account_id": None,
                "contact_id": rng.choice(people) if model["contact_id"] else None,
                "deal_id": None,
            }
        )
        basket = rng.choice(baskets)
        lines.rows += [line | {"order_id": key} for line in basket]
        if model["order_id"] in billed:
            total = sum(line["unit_price"] * line["quantity"] for line in basket)
            invoices.rows.append(
                billed[model["order_id"]]
                | {"Factura": f"F7{number:06d}", "Pedido": key, "Total": Decimal(total)}
            )
    delivery.write(orders, lines, invoices)


def _growth(delivery: Delivery, rng: Random) -> None:
    """A third more sales, leads and interactions; calls stay, since agents' states would have to follow them."""
    orders = delivery.read(streams.ORDERS)
    _sell_more(delivery, [row for row in orders.rows if rng.random() < 0.3], rng)
    for stream in (streams.LEADS, streams.SOCIAL):
        sheet = delivery.read(stream)
        sheet.rows += _more(sheet, [row for row in sheet.rows if rng.random() < 0.3], rng)
        delivery.write(sheet)


def _price_rise(delivery: Delivery, rng: Random) -> None:
    """From the first of the month on everything costs a tenth more or less than that."""
    factor = Decimal(rng.randrange(105, 113)) / 100
    for stream in (streams.LINES, streams.INVOICES, streams.DEALS):
        sheet = delivery.read(stream)
        for row in sheet.rows if stream is streams.LINES else _of_month(sheet, delivery.month):
            for name in stream.amounts:
                if isinstance(row[name], Decimal):
                    row[name] = (row[name] * factor).quantize(Decimal("0.01"))
        delivery.write(sheet)


HONEST = (
    Honest("summer_time", "the first whole month of summer time", SPRING, _nothing),
    Honest("winter_time", "the first whole month of winter time", AUTUMN, _nothing),
    Honest("new_region", "a new region with a team of four", SPRING, _new_region),
    Honest("rep_leaves", "a rep leaves, colleagues take over", SPRING, _rep_leaves),
    Honest("campaign_burst", "a campaign brings three times the leads", SPRING, _campaign_burst),
    Honest("christmas", "the office is closed from the 24th on", CHRISTMAS, _christmas),
    Honest("black_friday", "five times the orders on a day", AUTUMN, _black_friday),
    Honest("growth", "30 % more orders, leads and interactions", SPRING, _growth),
    Honest("price_rise", "prices rise by 5 to 12 %", AUTUMN, _price_rise),
    Honest("small_start", "the first month after a small start", SPRING, _nothing, True),
)
