"""Closed forms against exact answers that were computed elsewhere, in 50 digits.

The numbers are those of `../shared/validation/queueing_oracles.json`, with its citations; every
case there that a closed form of ours covers is here.
"""

from __future__ import annotations

import heapq
import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest

from netplan.ground.errors import UnstableError
from netplan.measure.queueing import (
    FiniteQueue,
    Service,
    Wait,
    allen_cunneen_mean_waiting_time,
    batch_mean_waiting_time,
    deterministic_tandem_mean,
    deterministic_tandem_quantile,
    erlang_c,
    gim1_root,
    gim1_wait,
    hypoexponential_quantile,
    kingman_bound,
    md1_waiting_cdf,
    md1_waiting_quantile,
    md1k,
    mg1_wait,
    mixture_quantile,
    mm1_mean_sojourn_time,
    mm1_sojourn_quantile,
    mm1_waiting_quantile,
    mm1k,
    mmc_mean_waiting_time,
    periodic_sources_work_tail,
    priority_mean_waiting_times,
    priority_waits,
    sum_of_waits,
)

LEVELS = (0.5, 0.9, 0.99, 0.999)

# Kleinrock, Queueing Systems I, 1975, s. 3.2 and 5: arrivals [1/s], waits and sojourns [s].
MM1 = {
    500.0: (
        (0.0, 0.003218875824868201, 0.007824046010856291, 0.012429216196844381),
        (0.0013862943611198907, 0.004605170185988092, 0.009210340371976182, 0.013815510557964272),
    ),
    800.0: (
        (0.002350018146228678, 0.010397207708399182, 0.0219101331733694, 0.03342305863833963),
        (0.0034657359027997266, 0.01151292546497023, 0.023025850929940455, 0.03453877639491068),
    ),
    900.0: (
        (0.005877866649021191, 0.021972245773362195, 0.04499809670330264, 0.0680239476332431),
        (0.006931471805599453, 0.02302585092994046, 0.04605170185988091, 0.06907755278982136),
    ),
}

# Erlang 1909; Crommelin 1932; Franx, Oper. Res. Lett. 29 (2001): load, mean, variance, quantiles.
MD1_SERVICE = 0.0012
MD1 = {
    0.5: (0.0006, 8.4e-07, (0.0, 0.00181889380965821, 0.00400350714840264, 0.00620206203715404)),
    0.8: (
        0.0024,
        7.68e-06,
        (0.00153112784805148, 0.00601381379813525, 0.0124270641503939, 0.0188403218328797),
    ),
}

# Pollaczek 1930, Khinchine 1932, Takács 1962; quantiles by Fourier transform, 1e-5.
MG1 = [
    pytest.param(
        20.0,
        Service.mix([300 / 25_000, 1_700 / 25_000], [0.5, 0.5]),
        (0.1192, 0.0194779733333333),
        (0.07379417676267781, 0.30124314507296285, 0.6246559625252802, 0.9480671814085126),
        id="two sizes",
    ),
    pytest.param(
        2203.72184133203,
        Service.mix([320e-7, 4_608e-7, 12_000e-7], [7, 4, 1]),
        (0.000527174926542605, 6.02290281059628e-07),
        (
            0.00019062988013597852,
            0.001540099175484411,
            0.0034225008620376446,
            0.0052987054823899135,
        ),
        id="imix",
    ),
]


# --- Poisson arrivals -----------------------------------------------------------------------------


@pytest.mark.parametrize("arrival_rate", MM1)
def test_mm1_waits_and_sojourns_agree_with_the_oracle(arrival_rate: float) -> None:
    waits, sojourns = MM1[arrival_rate]
    for p, wait, sojourn in zip(LEVELS, waits, sojourns, strict=True):
        assert mm1_waiting_quantile(arrival_rate, 1_000, p) == pytest.approx(wait, rel=1e-12)
        assert mm1_sojourn_quantile(arrival_rate, 1_000, p) == pytest.approx(sojourn, rel=1e-12)
    assert mm1_mean_sojourn_time(arrival_rate, 1_000) == pytest.approx(1 / (1_000 - arrival_rate))


