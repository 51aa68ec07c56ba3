"""A question in, what a language model behind an OpenAI-compatible endpoint answers out."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from time import sleep

from engine.errors import InputError
from engine.topics.label.where import host_of

_REFUSED = {401, 403, 404, 405}
_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504}
_TOKENS = 60


class Unanswered(Exception):
    """No answer to one question; the next may do better. Its text says why."""


@dataclass(frozen=True)
class Endpoint:
    """Where to ask.

    Attributes:
        url: Up to and with /v1; "/chat/completions" is put behind it.
        model: Which model answers.
        key: Sent as a bearer token and kept nowhere; "" sends none.
        timeout: Seconds an answer may take.
        tries: How often a question is asked at most.
        pause: Seconds before the second try, doubled before each further one.
    """

    url: str
    model: str
    key: str = ""
    timeout: float = 30.0
    tries: int = 3
    pause: float = 1.0

    @property
    def host(self) -> str:
        """The machine that is asked."""
        return host_of(self.url)

    def ask(self, question: str) -> str:
        """The answer as text.

        Raises:
            InputError: the endpoint refuses every question: wrong address, model or key.
            Unanswered: it took too long, failed or sent something else than an answer.
        """
        why = ""
        for attempt in range(self.tries):
            if attempt:
                sleep(self.pause * 2 ** (attempt - 1))
            try:
                return self._once(question)
            except urllib.error.HTTPError as error:
                if error.code in _REFUSED:
                    raise InputError(
                        f"The language model at {self.host} refuses (HTTP {error.code}); check "
                        "LIMN_LLM_URL, LIMN_LLM_MODEL and LIMN_LLM_KEY."
                    ) from error
                why = f"HTTP {error.code}"
                if error.code not in _AGAIN:
                    break  # this question; the next may be to its liking
            except TimeoutError:
                why = f"no answer within {self.timeout:g} seconds"
            except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
                reason = getattr(error, "reason", error)
                why = f"no connection ({getattr(reason, 'strerror', None) or reason})"
            except (ValueError, KeyError, IndexError, TypeError):
                why = "an answer in a form that nobody can read"
        raise Unanswered(why)

    def _once(self, question: str) -> str:
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": question}],
            "temperature": 0,
            "max_tokens": _TOKENS,
        }
        head = {"Content-Type": "application/json"}
        if self.key:
            head["Authorization"] = f"Bearer {self.key}"
        address = f"{self.url.rstrip('/')}/chat/completions"
        request = urllib.request.Request(address, json.dumps(body).encode(), head)
        with urllib.request.urlopen(request, timeout=self.timeout) as answer:
            said = json.loads(answer.read())["choices"][0]["message"]["content"]
        if not isinstance(said, str):
            raise TypeError(said)
        return said


def endpoint(url: str, model: str, key: str = "") -> Endpoint:
    """The endpoint of these settings.

    Raises:
        InputError: an address or a model is missing, or the address is none.
    """
    if not url or not model:
        raise InputError(
            "No language model is set: put its address into LIMN_LLM_URL (for example "
            "http://localhost:11434/v1) and its name into LIMN_LLM_MODEL."
        )
    if not url.startswith(("http://", "https://")):
        raise InputError(f"LIMN_LLM_URL is {url!r}; it must begin with http:// or https://.")
    return Endpoint(url, model, key)
