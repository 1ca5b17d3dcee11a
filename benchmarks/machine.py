"""What the figures were measured on, and how busy it was."""

import os
import platform
import time
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


def describe(env) -> dict:
    """Processor, memory and versions."""
    from odoo.release import version

    env.cr.execute("SHOW server_version")
    return {
        "processor": _read_processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * PAGE / 2**30),
        "python": platform.python_version(),
        "odoo": version,
        "postgresql": env.cr.fetchone()[0],
        "started": time.strftime("%Y-%m-%d %H:%M"),
        "load_at_start": os.getloadavg(),
    }


def resident_mb(pid: int | str = "self") -> float:
    """Memory of a process that is really there."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20


def peak_mb() -> float:
    """The most memory this process ever had; getrusage would count its parent's too."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise AssertionError("This system does not tell")


def _read_processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