@pytest.mark.parametrize("arrival_rate", MM1)
def test_the_general_formula_gives_mm1_for_exponential_packets(arrival_rate: float) -> None:
    wait = mg1_wait(arrival_rate, Service.exponential(0.001))
    assert wait.mean == pytest.approx(mm1_mean_sojourn_time(arrival_rate, 1_000) - 0.001)
    for p, exact in zip(LEVELS, MM1[arrival_rate][0], strict=True):
        assert wait.quantile(p) == pytest.approx(exact, rel=1e-9)
    # The sojourn time is exponential: its variance is that of the wait plus that of the service.
    sojourn = mm1_mean_sojourn_time(arrival_rate, 1_000)
    assert wait.variance + 1e-6 == pytest.approx(sojourn**2)


@pytest.mark.parametrize("utilisation", MD1)
def test_md1_waits_agree_with_the_oracle(utilisation: float) -> None:
    mean, variance, quantiles = MD1[utilisation]
    arrival_rate = utilisation / MD1_SERVICE
    wait = mg1_wait(arrival_rate, Service.deterministic(MD1_SERVICE))
    assert wait.mean == pytest.approx(mean, rel=1e-12)
    assert wait.variance == pytest.approx(variance, rel=1e-12)
    for p, exact in zip(LEVELS, quantiles, strict=True):
        assert md1_waiting_quantile(arrival_rate, MD1_SERVICE, p) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("utilisation", [0.1, 0.6])
@pytest.mark.parametrize("services", [0.0, 0.3, 1.0, 2.7, 6.2])
def test_the_md1_distribution_is_that_of_erlangs_alternating_sum(
    utilisation: float, services: float
) -> None:
    """(1-ρ) Σ e^x (-x)^k / k!, x = λ (t - k D): exact, and usable for short waits only."""
    erlang = (1 - utilisation) * math.fsum(
        math.exp(utilisation * (services - k))
        * (-utilisation * (services - k)) ** k
        / math.factorial(k)
        for k in range(math.floor(services) + 1)
    )
    assert md1_waiting_cdf(utilisation, 1.0, services) == pytest.approx(erlang, rel=1e-10)


def test_the_md1_distribution_stays_exact_in_heavy_traffic() -> None:
    """At 98 % load its mean, by integrating the tail over 600 services, is the exact one."""
    step = 0.125
    tail = [1 - md1_waiting_cdf(0.98, 1.0, step * i) for i in range(4_800)]
    assert step * (math.fsum(tail) - tail[0] / 2) == pytest.approx(0.98 / (2 * 0.02), rel=1e-3)
    assert all(later <= earlier for earlier, later in itertools.pairwise(tail))
    assert md1_waiting_cdf(0.98, 1.0, -1.0) == 0.0


@pytest.mark.parametrize(("arrival_rate", "service", "moments", "quantiles"), MG1)
def test_mg1_moments_are_exact_and_quantiles_within_five_percent(
    arrival_rate: float,
    service: Service,
    moments: tuple[float, float],
    quantiles: tuple[float, ...],
) -> None:
    wait = mg1_wait(arrival_rate, service)
    assert (wait.mean, wait.variance) == pytest.approx(moments, rel=1e-9)
    for p, exact in zip(LEVELS, quantiles, strict=True):
        assert wait.quantile(p) == pytest.approx(exact, rel=0.05)
        assert wait.tail(exact) == pytest.approx(1 - p, rel=0.15)


@pytest.mark.parametrize("utilisation", MD1)
def test_the_gamma_law_is_within_five_percent_where_the_exponential_one_is_not(
    utilisation: float,
) -> None:
    mean, variance, quantiles = MD1[utilisation]
    gamma = Wait(utilisation, mean, variance)
    exponential = Wait.exponential(utilisation, mean)
    for p, exact in zip(LEVELS[1:], quantiles[1:], strict=True):
        assert gamma.quantile(p) == pytest.approx(exact, rel=0.05)
        assert exact < exponential.quantile(p) < 1.21 * exact
    assert exponential.quantile(0.999) > 1.06 * quantiles[-1]


