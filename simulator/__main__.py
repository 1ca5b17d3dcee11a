"""python -m simulator: serve a stand-in platform until it is told to stop."""

import argparse
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

from .acommerce import AcommerceSimulator
from .acommerce.demo import play as play_acommerce
from .stand_in import StandIn
from .tbone import TBOneSimulator
from .tbone.backlog import add_backlog
from .tbone.demo import play as play_tbone

WORK_EVERY = 0.5  # seconds


def main() -> None:
    options = _read_options()
    choice = CHOICES[options.platform]
    simulator = choice.stand_in(port=choice.port if options.port is None else options.port)

    def prepare() -> None:
        if options.scenario == "demo":
            choice.play(simulator)
        if options.backlog:
            add_backlog(simulator, options.backlog)
        if options.latency is not None:
            simulator.set_latency(options.latency / 1000)

    prepare()
    simulator.control.scenario = prepare  # what a reset plays again
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    simulator.start()
    print(choice.describe(simulator), flush=True)
    while not stop.wait(WORK_EVERY):
        simulator.work()
    simulator.stop()


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--platform", choices=CHOICES, default="tbone")
    parser.add_argument("--port", type=int, help="8070, of acommerce 8071; 0: any free port")
    parser.add_argument("--scenario", choices=("empty", "demo"), default="empty")
    parser.add_argument(
        "--backlog", type=int, default=0, metavar="N", help="waiting messages, of tbone only"
    )
    parser.add_argument("--latency", type=float, metavar="MS", help="per call")
    options = parser.parse_args()
    if options.backlog and options.platform != "tbone":
        parser.error("--backlog is for --platform tbone")
    return options


def _describe_tbone(simulator: TBOneSimulator) -> str:
    return f"""TB.One simulator is ready.
  URL       {simulator.url}
  Account   {simulator.account}
  User      {simulator.user}
  Password  {simulator.password}
  Channel   {simulator.channel} (sign {simulator.channel_sign})
  Waiting   {len(simulator.open_messages())} messages
  Look at   {simulator.url}/_control/state
Stop with Ctrl-C."""


def _describe_acommerce(simulator: AcommerceSimulator) -> str:
    return f"""aCommerce simulator is ready.
  URL       {simulator.url} (both hosts)
  User      {simulator.user}
  API key   {simulator.api_key}
  Channel   {simulator.channel}
  Partner   {simulator.partner}
  Look at   {simulator.url}/_control/state
Stop with Ctrl-C."""


@dataclass(frozen=True)
class Choice:
    """A platform, as it is served."""

    stand_in: type[StandIn]
    port: int
    play: Callable[[StandIn], None]
    describe: Callable[[StandIn], str]


CHOICES = {
    "tbone": Choice(TBOneSimulator, 8070, play_tbone, _describe_tbone),
    "acommerce": Choice(AcommerceSimulator, 8071, play_acommerce, _describe_acommerce),
}

if __name__ == "__main__":
    main()
