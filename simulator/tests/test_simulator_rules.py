"""Who may call the stand-in, and which breaches it notices."""

import http.client
import threading

import pytest
import requests
from channel import Client, basic, rules, wait_for
from lxml import etree


class TestDoor:
    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"password": "wrong"}, 401),
            ({"user": "nobody"}, 401),
            ({"account": "9999"}, 404),
            ({"channel": "999"}, 403),
            ({"channel": "fcsh"}, 400),
            ({"channel": None}, 400),
        ],
    )
    def test_refusals(self, tbone, changes, status):
        answer = Client(tbone, **changes).page()
        assert answer.status_code == status
        assert etree.fromstring(answer.content).findtext("state").strip()
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "messages/1", 404),
            ("POST", "messages/1/processed", 404),
            ("POST", "messages/x/processed", 404),
            ("GET", "nothing/", 404),
            ("DELETE", "messages/1", 405),
            ("GET", "messages/1/processed", 405),
        ],
    )
    def test_paths_and_methods(self, client, method, path, status):
        assert client.call(method, path).status_code == status

    def test_no_credentials_at_all(self, tbone):
        assert requests.get(f"{tbone.url}/{tbone.account}/messages/", timeout=5).status_code == 401

    def test_one_line_is_kept_open(self, tbone, order):
        line = http.client.HTTPConnection("127.0.0.1", tbone.server.server_address[1], timeout=5)
        lines = set()
        for message in tbone.open_messages():
            path = f"/2604/messages/{message.message_id}/processed"
            line.request("POST", path, headers=basic(tbone))
            line.getresponse().read()
            lines.add(line.sock)
        assert len(lines) == 1
        assert line.sock is not None
        line.close()

    def test_recorded_calls(self, tbone, client, order):
        number = tbone.open_messages()[0].message_id
        client.page(limit=1)
        client.processed(number)
        assert [(c.kind, c.method, c.path, c.status) for c in tbone.calls] == [
            ("messages", "GET", "/2604/messages/?channel=318&limit=1", 200),
            ("processed", "POST", f"/2604/messages/{number}/processed?channel=318", 200),
        ]


class TestRules:
    def test_parallel_calls_of_one_account_are_refused(self, tbone, client, order):
        tbone.fault("messages", "slow", delay=1.0)
        waiting = threading.Thread(target=Client(tbone).page)
        waiting.start()
        wait_for(lambda: tbone.calls)
        assert client.page().status_code == 409
        tbone.add_account("3001", "other", "secret", {"9": "oth9"})
        other = Client(tbone, account="3001", user="other", password="secret", channel="9")
        assert other.page().status_code == 200
        waiting.join()
        assert client.page().status_code == 200
        assert rules(tbone) == ["parallel"]

    def test_overlapping_calls_are_noticed_without_any_delay(self, tbone):
        together = threading.Barrier(2)

        def hurry():
            with Client(tbone) as one:
                for _ in range(50):
                    together.wait(5)
                    one.page()

        threads = [threading.Thread(target=hurry) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(rules(tbone)) == {"parallel"}

    @pytest.mark.parametrize("fault", ["hang", "stuck", "slow"])
    def test_a_client_that_has_given_up_is_not_in_parallel(self, tbone, client, order, fault):
        tbone.fault("messages", fault)
        with pytest.raises(requests.RequestException):
            client.page(timeout=0.2)
        assert client.processed(tbone.open_messages()[0]).status_code == 200
        assert rules(tbone) == []

    def test_a_quick_sequence_on_many_lines_is_not_parallel(self, tbone, order):
        for _ in range(200):
            with Client(tbone) as one:
                assert one.page().status_code == 200
        assert rules(tbone) == []

    def test_repeating_a_refused_call(self, tbone):
        bad = Client(tbone, password="wrong")
        bad.page()
        Client(tbone).page()
        assert rules(tbone) == []
        bad.page()
        assert rules(tbone) == ["repeat_4xx"]
        tbone.journal.forget_failures()
        bad.page()
        assert rules(tbone) == ["repeat_4xx"]

    def test_repeating_too_early_or_too_often_after_a_failure(self, tbone, client):
        tbone.fault("messages", "server_error", times=7)
        for pause in (600, 599, 600, 600, 600, 600):
            client.page()
            tbone.clock.advance(pause)
        assert rules(tbone) == ["repeat_5xx_early"]
        client.page()
        assert rules(tbone) == ["repeat_5xx_early", "repeat_5xx_often"]

    def test_no_answer_counts_as_a_failure(self, tbone, client):
        tbone.fault("messages", "drop")
        with pytest.raises(requests.ConnectionError):
            client.page()
        client.page()
        assert rules(tbone) == ["repeat_5xx_early"]
        client.page()
        assert len(tbone.violations) == 1

    def test_retry_after(self, tbone, client):
        tbone.fault("messages", "throttled")
        assert client.page().headers["Retry-After"] == "120"
        tbone.clock.advance(120)
        client.page()
        assert rules(tbone) == []

    def test_flags_and_parameters(self, tbone, client, order):
        number = tbone.open_messages()[0].message_id
        assert client.call("POST", f"messages/{number}/exported").status_code == 403
        client.call("POST", f"messages/{number}/processed", body=b"<a/>")
        client.page(offset=3)
        assert rules(tbone) == ["exported_by_channel", "body_on_flag", "unknown_parameter"]