def test_the_mean_wait_of_a_mix_is_that_of_the_moments_of_its_sizes() -> None:
    """RouteNet's packets, ρ = 0.8 and a mean of 0.04 s: mean sojourn 0.1592 s."""
    service = Service.mix([300 / 25_000, 1_700 / 25_000], [1, 1])
    assert mg1_wait(20, service).mean + service.mean == pytest.approx(0.1592)


def test_priorities_agree_with_the_oracle() -> None:
    """Cobham 1954; Kleinrock II s. 3.3. 200 B at 200/s before 1500 B at 600/s on 10 Mbit/s."""
    services = [Service.deterministic(1_600e-7), Service.deterministic(12_000e-7)]
    assert priority_mean_waiting_times([200, 600], services) == pytest.approx(
        [0.00044892561983471066, 0.001810183950946414], rel=1e-12
    )


def test_priority_only_redistributes_the_work() -> None:
    """Kleinrock's conservation law: Σ ρ W is that of FIFO."""
    services = [Service.deterministic(1_600e-7), Service.deterministic(12_000e-7)]
    waits = priority_mean_waiting_times([200, 600], services)
    fifo = mg1_wait(800, Service.mix([s.mean for s in services], [200, 600]))
    assert fifo.mean == pytest.approx(0.0017522580645161286, rel=1e-12)
    loads = (200 * services[0].mean, 600 * services[1].mean)
    assert sum(r * w for r, w in zip(loads, waits, strict=True)) == pytest.approx(
        sum(loads) * fifo.mean
    )


def test_a_single_priority_waits_as_in_mg1() -> None:
    service = Service.mix([1.0, 3.0], weights=[1, 1])
    [alone] = priority_waits([0.3], [service])
    fifo = mg1_wait(0.3, service)
    assert (alone.busy, alone.mean) == pytest.approx((fifo.busy, fifo.mean), rel=1e-12)
    assert alone.variance == pytest.approx(fifo.variance, rel=1e-12)


def test_the_waits_of_priorities_have_the_means_of_cobham() -> None:
    services = [Service.deterministic(1.0), Service.exponential(0.5), Service.mix([1, 4], [3, 1])]
    rates = [0.2, 0.3, 0.25]
    means = [wait.mean for wait in priority_waits(rates, services)]
    assert means == pytest.approx(priority_mean_waiting_times(rates, services), rel=1e-12)


def test_the_variance_of_waits_under_priority_is_that_of_a_simulation() -> None:
    """Two classes on one server: ones of length 1 at 0.3, exponentials of mean 1 at 0.4."""
    services = [Service.deterministic(1.0), Service.exponential(1.0)]
    rng = np.random.default_rng(11)
    entry = np.cumsum(rng.exponential(1 / 0.7, 400_000))
    urgent = rng.random(len(entry)) < 0.3 / 0.7
    length = np.where(urgent, 1.0, rng.exponential(1.0, len(entry)))
    waits = simulated_priority_waits(
        entry.tolist(), (~urgent).astype(int).tolist(), length.tolist()
    )
    for wait, chosen in zip(priority_waits([0.3, 0.4], services), (urgent, ~urgent), strict=True):
        measured = waits[chosen][1000:]
        assert measured.mean() == pytest.approx(wait.mean, rel=0.03)
        assert measured.var() == pytest.approx(wait.variance, rel=0.08)
        assert np.mean(measured > 0) == pytest.approx(wait.busy, rel=0.01)


def simulated_priority_waits(
    entry: list[float], priority: list[int], length: list[float]
) -> npt.NDArray[np.float64]:
    """Serve the waiting packet of the lowest priority number first, without interrupting."""
    queue: list[tuple[int, int]] = []
    waits, clock, coming = np.zeros(len(entry)), 0.0, 0
    for _ in entry:
        if not queue:
            clock = max(clock, entry[coming])
        while coming < len(entry) and entry[coming] <= clock:
            heapq.heappush(queue, (priority[coming], coming))
            coming += 1
        _, packet = heapq.heappop(queue)
        waits[packet] = clock - entry[packet]
        clock += length[packet]
    return waits


