"""Web hooks: verify, store, wake, answer. Neither body nor header is ever logged.

413  the size is not told, or too large; the body is not read
401  unknown address, no secret, no signature or a wrong one: no difference is to be seen
429  too many of these, or too many that are signed; Retry-After says when. Neither is counted
     with the other: strangers shut nobody out
400  signed, but not understood
200  stored, or known already
"""

from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..models.exchange.fulfillment_account_hook import ROUTE
from ..providers import Malformed
from .call_limit import CallLimit

MOST_BYTES = 1024 * 1024  # a push is one record of some kilobytes
CALLS = CallLimit(600)  # stored in a minute, per process
FAILURES = CallLimit(60)  # wrong signatures to a known address
COUNTED = "fulfillment_connector.counted"


class HookController(http.Controller):
    @http.route(
        f"{ROUTE}/<string:token>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MOST_BYTES,  # Odoo answers 413 before it reads more
    )
    def take(self, token, **_rest):
        """What the platform calls."""
        request.update_env(user=SUPERUSER_ID)
        if request.httprequest.content_length is None:
            return _answer(413)
        account = request.env["fulfillment.account"]._find_listening(token)
        key = (request.db, account.id)
        body = request.httprequest.get_data()
        if not account._is_push_signed(body, request.httprequest.headers):
            wait = account and _let_in(FAILURES, key)
            return _answer(429, wait) if wait else _answer(401)
        if wait := _let_in(CALLS, key):
            return _answer(429, wait)
        return _store(account, body)


def _let_in(limit, key):
    """Count a call, once however often Odoo tries it again; or tell the seconds until the next."""
    counted = request.httprequest.environ.setdefault(COUNTED, set())
    if limit in counted:
        return 0
    if wait := limit.find_wait(key):
        return wait
    counted.add(limit)
    limit.count(key)
    return 0


def _store(account, body):
    try:
        account._take_push(body)
    except Malformed:
        return _answer(400)
    return _answer(200)


def _answer(status, wait=0):
    """Empty: a stranger learns the status, nothing else."""
    headers = [("Retry-After", str(wait))] if wait else []
    return request.make_response("", headers, status=status)
