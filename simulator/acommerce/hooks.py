"""Web hooks: registered by the client, called by us, signed over the raw body."""

import hashlib
import hmac
import http.client
from urllib.parse import urlsplit

from .contract import Answer, Context, Refusal
from .orders import read_json
from .state import Hook, Platform, Push

FIELDS = {"name", "url", "requestMethod", "secret", "eventType", "active"}
TYPES = {"SALES_ORDER_STATUS", "SALES_ORDER_STATUS_V3", "SHIPPING_ORDER_STATUS"}
BUSY = (429, 503)


def add_hook(context: Context) -> Answer:
    """POST hooks."""
    body = read_json(context)
    is_good = body.keys() == FIELDS and body["requestMethod"] == "POST" and body["secret"]
    if not (is_good and set(body["eventType"]) <= TYPES and body["eventType"]):
        context.breach("hook_body", f"fields {sorted(body)}")
        raise Refusal(422, "Validation failed", "hook. a field is missing or wrong")
    hook = Hook(f"h-{next(context.platform.ids)}", body)
    context.platform.hooks[hook.hook_id] = hook
    return Answer(_show(hook), 201)


def list_hooks(context: Context) -> Answer:
    """GET hooks."""
    return Answer([_show(hook) for hook in context.platform.hooks.values()])


def remove_hook(context: Context) -> Answer:
    """DELETE hooks/ID."""
    if context.platform.hooks.pop(context.target, None) is None:
        raise Refusal(404, "Not Found")
    return Answer(None, 204)


def sign(body: bytes, secret: str, hash: str) -> str:
    """Hex digest over the body as it is sent."""
    return hmac.new(secret.encode(), body, getattr(hashlib, hash)).hexdigest()


def deliver(platform: Platform, hash: str = "sha256") -> list[Push]:
    """Call everybody whose time has come; who is busy is called again later."""
    now, kept, done = platform.clock.now(), [], []
    for push in _take_due(platform, now):
        status, wait = _call(push, hash)
        push.statuses.append(status)
        if status in BUSY:
            push.not_before = now + wait
            kept.append(push)
        else:
            done.append(push)
    with platform.lock:
        platform.pushes[:0] = kept
    return done


def _take_due(platform: Platform, now: float) -> list[Push]:
    """Out of the queue, to which others may add while we call."""
    with platform.lock:
        due = [push for push in platform.pushes if push.not_before <= now]
        platform.pushes = [push for push in platform.pushes if push.not_before > now]
    return due


def _call(push: Push, hash: str) -> tuple[int, float]:
    """Status, and for how long to stay away."""
    url = urlsplit(push.hook.body["url"])
    make = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    line = make(url.hostname, url.port, timeout=5)
    signature = sign(push.body, push.hook.body["secret"], hash)
    headers = {"Content-Type": "application/json", "X-Acomm-Signature": signature}
    try:
        line.request("POST", url.path or "/", push.body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status, float(answer.headers.get("Retry-After", 60))
    except OSError:
        return 0, 0
    finally:
        line.close()


def _show(hook: Hook) -> dict:
    """The secret is not told again."""
    told = {name: value for name, value in hook.body.items() if name != "secret"}
    return {"id": hook.hook_id, **told}