def test_a_mixture_of_delays_has_the_quantile_at_which_its_tails_add_up() -> None:
    """Half the packets wait exponentially with mean 1, half cost 2 and wait with mean 0.5."""
    waits = [Wait.exponential(1.0, 1.0), Wait.exponential(1.0, 0.5)]
    found = mixture_quantile([0.5, 0.5], [0.0, 2.0], waits, 0.9)
    assert 0.5 * math.exp(-found) + 0.5 * math.exp(-2 * (found - 2)) == pytest.approx(0.1)


def test_a_mixture_of_one_is_that_one() -> None:
    wait = mg1_wait(0.5, Service.deterministic(1.0))
    assert mixture_quantile([1.0], [3.0], [wait], 0.99) == pytest.approx(3 + wait.quantile(0.99))


def test_bursts_agree_with_the_oracle() -> None:
    """Burke 1975: bursts of 4 packets of 12,000 bit on 10 Mbit/s at 70 %."""
    service = Service.deterministic(MD1_SERVICE)
    wait = batch_mean_waiting_time(145.83333333333334, 4, service)
    assert wait == pytest.approx(0.0074, rel=1e-12)
    assert batch_mean_waiting_time(500, 1, service) == pytest.approx(mg1_wait(500, service).mean)


# --- finite buffers -------------------------------------------------------------------------------


def test_mm1k_agrees_with_the_oracle() -> None:
    """Kleinrock I s. 3.6."""
    queue = mm1k(900, 1_000, places=20)
    assert queue.loss == pytest.approx(0.013651386354174422, rel=1e-12)
    assert queue.mean_sojourn_time == pytest.approx(0.0072319348016894386, rel=1e-12)


def test_md1k_agrees_with_the_oracle() -> None:
    """Embedded chain at departures, Kleinrock I s. 5."""
    queue = md1k(750, MD1_SERVICE, places=16)
    assert queue.loss == pytest.approx(0.00433724042406099, rel=1e-11)
    assert queue.mean_sojourn_time == pytest.approx(0.00579877620398356, rel=1e-11)


def test_a_port_with_one_place_loses_what_comes_during_service() -> None:
    """Erlang's loss formula ρ / (1 + ρ), whatever the law of the service time."""
    for queue in (mm1k(3.0, 2.0, 1), md1k(3.0, 0.5, 1)):
        assert queue.loss == pytest.approx(0.6)
        assert queue.mean_sojourn_time == pytest.approx(0.5)


@pytest.mark.parametrize("utilisation", [1.0, 1.5, 3.0])
def test_an_overloaded_port_loses_at_least_what_it_cannot_serve(utilisation: float) -> None:
    queues: list[FiniteQueue] = [mm1k(utilisation, 1.0, 40), md1k(utilisation, 1.0, 40)]
    for queue in queues:
        assert 1 - 1 / utilisation <= queue.loss + 1e-12 < 1 - 1 / utilisation + 0.03
        assert queue.mean_sojourn_time < 40


def test_a_large_buffer_delays_as_an_unlimited_one() -> None:
    assert md1k(0.5, 1.0, 80).mean_sojourn_time == pytest.approx(1.5)
    assert mm1k(0.5, 1.0, 80).mean_sojourn_time == pytest.approx(2.0)


# --- other arrivals -------------------------------------------------------------------------------


def hyperexponential(s: float) -> float:
    """Transform of balanced H2 with c² = 4 and mean 1/800 s."""
    p = 0.887298334621
    first, second = 2 * p * 800, 2 * (1 - p) * 800
    return p * first / (first + s) + (1 - p) * second / (second + s)


