"""python -m simulator: serve a stand-in platform until it is told to stop."""

import argparse
import signal
import threading

from .tbone import TBOneSimulator
from .tbone.backlog import add_backlog
from .tbone.demo import play

SCENARIOS = {"empty": lambda simulator: None, "demo": play}


def main() -> None:
    options = _read_options()
    simulator = TBOneSimulator(port=options.port)

    def prepare() -> None:
        SCENARIOS[options.scenario](simulator)
        add_backlog(simulator, options.backlog)
        if options.latency is not None:
            simulator.set_latency(options.latency / 1000)

    prepare()
    simulator.control.scenario = prepare  # what a reset plays again
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    simulator.start()
    print(_describe(simulator), flush=True)
    stop.wait()
    simulator.stop()


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8070, help="0: any free port")
    parser.add_argument("--scenario", choices=SCENARIOS, default="empty")
    parser.add_argument("--backlog", type=int, default=0, metavar="N", help="waiting messages")
    parser.add_argument("--latency", type=float, metavar="MS", help="per call")
    return parser.parse_args()


def _describe(simulator: TBOneSimulator) -> str:
    return f"""TB.One simulator is ready.
  URL       {simulator.url}
  Account   {simulator.account}
  User      {simulator.user}
  Password  {simulator.password}
  Channel   {simulator.channel} (sign {simulator.channel_sign})
  Waiting   {len(simulator.open_messages())} messages
  Look at   {simulator.url}/_control/state
Stop with Ctrl-C."""


if __name__ == "__main__":
    main()
