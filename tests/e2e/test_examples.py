"""Real companies' exports by mapping alone: the figures are those published with each data set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Embudo, public_data

pytestmark = pytest.mark.slow

Refreshed = Callable[..., Embudo]


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Refreshed:
    """Refresh an example once for all its tests."""
    done: dict[tuple[str, str], Embudo] = {}

    def refresh(name: str, config: str = "embudo.yml") -> Embudo:
        inbox = public_data(name)
        if (name, config) not in done:
            company = Embudo(
                home=tmp_path_factory.mktemp(name), config=ROOT / "examples" / name / config
            )
            company("refresh", "--inbox", str(inbox))
            done[name, config] = company
        return done[name, config]

    return refresh


class TestMavenTech:
    """Figures of the data set's README, computed there with SQL straight from the files."""

    METRICS = (
        "win_rate,opportunities_won,opportunities_lost,won_value,average_deal_size,sales_cycle_days"
    )

    def test_totals(self, refreshed: Refreshed) -> None:
        (row,) = refreshed("crm_maven_mavenTech").query(self.METRICS)
        assert row["win_rate"] == pytest.approx(0.631501, abs=5e-7)
        assert row["opportunities_won"] == 4238
        assert row["opportunities_lost"] == 2473
        assert row["won_value"] == 10005534
        assert row["average_deal_size"] == pytest.approx(2360.9094, abs=5e-5)
        assert row["sales_cycle_days"] == pytest.approx(51.782, abs=5e-4)

    @pytest.mark.parametrize("dimension", ["rep__region", "rep__manager"])
    def test_parts_add_up(self, refreshed: Refreshed, dimension: str) -> None:
        rows = refreshed("crm_maven_mavenTech").query(
            "opportunities_won,opportunities_lost,won_value", "--by", dimension
        )
        named = [row for row in rows if row[dimension]]
        assert len(named) == {"rep__region": 3, "rep__manager": 6}[dimension]
        assert sum(row["opportunities_won"] or 0 for row in rows) == 4238
        assert sum(row["opportunities_lost"] or 0 for row in rows) == 2473
        assert sum(row["won_value"] or 0 for row in rows) == 10005534

    def test_by_manager(self, refreshed: Refreshed) -> None:
        rows = refreshed("crm_maven_mavenTech").query("won_value,win_rate", "--by", "rep__manager")
        by_manager = {row["rep__manager"]: row for row in rows}
        assert by_manager["Melvin Marxen"]["won_value"] == 2251930
        assert by_manager["Cara Losch"]["win_rate"] == pytest.approx(480 / 745)

    def test_the_misspelt_product_counts(self, refreshed: Refreshed) -> None:
        rows = refreshed("crm_maven_mavenTech").query(
            "opportunities_won,won_value", "--by", "product__name"
        )
        gtx_pro = next(row for row in rows if row["product__name"] == "GTX Pro")
        assert (gtx_pro["opportunities_won"], gtx_pro["won_value"]) == (729, 3510578)

    def test_quarters(self, refreshed: Refreshed) -> None:
        rows = refreshed("crm_maven_mavenTech").query("won_value", "--grain", "quarter")
        values = [row["won_value"] for row in rows if row["won_value"]]
        assert values == [1134672, 3086111, 2982255, 2802496]


@pytest.mark.parametrize("config", ["embudo.yml", "embudo.xlsx.yml"])
class TestCallCentre:
    """5,000 calls, once from the CSV and once from the workbook."""

    def test_totals(self, refreshed: Refreshed, config: str) -> None:
        (row,) = refreshed("call_pwc_callcentre", config).query(
            "calls,answer_rate,average_speed_of_answer,talk_time"
        )
        assert row["calls"] == 5000
        assert row["answer_rate"] == pytest.approx(0.8108)
        assert row["average_speed_of_answer"] == pytest.approx(67.5207, abs=5e-5)
        assert row["talk_time"] == pytest.approx(224.9228 * 4054, rel=1e-6)

    def test_by_agent(self, refreshed: Refreshed, config: str) -> None:
        rows = refreshed("call_pwc_callcentre", config).query(
            "calls,answer_rate,average_speed_of_answer", "--by", "rep__name"
        )
        found = {
            row["rep__name"]: (
                row["calls"],
                round(row["answer_rate"] * 100, 2),
                round(row["average_speed_of_answer"], 2),
            )
            for row in rows
        }
        assert found == {
            "Becky": (631, 81.93, 65.33),
            "Dan": (633, 82.62, 67.28),
            "Diane": (633, 79.15, 66.27),
            "Greg": (624, 80.45, 68.44),
            "Jim": (666, 80.48, 66.34),
            "Joe": (593, 81.62, 70.99),
            "Martha": (638, 80.56, 69.49),
            "Stewart": (582, 81.96, 66.18),
        }


class TestHillstrom:
    """An e-mail test without any id: no row may be lost to de-duplication."""

    def test_totals(self, refreshed: Refreshed) -> None:
        (row,) = refreshed("email_hillstrom").query("emails_sent,click_rate,revenue,orders")
        assert row["emails_sent"] == 42694
        assert row["click_rate"] == pytest.approx(0.167049, abs=5e-7)
        assert row["revenue"] == pytest.approx(53349.80, abs=0.005)
        assert row["orders"] == 456

    def test_by_campaign(self, refreshed: Refreshed) -> None:
        rows = refreshed("email_hillstrom").query(
            "emails_sent,click_rate", "--by", "campaign__name"
        )
        found = {row["campaign__name"]: row for row in rows}
        mens, womens = found["Mens E-Mail"], found["Womens E-Mail"]
        assert (mens["emails_sent"], womens["emails_sent"]) == (21307, 21387)
        assert mens["click_rate"] == pytest.approx(0.182757, abs=5e-7)
        assert womens["click_rate"] == pytest.approx(0.1514, abs=5e-5)


class TestAdventureWorks:
    """Two files of lines, targets that are UTF-16, wide and in thousands, three keys for one person."""

    def test_totals(self, refreshed: Refreshed) -> None:
        (row,) = refreshed("crm_adventureworks_quota").query("orders,revenue,average_order_value")
        assert row["orders"] == 3796
        assert row["revenue"] == pytest.approx(80977720.21, abs=0.005)
        assert row["average_order_value"] == pytest.approx(21332.3815, abs=5e-5)

    def test_revenue_by_year(self, refreshed: Refreshed) -> None:
        rows = refreshed("crm_adventureworks_quota").query("revenue", "--grain", "year")
        assert [round(row["revenue"], 2) for row in rows if row["revenue"]] == [
            8069755.58,
            24328786.25,
            32500005.58,
            16079172.80,
        ]

    def test_quota_attainment_of_the_representatives(self, refreshed: Refreshed) -> None:
        rows = refreshed("crm_adventureworks_quota").query(
            "quota_attainment,quota", "--grain", "year", "--where", "rep__role = 'rep'"
        )
        found = {row["metric_time__year"][:4]: row for row in rows}
        assert found["2019"]["quota_attainment"] == pytest.approx(0.428529, abs=5e-7)
        assert found["2019"]["quota"] == 73125000


def test_no_row_of_the_public_data_is_in_the_project() -> None:
    tracked = {path.suffix for path in Path(ROOT / "examples").rglob("*") if path.is_file()}
    assert tracked <= {".yml", ".md"}