@pytest.mark.parametrize(
    ("transform", "root", "mean", "quantiles", "arrival_scv"),
    [
        (
            lambda s: math.exp(-s / 800),
            0.628629796496947,
            0.0016927308399199,
            (0.00061645878969729, 0.00495024189144489, 0.0111504837828898, 0.0173507256743347),
            0.0,
        ),
        (
            hyperexponential,
            0.907571662593028,
            0.00981919277198393,
            (0.00645001790975387, 0.0238628369389178, 0.0487749489339169, 0.0736870609289161),
            4.0,
        ),
    ],
    ids=["D/M/1", "H2/M/1"],
)
def test_waits_of_other_arrivals_agree_with_the_oracle(
    transform, root: float, mean: float, quantiles: tuple[float, ...], arrival_scv: float
) -> None:
    """GI/M/1: Kleinrock I s. 6.4."""
    found = gim1_root(transform, service_rate=1_000, utilisation=0.8)
    wait = gim1_wait(found, service_rate=1_000)
    assert found == pytest.approx(root, rel=1e-9)
    assert wait.mean == pytest.approx(mean, rel=1e-9)
    for p, exact in zip(LEVELS, quantiles, strict=True):
        assert wait.quantile(p) == pytest.approx(exact, rel=1e-8)
    assert wait.mean < kingman_bound(800, arrival_scv / 800**2, 0.001, 1e-6)
    approximate = allen_cunneen_mean_waiting_time(800, 1_000, arrival_scv, 1.0)
    assert wait.mean < approximate < 1.19 * wait.mean


def test_bounds_and_approximations_agree_with_the_oracle() -> None:
    assert kingman_bound(800, 0.0, 0.001, 1e-6) == pytest.approx(0.002)
    assert kingman_bound(800, 4 / 800**2, 0.001, 1e-6) == pytest.approx(0.0145)
    assert allen_cunneen_mean_waiting_time(800, 1_000, 0.0, 1.0) == pytest.approx(0.002)
    assert allen_cunneen_mean_waiting_time(800, 1_000, 4.0, 1.0) == pytest.approx(0.01)


def test_the_root_is_the_load_for_poisson_arrivals_even_close_to_one() -> None:
    for utilisation in (0.01, 0.5, 0.999):
        root = gim1_root(lambda s: utilisation / (utilisation + s), 1.0, utilisation)  # noqa: B023
        assert root == pytest.approx(utilisation, rel=1e-9)


@pytest.mark.parametrize(("servers", "offered"), [(1, 0.7), (2, 1.0), (5, 4.2), (20, 18.0)])
def test_erlangs_delay_formula_is_its_sum(servers: int, offered: float) -> None:
    """C = (a^c/c!) (c/(c-a)) / (Σ a^k/k! + (a^c/c!) (c/(c-a))), Kleinrock I s. 3.5."""
    waiting = offered**servers / math.factorial(servers) * servers / (servers - offered)
    empty = sum(offered**k / math.factorial(k) for k in range(servers))
    assert erlang_c(servers, offered) == pytest.approx(waiting / (empty + waiting), rel=1e-12)


def test_one_server_waits_as_mm1_and_many_servers_wait_less() -> None:
    single = mmc_mean_waiting_time(800, 1_000, servers=1)
    assert single == pytest.approx(mm1_mean_sojourn_time(800, 1_000) - 0.001)
    assert mmc_mean_waiting_time(3_200, 1_000, servers=4) < single / 4


@pytest.mark.parametrize(
    ("work", "tail"),
    [
        (0.5, 0.737191058016611),
        (1, 0.58790999461306),
        (2, 0.37121869989102),
        (3, 0.215916221769829),
        (5, 0.0585817568419644),
        (8, 0.00476243255242764),
        (12, 5.77114996190782e-05),
    ],
)
def test_periodic_sources_agree_with_the_oracle(work: float, tail: float) -> None:
    """Roberts & Virtamo 1991: 50 sources, period of 60 packets."""
    assert periodic_sources_work_tail(50, 60, work) == pytest.approx(tail, rel=1e-11)


def test_periodic_sources_are_busy_as_long_as_their_packets_take() -> None:
    assert periodic_sources_work_tail(50, 60, 0.0) == pytest.approx(50 / 60)
    assert periodic_sources_work_tail(50, 60, 50.0) == 0.0


# --- routes ---------------------------------------------------------------------------------------


def test_equal_packets_through_five_ports_agree_with_the_oracle() -> None:
    """Friedman 1965."""
    services = [MD1_SERVICE] * 5
    assert deterministic_tandem_mean(750, services) == pytest.approx(0.0114, rel=1e-12)
    quantiles = (0.00961565702317387, 0.0189390059472323, 0.0322778848194481, 0.045616763691743195)
    for p, exact in zip(LEVELS, quantiles, strict=True):
        assert deterministic_tandem_quantile(750, services, p) == pytest.approx(exact, rel=1e-9)


