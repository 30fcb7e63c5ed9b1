"""Every cell of the matrix: the traffic ends on a working release, without any manual step."""

import warnings

import pytest

from tests.host.faults import table
from tests.host.faults.cell import Result, run
from tests.host.faults.faults import fault_of
from tests.host.faults.ground import Grounds, NotTried
from tests.host.faults.results import Results

pytestmark = [pytest.mark.docker, pytest.mark.filterwarnings("default:.* not tried")]

CELLS = [
    pytest.param(cell, id=str(cell).replace(" ", "-"), marks=[] if cell.quick else pytest.mark.faults)
    for cell in table.cells()
]


@pytest.mark.parametrize("cell", CELLS)
def test_traffic_ends_on_a_release_that_works(cell: table.Cell, grounds: Grounds, results: Results) -> None:
    """The verdict is the expected one, the journal explains it, its release serves, and no request is lost that the
    fault does not excuse. On each host, cells run one after the other: each start proves that the previous cell left
    nothing to clean up."""
    try:
        ground = grounds(cell.row.place)
    except NotTried as why:
        results.add(Result(cell.row.fault, cell.moment, not_tried=str(why)))
        warnings.warn(f"{cell} was not tried: {why}", stacklevel=1)
        return

    def begun() -> None:
        results.vouch(ground.before)
        ground.before = str(cell)

    try:
        result = run(cell, fault_of(cell), ground, begun)
    except BaseException:
        ground.rollout("abort", "--reason", "the cell is broken")  # so that the next cell's result is independent
        raise
    results.add(result)
    print(result)
    assert not result.problems
