"""Takes the pictures of the documentation from a running demo: `make screenshots`.

All go to build/screenshots; with --keep those of the documentation also to static/description.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "screenshots"
DESCRIPTION = ROOT / "static" / "description"
ERROR = ".o_error_dialog"
DRAWN = """
    !document.querySelector('.o_loading_indicator')
    && [...document.images].every(image => image.complete)
"""
WIDE, PHONE = (1280, 800), (390, 844)
ORDER = "DEMO-1001"


@dataclass(frozen=True)
class Picture:
    """One page, how to get there, and what to do before the picture is taken."""

    name: str
    address: str
    ready: str  # what must be visible
    prepare: Callable[[Page], None] = lambda page: None
    size: tuple[int, int] = WIDE
    login: str = "admin"
    until: str = ""  # the picture ends above this
    documented: bool = False  # shown in the README


def open_fulfillment_page(page: Page) -> None:
    """The tab of the order that this add-on adds."""
    page.get_by_role("tab", name="Fulfillment", exact=True).click()
    page.wait_for_selector("[name=fulfillment_outbound_ids], [name=fulfillment_message_ids]")


def show_items(page: Page) -> None:
    """Scroll a phone down to the items."""
    open_fulfillment_page(page)
    page.locator("[name=fulfillment_line_ids]").scroll_into_view_if_needed()


def scroll_to_setting(page: Page) -> None:
    """The block in the middle of the settings of Sales."""
    page.locator("#fulfillment_account").scroll_into_view_if_needed()


def list_pictures(find: Callable[[str, list], int]) -> list[Picture]:
    """Everything worth a look; record ids come from the database."""
    order = find("sale.order", [["fulfillment_key", "=", ORDER]])
    parcels = find("sale.order", [["fulfillment_key", "=", "DEMO-2001"]])
    broken = find("sale.order", [["fulfillment_key", "=", "DEMO-1007"]])
    account = find("fulfillment.account", [["name", "=", "TB.One demo shop"]])
    failed = find("fulfillment.message", [["state", "=", "failed"], ["account_id", "=", account]])
    settings = "/odoo/settings#sale_management"
    return [
        Picture("overview", "/odoo/fulfillment", ".o_kanban_record", size=(900, 420)),
        Picture("messages", "/odoo/fulfillment-messages", ".o_data_row"),
        Picture(
            "message_attention",
            f"/odoo/fulfillment-messages/{failed}",
            ".o_form_view",
            size=(1280, 620),
            documented=True,
        ),
        Picture(
            "order",
            f"/odoo/sales/{order}",
            ".o_form_view",
            open_fulfillment_page,
            size=(1280, 1600),
            until="div:has(> [name=fulfillment_message_ids])",
            documented=True,
        ),
        Picture("order_attention", f"/odoo/sales/{broken}", ".o_form_view", open_fulfillment_page),
        Picture(
            "order_acommerce",
            f"/odoo/sales/{parcels}",
            ".o_form_view",
            open_fulfillment_page,
            size=(1280, 1600),
            until="div:has(> [name=fulfillment_message_ids])",
            documented=True,
        ),
        Picture("order_list", "/odoo/orders", ".o_data_row"),
        Picture("order_phone", f"/odoo/sales/{order}", ".o_form_view", show_items, PHONE),
        Picture("overview_phone", "/odoo/fulfillment", ".o_kanban_record", size=PHONE),
        Picture("account", f"/odoo/fulfillment/{account}", ".o_form_view"),
        Picture("settings", settings, "#fulfillment_account", scroll_to_setting),
        Picture("overview_sam", "/odoo/fulfillment", ".o_kanban_record", login="sam"),
        Picture(
            "order_sam", f"/odoo/sales/{order}", ".o_form_view", open_fulfillment_page, login="sam"
        ),
    ]


def log_in(browser: Browser, url: str, login: str) -> dict:
    """The cookies of a session; the password of a demo user is the login."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")
    cookies = context.storage_state()
    context.close()
    return cookies


def finder(browser: Browser, url: str, session: dict) -> Callable[[str, list], int]:
    """Gives the id of the first record that fits."""
    request = browser.new_context(storage_state=session).request

    def find(model: str, domain: list) -> int:
        params = {"model": model, "method": "search", "args": [domain], "kwargs": {"limit": 1}}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = request.post(f"{url}/web/dataset/call_kw/{model}/search", data=body).json()
        if not answer.get("result"):
            raise SystemExit(f"No {model} with {domain}: is this the demo?")
        return answer["result"][0]

    return find


def take(browser: Browser, url: str, picture: Picture, session: dict) -> None:
    """Go there, wait until all is drawn, take the picture."""
    width, height = picture.size
    context = browser.new_context(
        storage_state=session, viewport={"width": width, "height": height}, has_touch=width < 600
    )
    page = context.new_page()
    page.goto(f"{url}{picture.address}")
    page.wait_for_selector(picture.ready)
    page.wait_for_function(DRAWN)
    picture.prepare(page)
    page.wait_for_timeout(500)  # transitions
    page.wait_for_function(DRAWN)
    if page.locator(ERROR).count():
        raise SystemExit(f"{picture.name}: {page.locator(ERROR).inner_text()}")
    if picture.until:
        height = page.locator(picture.until).bounding_box()["y"]
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    page.screenshot(path=TARGET / f"{picture.name}.png", clip=clip)
    context.close()


def main() -> None:
    """Take them all, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--keep", action="store_true", help="also into the documentation")
    parser.add_argument("names", nargs="*", help="which ones (all)")
    options = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium)
        sessions = {login: log_in(browser, options.url, login) for login in ("admin", "sam")}
        find = finder(browser, options.url, sessions["admin"])
        for picture in list_pictures(find):
            if options.names and picture.name not in options.names:
                continue
            take(browser, options.url, picture, sessions[picture.login])
            path = TARGET / f"{picture.name}.png"
            print(f"    {path.relative_to(ROOT)}, {path.stat().st_size // 1000} kB", flush=True)
            if options.keep and picture.documented:
                shutil.copy(path, DESCRIPTION / path.name)
        browser.close()


if __name__ == "__main__":
    main()