def test_the_order_of_ports_does_not_matter_to_equal_packets() -> None:
    assert deterministic_tandem_mean(0.5, [1.0, 0.2, 0.7]) == pytest.approx(
        deterministic_tandem_mean(0.5, [0.7, 0.2, 1.0])
    )


JACKSON = (0.00789213204258016, 0.0168324415484102, 0.0285021805189245, 0.0400301705230658)


def test_a_jackson_tandem_agrees_with_the_oracle() -> None:
    """Burke 1956, Reich 1957: μ = 1000, 800, 1200 and λ = 600 [1/s]."""
    for p, exact in zip(LEVELS, JACKSON, strict=True):
        assert hypoexponential_quantile([400, 200, 600], p) == pytest.approx(exact, rel=1e-9)


def test_added_waits_of_a_jackson_tandem_are_within_six_percent() -> None:
    route = sum_of_waits([Wait.exponential(1.0, 1 / rate) for rate in (400, 200, 600)])
    assert route.mean == pytest.approx(0.00916666666666667)
    assert route.variance == pytest.approx(3.40277777777778e-05)
    for p, exact in zip(LEVELS, JACKSON, strict=True):
        assert route.quantile(p) == pytest.approx(exact, rel=0.06)


def test_hops_without_waiting_add_nothing() -> None:
    idle, busy = Wait.exponential(0.0, 0.0), Wait.exponential(0.5, 1.0)
    route = sum_of_waits([idle, busy])
    assert route.busy == busy.busy
    assert route.quantile(0.9) == pytest.approx(busy.quantile(0.9))
    assert idle.quantile(0.999) == 0.0
    assert idle.tail(0.0) == 0.0
    assert idle.tail(-1.0) == 1.0


def test_link_delays_of_a_published_network_come_out() -> None:
    """Tanenbaum, Computer Networks, 3rd ed. 1996, s. 5.2.4, Fig. 5-9/5-10: 800-bit packets."""
    loads = {  # packets/s, kbit/s, published delay [ms]
        "AB": (14, 20, 91),
        "BC": (12, 20, 77),
        "CD": (6, 10, 154),
        "AE": (11, 20, 71),
        "EF": (13, 50, 20),
        "FD": (8, 10, 222),
        "BF": (10, 20, 67),
        "EC": (8, 20, 59),
    }
    delays = {
        link: mm1_mean_sojourn_time(rate, kbps * 1_000 / 800)
        for link, (rate, kbps, _) in loads.items()
    }
    assert {link: round(delay * 1_000) for link, delay in delays.items()} == {
        link: published for link, (_, _, published) in loads.items()
    }
    weighted = sum(loads[link][0] * delay for link, delay in delays.items())
    carried = sum(rate for rate, _, _ in loads.values())
    assert weighted / carried == pytest.approx(0.08636895545073449, rel=1e-12)


# --- overload -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "closed_form",
    [
        lambda: mm1_mean_sojourn_time(1_000, 1_000),
        lambda: mm1_waiting_quantile(1_200, 1_000, 0.5),
        lambda: mg1_wait(1.0, Service.deterministic(1.0)),
        lambda: md1_waiting_cdf(1.0, 1.0, 5.0),
        lambda: md1_waiting_quantile(2.0, 1.0, 0.5),
        lambda: priority_mean_waiting_times([0.5, 0.6], [Service.deterministic(1.0)] * 2),
        lambda: batch_mean_waiting_time(0.25, 4, Service.deterministic(1.0)),
        lambda: gim1_root(lambda s: math.exp(-s), 1.0, 1.0),
        lambda: kingman_bound(1.0, 1.0, 1.0, 1.0),
        lambda: erlang_c(2, 2.0),
        lambda: periodic_sources_work_tail(60, 60, 1.0),
        lambda: deterministic_tandem_mean(1.0, [0.5, 1.0]),
    ],
)
def test_a_queue_offered_all_it_can_serve_is_refused(closed_form) -> None:
    with pytest.raises(UnstableError, match="is not below 1"):
        closed_form()
